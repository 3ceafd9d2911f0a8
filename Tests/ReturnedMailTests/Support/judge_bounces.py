"""Prints what flufl.bounce says of messages: file, permanent addresses, temporary addresses, apart by tabs."""

import os
import sys
from email import message_from_binary_file

from flufl.bounce._scan import all_failures


def names(addresses):
    return ",".join(sorted(address.decode("latin-1") for address in addresses))


for path in sys.argv[1:]:
    with open(path, "rb") as file:
        temporary, permanent = all_failures(message_from_binary_file(file))
    print(os.path.basename(path), names(permanent), names(temporary), sep="\t")
