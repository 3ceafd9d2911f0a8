/// Built-in rules about an account or a mailbox that is not there, or is closed for good, in English.
let builtInClosedRules = #"""
    # No such account or mailbox, or one that is closed.
    reason mailbox-unknown 550,551,553,5.1.1: no mailbox available
    reason mailbox-unknown: nonexistent mailbox
    reason mailbox-unknown: nonexistent account
    reason mailbox-unknown: non existent mailbox
    reason mailbox-unknown: non-existent mailbox
    reason mailbox-unknown: non-existing mailbox
    reason mailbox-unknown: mailbox no longer available
    reason mailbox-unknown: account no longer available
    reason mailbox-unknown: user no longer available
    reason mailbox-unknown: email account no longer
    reason mailbox-unknown: email address no longer
    reason mailbox-unknown: user no longer
    reason mailbox-unknown: account no longer
    reason mailbox-unknown: no longer accepting mail
    reason mailbox-unknown: user inactive
    reason mailbox-unknown: user is inactive
    reason mailbox-unknown: user is disabled
    reason mailbox-unknown: user has been disabled
    reason mailbox-unknown: user account disabled
    reason mailbox-unknown: user account is unavailable
    reason mailbox-unknown: user closed
    reason mailbox-unknown: there is no such mailbox
    reason mailbox-unknown: no account found
    reason mailbox-unknown: no account here
    reason mailbox-unknown: no mailbox here
    reason mailbox-unknown: no mailbox for
    reason mailbox-unknown: no mailbox with that name
    reason mailbox-unknown: no local mailbox
    reason mailbox-unknown: not a valid account
    reason mailbox-unknown: not a mailbox
    reason mailbox-unknown: recipient no longer
    reason mailbox-unknown: recipient inactive
    reason mailbox-unknown: recipient disabled
    reason mailbox-unknown: recipient is disabled
    reason mailbox-unknown: recipient address rejected: account
    reason mailbox-unknown: recipient address rejected: mailbox
    reason mailbox-unknown: invalid account
    reason mailbox-unknown: address is inactive
    reason mailbox-unknown: address is disabled
    reason mailbox-unknown: address disabled
    reason mailbox-unknown: address has been disabled
    reason mailbox-unknown: address has been deactivated
    reason mailbox-unknown: address no longer in use
    reason mailbox-unknown: address no longer valid
    reason mailbox-unknown: no longer valid
    reason mailbox-unknown: no longer in use
    reason mailbox-unknown: no longer in service
    reason mailbox-unknown: no longer active
    reason mailbox-unknown: no longer exists
    reason mailbox-unknown: no longer employed
    reason mailbox-unknown: no longer with
    reason mailbox-unknown: account not exist
    reason mailbox-unknown: account not exists
    reason mailbox-unknown: account is not active
    reason mailbox-unknown: account not active
    reason mailbox-unknown: account is closed
    reason mailbox-unknown: account is suspended
    reason mailbox-unknown: account has been suspended
    reason mailbox-unknown: account has been deleted
    reason mailbox-unknown: account has been deactivated
    reason mailbox-unknown: account has expired
    reason mailbox-unknown: account is locked
    reason mailbox-unknown: account deleted
    reason mailbox-unknown: account unknown
    reason mailbox-unknown: account unavailable
    reason mailbox-unknown: account is unavailable
    reason mailbox-unknown: account invalid
    reason mailbox-unknown: account not available
    reason mailbox-unknown: account terminated
    reason mailbox-unknown: account cancelled
    reason mailbox-unknown: account canceled
    reason mailbox-unknown: account that you tried to reach is
    reason mailbox-unknown: email account that you tried to reach
    reason mailbox-unknown: no active account
    reason mailbox-unknown: mailbox is unavailable
    reason mailbox-unknown: mailbox invalid
    reason mailbox-unknown: mailbox not exist
    reason mailbox-unknown: mailbox not exists
    reason mailbox-unknown: mailbox does not exists
    reason mailbox-unknown: mailbox not known
    reason mailbox-unknown: mailbox not local
    reason mailbox-unknown: mailbox inactive
    reason mailbox-unknown: mailbox is deactivated
    reason mailbox-unknown: mailbox deactivated
    reason mailbox-unknown: mailbox closed
    reason mailbox-unknown: mailbox is closed
    reason mailbox-unknown: mailbox deleted
    reason mailbox-unknown: mailbox suspended
    reason mailbox-unknown: mailbox is suspended
    reason mailbox-unknown: mailbox has been deleted
    reason mailbox-unknown: mailbox has been suspended
    reason mailbox-unknown: mailbox expired
    reason mailbox-unknown: deactivated mailbox
    reason mailbox-unknown: disabled mailbox
    reason mailbox-unknown: inactive mailbox
    reason mailbox-unknown: deactivated account
    reason mailbox-unknown: inactive account
    reason mailbox-unknown: closed account
    reason mailbox-unknown: is a deactivated
    reason mailbox-unknown: deactivated due to
    reason mailbox-unknown: disabled due to inactivity
    reason mailbox-unknown: has been deactivated
    reason mailbox-unknown: does not have a mailbox
    reason mailbox-unknown: doesn't have a mailbox
    reason mailbox-unknown: no such mailbox
    reason mailbox-unknown: no such account
    reason mailbox-unknown: no mailbox here by that name
    reason mailbox-unknown: no mailbox by that name
    reason mailbox-unknown: no mailbox found
    reason mailbox-unknown: no account by that name
    reason mailbox-unknown: not a valid mailbox
    reason mailbox-unknown: unknown mailbox
    reason mailbox-unknown: unknown account
    reason mailbox-unknown: address no longer exists
    reason mailbox-unknown: address is wrong or no longer valid
    reason mailbox-unknown: address is no longer
    reason mailbox-unknown: account does not exist
    reason mailbox-unknown: account doesn't exist
    reason mailbox-unknown: account that you tried to reach does not exist
    reason mailbox-unknown: account is disabled
    reason mailbox-unknown: account has been disabled
    reason mailbox-unknown: account disabled
    reason mailbox-unknown: account inactive
    reason mailbox-unknown: account is inactive
    reason mailbox-unknown: account has been closed
    reason mailbox-unknown: account closed
    reason mailbox-unknown: account deactivated
    reason mailbox-unknown: account expired
    reason mailbox-unknown: account not found
    reason mailbox-unknown: account suspended
    reason mailbox-unknown: inactive user
    reason mailbox-unknown: user disabled
    reason mailbox-unknown: mailbox disabled
    reason mailbox-unknown: mailbox is disabled
    reason mailbox-unknown: mailbox is inactive
    reason mailbox-unknown: mailbox has been disabled
    reason mailbox-unknown: mailbox does not exist
    reason mailbox-unknown: mailbox doesn't exist
    reason mailbox-unknown: mailbox not found
    reason mailbox-unknown: mailbox unknown
    reason mailbox-unknown: mailbox no longer
    reason mailbox-unknown: mailbox not available
    reason mailbox-unknown: address no longer accepts mail
    reason mailbox-unknown: non-existent account
    reason mailbox-unknown: bad destination mailbox
    reason mailbox-unknown 550,5.1.*: mailbox unavailable
    reason mailbox-unknown: mailbox unavailable or not local
    reason mailbox-unknown: does not have an account
    reason mailbox-unknown: doesn't have an account
    reason mailbox-unknown: no longer has a mailbox
    reason mailbox-unknown: no longer on server
    reason mailbox-unknown: no longer available here
    reason mailbox-unknown: account is frozen
    reason mailbox-unknown: account frozen
    reason mailbox-unknown: mailbox is frozen
    reason mailbox-unknown: mailbox frozen
    reason mailbox-unknown: permanently disabled
    reason mailbox-unknown: account has been terminated
    reason mailbox-unknown: account has been removed
    reason mailbox-unknown: mailbox has been removed
    reason mailbox-unknown: mailbox currently suspended
    reason mailbox-unknown: mailbox name invalid
    reason mailbox-unknown: mailbox name is invalid
    reason mailbox-unknown: mailbox name unknown
    reason mailbox-unknown: is now disabled
    """#
