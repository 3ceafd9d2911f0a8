/// Built-in rules about the rest of what is refused: the domain, the message, the sender, time; and codes without words.
let builtInRefusalRules = #"""
    # No domain.
    reason domain-unknown: domain does not exist
    reason domain-unknown: domain doesn't exist
    reason domain-unknown: domain not found
    reason domain-unknown: domain couldn't be found
    reason domain-unknown: domain wasn't found
    reason domain-unknown: domain name not found
    reason domain-unknown: no such domain
    reason domain-unknown: unknown domain
    reason domain-unknown: unknown host
    reason domain-unknown: host unknown
    reason domain-unknown: host or domain name not found. name service error * type=mx: host not found
    reason expired: name service error * try again
    reason expired: name server * temporarily
    reason expired: host name lookup failure
    reason domain-unknown: host or domain name not found
    reason domain-unknown: host not found
    reason domain-unknown: couldn't find any host
    reason domain-unknown: couldn't find any host named
    reason domain-unknown: couldn't find a mail exchanger
    reason domain-unknown: nxdomain
    reason domain-unknown: null mx
    reason domain-unknown: does not accept mail (nullmx)
    reason expired: loops back to myself
    reason domain-unknown: all relevant mx records point to non-existent hosts
    reason domain-unknown: no mx or a record
    reason domain-unknown: domäne existiert nicht
    reason domain-unknown: le domaine * n'existe pas

    # The message.
    reason size: message too large
    reason size: message too big
    reason size: message is too large
    reason size: message is too big
    reason size: message size exceeds
    reason size: message size limit
    reason size: message length exceeds
    reason size: exceeds size limit
    reason size: exceeded maximum inbound message size
    reason size: exceeds the maximum message size
    reason size: exceeded * message size
    reason size: larger than the maximum
    reason size: exceeds fixed maximum
    reason size: nachricht ist zu groß
    reason content: virus
    reason content: malware
    reason content: prohibited attachment
    reason content: attachment type
    reason content: message content rejected
    reason content: content rejected
    reason content: content denied
    reason content: bare lf
    reason content: no resent-from
    reason content: invalid header
    reason content: header error
    reason content: not rfc 5322 compliant
    reason content: not rfc 2822 compliant

    # Codes about the address and the mailbox.
    reason domain-unknown *.1.2,*.1.10
    reason policy *.1.7,*.1.8
    reason mailbox-unknown *.1.0,*.1.1,*.1.3,*.1.4,*.1.5,*.1.6,*.1.9,*.2.1
    reason size *.2.3,*.3.4

    # Too much, too fast.
    reason rate-limited: rate limit
    reason rate-limited: ratelimit
    reason rate-limited: rate limited
    reason rate-limited: too many messages
    reason rate-limited: too many connections
    reason rate-limited: too many recipients
    reason rate-limited: too many concurrent
    reason rate-limited: too many sessions
    reason rate-limited: too many emails
    reason rate-limited: too much mail
    reason rate-limited: throttled
    reason rate-limited: throttling
    reason rate-limited: unusual rate of
    reason rate-limited: slow down
    reason rate-limited: hourly limit
    reason rate-limited: daily limit
    reason rate-limited: exceeded the maximum number of
    reason rate-limited: connection rate
    reason rate-limited: try again later, too
    reason rate-limited 4.7.28,5.7.28,4.7.650,4.7.651,4.7.652,5.7.650

    # Policy.
    reason challenge: sender verification * click
    reason policy: spam
    reason policy: unsolicited
    reason policy: blacklist
    reason policy: blacklisted
    reason policy: block list
    reason policy: blocklist
    reason policy: denylist
    reason policy: blocked
    reason policy: dnsbl
    reason policy: reputation
    reason policy: greylist
    reason policy: greylisted
    reason policy: greylisting
    reason policy: dmarc
    reason policy: dkim
    reason policy: spf
    reason policy: unauthenticated
    reason policy: policy
    reason policy: policies
    reason policy: administrative prohibition
    reason policy: administratively
    reason policy: prohibited
    reason policy: access denied
    reason policy: not authorized
    reason policy: permission denied
    reason policy: banned
    reason policy: rbl
    reason policy: black listed
    reason policy: ptr
    reason policy: junk
    reason policy: suspicious
    reason policy: relay
    reason policy: relaying

    # Given up.
    reason expired: timed out
    reason expired: timeout
    reason expired: time out
    reason expired: too long
    reason expired: not responding
    reason expired: did not respond
    reason expired: no answer from
    reason expired: connection refused
    reason expired: connection failed
    reason expired: connection reset
    reason expired: connection dropped
    reason expired: connection lost
    reason expired: lost connection
    reason expired: no route to host
    reason expired: network is unreachable
    reason expired: network unreachable
    reason expired: network problem
    reason expired: not reachable
    reason expired: unable to connect
    reason expired: couldn't connect
    reason expired: could not connect
    reason expired: unable to establish
    reason expired: wasn't able to establish
    reason expired: retry time not reached
    reason expired: retry timeout exceeded
    reason expired: message expired
    reason expired: delivery time expired
    reason expired: delivery expired
    reason expired: maximum retr
    reason expired: delivery failed * attempts
    reason expired: exceeded maximum delivery attempts
    reason expired: maximum-time-expired
    reason expired: could not be delivered for
    reason expired: not been collected after
    reason expired: was aborted after
    reason expired: has been in the queue
    reason expired: in the queue too long
    reason expired: temporarily unavailable
    reason expired: server unavailable or busy
    reason expired: temporary failure
    reason expired: temporary server error
    reason expired: could not find a gateway
    reason expired: too many hops
    reason expired: looping
    reason expired: mail loop
    reason expired: loop detected
    reason expired: hop count exceeded

    # Codes that say less.
    reason policy *.7.*
    reason content *.6.*
    reason expired *.4.*
    reason mailbox-full 552: mailbox
    reason mailbox-full 552: storage
    reason rate-limited 421,*.5.3,452
    reason size 552
    reason domain-unknown 556
    reason policy 530,534,535,538,571
    # Not for good, though the code may say so.
    reason expired: try again later
    reason expired: try later
    reason expired: internal server error
    reason expired: internal error
    reason expired: local delivery error
    # RFC 5321 §3.4: not local. A 550 or 553 to RCPT that says no more may be about anything, the sender too.
    reason mailbox-unknown 551
    """#
