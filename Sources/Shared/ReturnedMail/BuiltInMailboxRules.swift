/// Built-in rules about a mailbox that is not there, or is closed for good, in English.
///
/// Written after RFC 3463, IANA's registry of enhanced codes, and what the servers document or say.
let builtInMailboxRules = #"""
    # No such user, recipient or address.
    reason mailbox-unknown 550,551,553,5.1.1,5.1.3: invalid address
    reason mailbox-unknown 5.1.1,5.1.0: address rejected
    reason mailbox-unknown: email name is not found
    reason mailbox-unknown: non-existent email
    reason mailbox-unknown: non-existing user
    reason mailbox-unknown: non-existing address
    reason mailbox-unknown: non-existing recipient
    reason mailbox-unknown: not a valid login
    reason mailbox-unknown: badrcptto
    reason mailbox-unknown: bad_recipient
    reason mailbox-unknown: unknown_recipient
    reason mailbox-unknown: invalid_recipient
    reason mailbox-unknown: no_such_user
    reason mailbox-unknown: user_unknown
    reason mailbox-unknown: unknown_user
    reason mailbox-unknown: user_not_found
    reason mailbox-unknown: mailbox_unavailable
    reason mailbox-unknown: no mail box available
    reason mailbox-unknown: mail-box not found
    reason mailbox-unknown: bad recipient
    reason mailbox-unknown: bad recipient address
    reason mailbox-unknown: bad address syntax
    reason mailbox-unknown: rcpt does not exist
    reason mailbox-unknown: rcpt to * does not exist
    reason mailbox-unknown: no exists
    reason mailbox-unknown: does not exists
    reason mailbox-unknown: does not exist here
    reason mailbox-unknown: does not exist at
    reason mailbox-unknown: doesn't exist here
    reason mailbox-unknown: is not existed
    reason mailbox-unknown: not existed
    reason mailbox-unknown: user no exist
    reason mailbox-unknown: user unavailable
    reason mailbox-unknown: user not available
    reason mailbox-unknown: unable to find user
    reason mailbox-unknown: cannot find user
    reason mailbox-unknown: could not find user
    reason mailbox-unknown: can't find user
    reason mailbox-unknown: couldn't find user
    reason mailbox-unknown: not found user
    reason mailbox-unknown: no such a user
    reason mailbox-unknown: no such domain user
    reason mailbox-unknown: no such virtual user
    reason mailbox-unknown: no such id
    reason mailbox-unknown: no such destination
    reason mailbox-unknown: no such name
    reason mailbox-unknown: no user here
    reason mailbox-unknown: no local user
    reason mailbox-unknown: not our user
    reason mailbox-unknown: not a local user
    reason mailbox-unknown: not a valid address
    reason mailbox-unknown: not a valid email
    reason mailbox-unknown: not a valid username
    reason mailbox-unknown: not an existing
    reason mailbox-unknown: not in our database
    reason mailbox-unknown: not in the database
    reason mailbox-unknown: not in directory
    reason mailbox-unknown: not existing
    reason mailbox-unknown: not existent
    reason mailbox-unknown: unexistent
    reason mailbox-unknown: inexistent
    reason mailbox-unknown: unknown rcpt
    reason mailbox-unknown: unknown email
    reason mailbox-unknown: unknown e-mail
    reason mailbox-unknown: unknown virtual user
    reason mailbox-unknown: unknown in virtual
    reason mailbox-unknown: unknown in local
    reason mailbox-unknown: unknown in relay recipient
    reason mailbox-unknown: unknown person
    reason mailbox-unknown: recipient not available
    reason mailbox-unknown: recipient unavailable
    reason mailbox-unknown: recipient address rejected: address
    reason mailbox-unknown: recipient address rejected: unknown
    reason mailbox-unknown: recipient address rejected: undeliverable
    reason mailbox-unknown: recipient address rejected: invalid
    reason mailbox-unknown: recipient address rejected: no such
    reason mailbox-unknown: recipient address rejected: recipient
    reason mailbox-unknown: recipient verification failed
    reason mailbox-unknown: recipient verify failed
    reason mailbox-unknown: verify recipient
    reason mailbox-unknown: could not verify recipient
    reason mailbox-unknown: relay recipient table
    reason mailbox-unknown: invalid recipients
    reason mailbox-unknown: invalid rcpt
    reason mailbox-unknown: invalid destination
    reason mailbox-unknown: illegal user
    reason mailbox-unknown: illegal alias
    reason mailbox-unknown: address is not in use
    reason mailbox-unknown: is not known here
    reason mailbox-unknown: is not known at
    reason mailbox-unknown: is unknown here
    reason mailbox-unknown: not known here
    reason mailbox-unknown: not valid here
    reason mailbox-unknown: unable to find recipient
    reason mailbox-unknown: cannot find recipient
    reason mailbox-unknown: left the company
    reason mailbox-unknown: has left
    reason mailbox-unknown: has suppressed sending to this address
    reason mailbox-unknown: on the suppression list
    reason mailbox-unknown: no such person
    reason mailbox-unknown: no such email
    reason mailbox-unknown: no such local
    reason mailbox-unknown: not a valid user
    reason mailbox-unknown: not a valid recipient
    reason mailbox-unknown: not a known user
    reason mailbox-unknown: not a user here
    reason mailbox-unknown: not a registered
    reason mailbox-unknown: is not a recipient
    reason mailbox-unknown: recipient address rejected: user
    reason mailbox-unknown: recipient name is not recognized
    reason mailbox-unknown: unknown or illegal
    reason mailbox-unknown: unknown or invalid
    reason mailbox-unknown: unknown local part
    reason mailbox-unknown: unknown local user
    reason mailbox-unknown: unrouteable address
    reason mailbox-unknown: unroutable address
    reason mailbox-unknown: undeliverable address
    reason mailbox-unknown: did not exactly match
    reason mailbox-unknown: recipient rejected
    reason mailbox-unknown 553: name not allowed
    reason mailbox-unknown: not listed in
    reason mailbox-unknown: does not have a final email delivery point
    reason mailbox-unknown: invalid final delivery userid
    reason mailbox-unknown: no matches to nameserver query
    reason mailbox-unknown: no matching directory entry
    reason mailbox-unknown: no valid recipients
    reason mailbox-unknown: no such rcpt
    reason mailbox-unknown: invalid local part
    reason mailbox-unknown: invalid local-part
    reason mailbox-unknown: unknown local-part
    reason mailbox-unknown: don't exists that user
    reason mailbox-unknown: unavailable mail user
    reason mailbox-unknown: not user of this server
    reason mailbox-unknown 550,5.1.* at rcpt: ^does not exist
    reason mailbox-unknown: no longer works here
    reason mailbox-unknown: wrong recipient
    reason mailbox-unknown: email address you entered
    reason mailbox-unknown: not available: abandoned
    reason mailbox-unknown: can't accept user
    reason mailbox-unknown: destination addresses were unknown
    reason mailbox-unknown: rejected recipients
    reason mailbox-unknown: not an active address
    reason mailbox-unknown: not a local address
    reason mailbox-unknown: recipient is not on this server
    reason mailbox-unknown: there is no one at this address
    reason mailbox-unknown: badrecipientto
    reason mailbox-unknown: not in my validrcptto
    reason mailbox-unknown: not one of our
    reason mailbox-unknown: this user isn't here
    reason mailbox-unknown: mailbox name not allowed
    reason mailbox-unknown: mailbox is not allowed
    reason mailbox-unknown: mailbox unavaiable
    reason mailbox-unknown: recipient not ok
    reason mailbox-unknown: missing home directory
    reason mailbox-unknown: no one with that
    reason mailbox-unknown: nobody with that
    reason mailbox-unknown: nobody by that
    reason mailbox-unknown: no mailbox matches
    reason mailbox-unknown: recipient verify
    reason mailbox-unknown: unresolvable address
    reason mailbox-unknown: nosuchuser
    reason mailbox-unknown: path no exist
    reason mailbox-unknown: address rejected: inactive
    reason mailbox-unknown: receiving disabled
    reason mailbox-unknown: user have no mail
    reason mailbox-unknown: no recipient activity
    reason mailbox-unknown: noactivity
    reason mailbox-unknown: locked due to inactivity
    reason mailbox-unknown: is deceased
    reason mailbox-unknown: recipient deceased
    reason mailbox-unknown: no one by that
    reason mailbox-unknown: no such mail drop
    reason mailbox-unknown: mail for that user
    reason mailbox-unknown: not found in ldap
    reason mailbox-unknown: unable to find alias user
    reason mailbox-unknown: owner has changed
    reason mailbox-unknown: was not used for
    reason mailbox-unknown: has not been used for
    reason mailbox-unknown: not been used in
    reason mailbox-unknown: en estado inactivo
    reason mailbox-unknown: en estado: inactivo
    reason mailbox-unknown: falta de uso
    reason mailbox-unknown: per inutilizzo
    reason mailbox-unknown: lub nieaktywne
    reason mailbox-unknown: incorrectly addressed
    reason mailbox-unknown: recipients are invalid
    reason mailbox-unknown: no longer an employee
    reason mailbox-unknown: no longer works
    reason mailbox-unknown: no longer working
    reason mailbox-unknown: former employee
    reason mailbox-unknown: left our
    reason mailbox-unknown: has resigned
    reason mailbox-unknown: cannot deliver mail for
    reason mailbox-unknown: user not ok
    reason mailbox-unknown: address is not handled
    reason mailbox-unknown: not handled by this
    reason mailbox-unknown: not in recipient list
    reason mailbox-unknown: not in the recipient list
    reason mailbox-unknown: not a valid rfc-5321 address
    reason mailbox-unknown: mailbox unallocated
    reason mailbox-unknown: valid notes mail file
    reason mailbox-unknown: no redirect entry
    reason mailbox-unknown 550,551,552,553,554,5.1.*,5.2.*: inactivity
    reason mailbox-unknown 501,550,553,5.1.* at rcpt: missing or malformed
    reason mailbox-unknown: never logged
    reason mailbox-unknown: not logged in since
    reason mailbox-unknown: hasn't logged
    reason mailbox-unknown: has not logged
    reason mailbox-unknown: hasn't entered
    reason mailbox-unknown: has not entered
    reason mailbox-unknown: list of allowed recipients
    reason mailbox-unknown: list of valid recipients
    reason mailbox-unknown: to take delivery
    reason mailbox-unknown: invalid final delivery
    reason mailbox-unknown: malformed local part
    reason mailbox-unknown: malformed local-part
    reason mailbox-unknown: malformed address
    reason mailbox-unknown: malformed recipient
    reason mailbox-unknown: unavailable mailbox
    reason mailbox-unknown: no one at this
    reason mailbox-unknown: nobody at this
    reason mailbox-unknown: user banned
    reason mailbox-unknown: this user doesn't have a
    reason mailbox-unknown: riuscito a trovare l'indirizzo
    reason mailbox-unknown: nadie con esta
    reason mailbox-unknown: najti prejemnikovega
    reason mailbox-unknown: naslov je ukinjen
    reason mailbox-unknown: no longer on staff
    reason mailbox-unknown: no longer using
    reason mailbox-unknown: not in my local
    reason mailbox-unknown: not in local list
    """#
