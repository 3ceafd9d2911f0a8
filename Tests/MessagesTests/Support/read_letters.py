"""Reads messages with Python's e-mail package and compares what comes out with what was meant.

The argument is a file of JSON lines: message (base64), text, html, subject, from. Tokens in URLs are replaced by
their kind first. Prints what differs and ends with 1, or prints the count and ends with 0.
"""

import base64
import email.policy
import json
import re
import sys
from email.header import decode_header, make_header
from email.parser import BytesParser
from email.utils import parseaddr

URLS = [
    (re.compile(r"https://t\.shop\.example/u/[A-Za-z0-9_-]{36}"), "@@U@@"),
    (re.compile(r"https://t\.shop\.example/c/[A-Za-z0-9_-]{55}"), "@@C@@"),
    (re.compile(r"https://t\.shop\.example/o/[A-Za-z0-9_-]{52}\.gif"), "@@O@@"),
]
ONCE = ["From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID"]


def body(part):
    text = part.get_payload(decode=True).decode("utf-8")
    for pattern, kind in URLS:
        text = pattern.sub(kind, text)
    return text


def display_name(message, raw):
    """The name in From. The new parser puts a space between encoded words of a name that belong together (a known
    error of Python 3.11) and makes one space of several, so the old one is asked for the exact name."""
    legacy = BytesParser(policy=email.policy.compat32).parsebytes(raw, headersonly=True)
    name, address = parseaddr(re.sub(r"\r\n(?=[ \t])", "", legacy["From"]))
    exact = str(make_header(decode_header(name)))
    [modern] = message["From"].addresses
    if address != modern.addr_spec or "".join(exact.split()) != "".join(modern.display_name.split()):
        return f"{exact!r} <{address}>, but also {str(modern)!r}"
    return exact


def differences(case):
    raw = base64.b64decode(case["message"])
    for line in raw.split(b"\r\n"):
        if b"\r" in line or b"\n" in line:
            yield "line ends", "CRLF", line
        if len(line) > 998:
            yield "line length", 998, len(line)
    head, _, rest = raw.partition(b"\r\n\r\n")
    for line in rest.split(b"\r\n"):
        if len(line) > 76:
            yield "encoded line length", 76, line
    for line in head.split(b"\r\n"):
        if b"=?utf-8?" in line and len(line) > 76:
            yield "encoded word's line length", 76, line
        for word in re.findall(rb"=\?utf-8\?.*?\?=", line):
            if len(word) > 75:
                yield "encoded word's length", 75, word
    message = BytesParser(policy=email.policy.default).parsebytes(raw)
    for name in ONCE:
        if len(message.get_all(name, [])) != 1:
            yield name, "once", message.get_all(name)
    for part in message.walk():
        if part.defects:
            yield "defects", [], part.defects
        for name, value in part.items():
            if value.defects:
                yield name, "no defects", value.defects
    parts = list(message.iter_parts())
    kinds = [part.get_content_type() for part in parts]
    if kinds != ["text/plain", "text/html"]:
        yield "parts", ["text/plain", "text/html"], kinds
        return
    found = {
        "text": body(parts[0]),
        "html": body(parts[1]),
        "subject": str(message["Subject"]),
        "from": display_name(message, raw),
    }
    for name, value in found.items():
        if value != case[name]:
            yield name, case[name], value


def main():
    count = 0
    failed = 0
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in lines:
            count += 1
            for name, meant, found in differences(json.loads(line)):
                failed += 1
                if failed <= 20:
                    print(f"message {count}: {name}: meant {meant!a}, found {found!a}")
    print(f"{count} messages, {failed} differences")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main())
