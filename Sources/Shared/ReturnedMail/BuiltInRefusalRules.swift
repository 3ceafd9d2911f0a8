/// Built-in rules about other refusals: the sender, time; and codes without words.
let builtInRefusalRules = #"""
    # Their storage, not the mailbox's.
    reason expired: insufficient system storage
    reason expired: insufficient system resources

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

    # The sender, in words that are never about a mailbox.
    reason policy: spam
    reason policy: unsolicited
    reason policy: blacklist
    reason policy: blacklisted
    reason policy: block list
    reason policy: blocklist
    reason policy: denylist
    reason policy: dnsbl
    reason policy: reputation
    reason policy: greylist
    reason policy: greylisted
    reason policy: greylisting
    reason policy: dmarc
    reason policy: dkim
    reason policy: spf
    reason policy: banned
    reason policy: rbl
    reason policy: black listed
    reason policy: junk
    reason policy: spamassassin
    reason policy: quarantined
    reason policy: uribl
    reason policy: surbl
    reason policy: mail score
    reason policy: spam score
    reason policy: messagescoringupperlimit
    reason policy: razor
    reason policy: pyzor
    reason policy: bulk.advertising
    reason policy: known senders
    reason policy: trust score
    reason policy: low trust
    reason policy: ube
    reason policy: uce
    reason policy: bulk
    reason policy: heuristics
    reason policy: suspicious
    reason policy: spammer
    reason policy: spammers
    reason policy: spamming
    reason policy: spammy
    reason policy: spam-like
    reason policy: bulk mail
    reason policy: bulk email
    reason policy: bulk sender
    reason policy: mass mail
    reason policy: mass mailing
    reason policy: mass-mail
    reason policy: unwanted
    reason policy: phishing
    reason policy: phish
    reason policy: suspect
    reason policy: suspected
    reason policy: complaint
    reason policy: complaints
    reason policy: abuse
    reason policy: abusive
    reason policy: untrusted
    reason policy: not trusted
    reason policy: trusted
    reason policy: graylist
    reason policy: graylisted
    reason policy: postgrey
    reason policy: sbl
    reason policy: xbl
    reason policy: zen
    reason policy: backscatter
    reason policy: blocked using
    reason policy: rejected using
    reason policy: filtered
    reason policy: filter
    reason policy: filtering
    reason policy: content filter
    reason policy: authentication
    reason policy: message refused
    reason policy: mail refused
    reason policy: service refused
    reason policy: refused by
    reason policy: rejected due to
    reason policy: connection refused by
    reason policy: connection rejected
    reason policy: not allowed to connect

    reason policy: policy violation
    reason policy: policy violations
    reason policy: violation of policy
    reason policy: policy restrictions
    reason policy: policy reason
    reason policy: policy reasons
    reason policy: local policy
    reason policy: due to policy
    reason policy: security policy
    reason policy: message rejected
    reason policy: message has been rejected
    reason policy: message was rejected
    reason policy: message not accepted
    reason policy: message denied
    reason policy: message blocked
    reason policy: email rejected
    reason policy: unacceptable content
    reason content: attachment
    reason content: attachments

    # Codes about the address and the mailbox.
    reason domain-unknown *.1.2,*.1.10,*.4.310
    reason mailbox-unknown *.1.1,*.1.3,*.1.4,*.1.5,*.1.6,*.1.9,*.2.1
    reason mailbox-unknown *.1.0
    reason size *.2.3,*.3.4

    # Policy.
    reason challenge: sender verification * click
    reason policy: blocked
    reason policy: unauthenticated
    reason policy: policy
    reason policy: policies
    reason policy: administrative prohibition
    reason policy: administratively
    reason policy: prohibited
    reason policy: access denied
    reason policy: not authorized
    reason policy: permission denied
    reason policy: ptr
    reason policy: relay
    reason policy: relaying
    reason policy: allowed rcpthosts
    reason policy: not local host
    reason policy: don't handle mail for
    reason policy: to post to
    reason policy: mailing list
    # The sender in other languages, where nothing else is said of a mailbox.
    reason policy: absender
    reason policy: remitente
    reason policy: remetente
    reason policy: mittente
    reason policy: afzender
    reason policy: expéditeur
    reason policy: émetteur
    reason policy: avsändare
    reason policy: avsändaren
    reason policy: afsender
    reason policy: afsenderen
    reason policy: avsenderen
    reason policy: lähettäjä
    reason policy: nadawca
    reason policy: nadawcy
    reason policy: odesílatel
    reason policy: odosielateľ
    reason policy: feladó
    reason policy: expeditor
    reason policy: отправитель
    reason policy: отправителя
    reason policy: відправник
    reason policy: відправника
    reason policy: αποστολέας
    reason policy: gönderen
    reason policy: 发件人
    reason policy: 發件人
    reason policy: 寄件者
    reason policy: 送信者
    reason policy: 발신자

    # Who is unknown, with a name between the words.
    reason mailbox-unknown: user * does not exist
    reason mailbox-unknown: user * doesn't exist
    reason mailbox-unknown: user * not found
    reason mailbox-unknown: user * unknown
    reason mailbox-unknown: user * not known
    reason mailbox-unknown: user * is disabled
    reason mailbox-unknown: account * does not exist
    reason mailbox-unknown: account * doesn't exist
    reason mailbox-unknown: account * not found
    reason mailbox-unknown: account * is disabled
    reason mailbox-unknown: mailbox * does not exist
    reason mailbox-unknown: mailbox * doesn't exist
    reason mailbox-unknown: mailbox * not found
    reason mailbox-unknown: recipient * does not exist
    reason mailbox-unknown: recipient * doesn't exist
    reason mailbox-unknown: recipient * not found
    reason mailbox-unknown: recipient * unknown
    reason mailbox-unknown: address * does not exist
    reason mailbox-unknown: address * doesn't exist
    reason mailbox-unknown: address * not found

    # Given up.
    reason expired: envelope expired
    reason expired: queued too long
    reason expired: on the queue too long
    reason expired: queue for too long
    reason expired: undeliverable for too long
    reason expired: message too old
    reason expired: days, giving up
    reason expired: currently unavailable
    reason expired: come back later
    reason expired: exceeded max time
    reason expired: timeout exceeded
    reason expired: timed out
    reason expired: timeout
    reason expired: time out
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
    reason expired: too many "received" headers
    reason expired: too many received headers
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
    reason policy 571
    # Temporary, whatever the code.
    reason expired: try again later
    reason expired: try later
    reason expired: internal server error
    reason expired: internal error
    reason expired: system error
    reason expired: software error
    reason expired: loop count exceeded
    reason expired: local delivery error
    # RFC 5321 §3.4: not local. A 550 or 553 to RCPT that says no more may be about anything, the sender too.
    reason mailbox-unknown 551
    # Nothing else was said, no spam and no policy.
    reason mailbox-unknown 550,553,554 at rcpt: accepted for this mailbox
    reason mailbox-unknown 550,553,554 at rcpt: accepted for this user
    reason mailbox-unknown 550,553,554 at rcpt: accepted for this recipient
    reason mailbox-unknown 550,553,554 at rcpt: accepting mail for this user
    reason mailbox-unknown 550,553,554 at rcpt: accepting mail for this recipient
    """#
