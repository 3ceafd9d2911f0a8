/// Built-in rules about how much we send, and about what is so for now only.
///
/// Before all words about mailboxes, domains and hosts, as those about us are.
let builtInRateRules = #"""
    # How much we send, which is not how full a mailbox is.
    reason rate-limited: throttling failure
    reason rate-limited: maximum sending rate
    reason rate-limited: message quota exceeded
    reason rate-limited: message threshold exceeded
    reason rate-limited 5.7.1: email quota exceeded
    reason rate-limited: trop de connexions
    reason mailbox-full: too many messages in
    reason mailbox-full: too many messages on this
    reason rate-limited: too many recipients
    reason rate-limited: too many invalid
    reason rate-limited: too many bad
    reason rate-limited: too many unknown
    reason rate-limited: too many nonexistent
    reason rate-limited: too many rcpt
    reason rate-limited: too many errors
    reason rate-limited: too many failed
    reason rate-limited: excessive unknown recipients
    reason rate-limited: excessive number of
    reason rate-limited: exceeded the rate
    reason rate-limited: exceeds the rate
    reason rate-limited: exceeded the limit of
    reason rate-limited: exceeded its limit
    reason rate-limited: exceeded your
    reason rate-limited: exceeds your
    reason rate-limited: connection limit
    reason rate-limited: connections limit
    reason rate-limited: sending rate
    reason rate-limited: message rate
    reason rate-limited: recipients per hour
    reason rate-limited: recipients this hour
    reason rate-limited: recipients per day
    reason rate-limited: per hour limit
    reason rate-limited: ip frequency
    reason rate-limited: domain frequency
    reason rate-limited: sender frequency
    reason rate-limited: frequency limit
    reason rate-limited: rp:qrc
    reason rate-limited: sending quota
    reason rate-limited: sending limit
    reason rate-limited: quota exceeded for sender
    reason rate-limited: frequency limited
    reason rate-limited: max emails per hour
    reason rate-limited: emails per hour
    reason rate-limited: messages per hour
    reason rate-limited: too many invalid recipients
    reason mailbox-full: too much mail data
    reason mailbox-full: exceeding receiving limits
    reason rate-limited: messages per session
    reason rate-limited: messages per connection
    reason rate-limited: message per connection
    reason rate-limited: frequency of receiving
    reason rate-limited: outgoing messages
    reason rate-limited: thread limit
    reason rate-limited: too many bounces
    reason rate-limited: again slower
    reason rate-limited *.2.121,*.2.122
    reason rate-limited: receive per hour
    reason rate-limited: receive per day
    reason rate-limited: excessive volume
    reason rate-limited: excessive rate
    reason rate-limited: queue quota
    reason rate-limited: hourly quota
    reason rate-limited: daily quota
    reason rate-limited: hourly sending
    reason rate-limited: daily sending
    reason rate-limited: too many same
    reason rate-limited: too many mails
    reason rate-limited: too many e-mails
    reason rate-limited: too many message
    reason rate-limited: too many requests
    reason rate-limited: too many simultaneous
    reason rate-limited: too many transactions
    reason rate-limited: too many attempts
    reason rate-limited: too many deliveries
    reason rate-limited: too fast
    reason rate-limited: too frequent
    reason rate-limited: too frequently
    reason rate-limited: too often
    reason rate-limited: rate exceeded
    reason rate-limited: rate has been exceeded
    reason rate-limited: userid unknowns
    reason rate-limited: excessive userid
    # Not for good, whatever else is said of the mailbox.
    reason expired 4xx: unverified address
    reason expired: verification in progress
    reason expired: temporary domain failure
    reason expired: disabled temporarily
    reason expired: disabled temporarly
    reason expired: suspended temporarily
    reason expired: locked temporarily
    reason expired: temporarily disabled
    reason expired: temporarily locked
    reason expired: temporarily suspended
    reason expired: temporarily inactive
    reason expired: temporary locked
    reason expired: temporary disabled
    reason expired: temporary suspended
    reason expired: temporary blocked
    reason expired: temporary inactive
    reason expired: data headers exceeds
    reason expired: temporarily blocked
    reason expired: temporarily rejected
    reason expired: mailbox temporarily
    reason expired: mailbox is temporarily
    reason expired: could not find a gateway
    reason expired: unexpected name server reply
    reason expired: lookup failed
    reason expired: lookup failure
    reason expired: lookup error
    reason expired: database error
    reason expired: temporary mta failure
    reason expired: unable to relay message back
    reason expired: backend unavailable
    """#
