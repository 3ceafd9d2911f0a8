/// Built-in rules about an account or a mailbox that is not there, or is closed for good, in English.
let builtInClosedRules = #"""
    # No such account or mailbox, or one that is closed.
    reason mailbox-unknown 550,551,553,5.1.1: no mailbox available
    reason mailbox-unknown: non-existing mailbox
    reason mailbox-unknown: email account no longer
    reason mailbox-unknown: email address no longer
    reason mailbox-unknown: user no longer
    reason mailbox-unknown: account no longer
    reason mailbox-unknown: no longer accepting mail
    reason mailbox-unknown: user account is unavailable
    reason mailbox-unknown: no account here
    reason mailbox-unknown: no mailbox here
    reason mailbox-unknown: no mailbox for
    reason mailbox-unknown: no local mailbox
    reason mailbox-unknown: not a valid account
    reason mailbox-unknown: not a mailbox
    reason mailbox-unknown: recipient no longer
    reason mailbox-unknown: recipient address rejected: account
    reason mailbox-unknown: recipient address rejected: mailbox
    reason mailbox-unknown: no longer valid
    reason mailbox-unknown: no longer in use
    reason mailbox-unknown: no longer in service
    reason mailbox-unknown: no longer active
    reason mailbox-unknown: no longer exists
    reason mailbox-unknown: no longer employed
    reason mailbox-unknown: no longer with
    reason mailbox-unknown: account has expired
    reason mailbox-unknown: account is locked
    reason mailbox-unknown: account unavailable
    reason mailbox-unknown: account is unavailable
    reason mailbox-unknown: account not available
    reason mailbox-unknown: account that you tried to reach is
    reason mailbox-unknown: email account that you tried to reach
    reason mailbox-unknown: no active account
    reason mailbox-unknown: mailbox is unavailable
    reason mailbox-unknown: is a deactivated
    reason mailbox-unknown: deactivated due to
    reason mailbox-unknown: disabled due to inactivity
    reason mailbox-unknown: has been deactivated
    reason mailbox-unknown: does not have a mailbox
    reason mailbox-unknown: doesn't have a mailbox
    reason mailbox-unknown: no mailbox here by that name
    reason mailbox-unknown: not a valid mailbox
    reason mailbox-unknown: address is wrong or no longer valid
    reason mailbox-unknown: account that you tried to reach does not exist
    reason mailbox-unknown: mailbox no longer
    reason mailbox-unknown: mailbox not available
    reason mailbox-unknown: bad destination mailbox
    reason mailbox-unknown 550,5.1.*: mailbox unavailable
    reason mailbox-unknown: mailbox unavailable or not local
    reason mailbox-unknown: does not have an account
    reason mailbox-unknown: doesn't have an account
    reason mailbox-unknown: no longer has a mailbox
    reason mailbox-unknown: no longer on server
    reason mailbox-unknown: no longer available here
    reason mailbox-unknown: permanently disabled
    reason mailbox-unknown: mailbox currently suspended
    reason mailbox-unknown: mailbox name invalid
    reason mailbox-unknown: mailbox name is invalid
    reason mailbox-unknown: mailbox name unknown
    reason mailbox-unknown: archived recipient
    reason mailbox-unknown: destinataire archivée
    reason mailbox-unknown: destinataire archivee
    reason mailbox-unknown: mailaddress is administratively disabled
    reason mailbox-unknown: account administratively disabled
    reason mailbox-unknown: mailbox administratively disabled
    reason mailbox-unknown: is now disabled
    """#
