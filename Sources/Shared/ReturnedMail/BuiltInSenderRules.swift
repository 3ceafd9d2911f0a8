/// Built-in rules about problems of the sender, and about temporary ones.
///
/// Before all words about mailboxes, domains and hosts, since such a refusal names ours: "sender unknown", "your domain
/// does not exist". None of them may suppress an address.
let builtInSenderRules = #"""
    # Too large to be announced; 534 is of AUTH as a rule.
    reason size 534: message too big
    # Whatever is said of our host.
    reason policy: this ip
    reason policy: ip * temporarily blocked
    reason policy: ip * is temporarily
    reason policy: host * not permitted
    reason policy: this ip address
    reason policy: the ip address
    reason policy: the ip you
    reason policy: suspicious host
    reason policy: mail from * refused
    reason policy: mail from * rejected
    reason policy: mail from * denied
    reason policy: mail from ip
    reason policy: mail from not
    reason policy: recursive cname
    reason policy: empty envelope
    reason policy: as a from
    reason policy: blank from
    reason policy: ptr lookup
    # Our name, our address, our domain.
    reason policy *.1.7,*.1.8
    reason policy: sender verify
    reason policy: sender verification
    reason policy: verify sender
    reason policy: verify the sender
    reason policy: verifying sender
    reason policy: sender address verification
    reason policy: sender address invalid
    reason policy: sender invalid
    reason policy: sender address * does not exist
    reason policy: sender address * rejected
    reason policy: sender address must
    reason policy: sender address domain
    reason policy: sender address for
    reason policy: domain of sender
    reason policy: domain of the sender
    reason policy: domain of your
    reason policy: sender's domain
    reason policy: sender's address
    reason policy: sender's ip
    reason policy: sender's mail
    reason policy: senders domain
    reason policy: sending domain
    reason policy: sending server
    reason policy: sending host
    reason policy: sending mta
    reason policy: sending mail server
    reason policy: sending ip
    reason policy: sending email address
    reason policy: from domain
    reason policy: from header
    reason policy: from: header
    reason policy: mail from address
    reason policy: mail from command
    reason policy: bad mail from
    reason policy: bogus mail from
    reason policy: invalid mail from
    reason policy: mail from must
    reason policy: badmailfrom
    reason policy: envelope sender
    reason policy: envelope-sender
    reason policy: return path
    reason policy: return-path domain
    reason policy: your mail server
    reason policy: your mailserver
    reason policy: your email server
    reason policy: your server
    reason policy: your host
    reason policy: your hostname
    reason policy: your host name
    reason policy: your domain
    reason policy: your network
    reason policy: your isp
    reason policy: your account
    reason policy: your address
    reason policy: your email address
    reason policy: your e-mail address
    reason policy: your message was rejected because
    reason policy: unresolvable sender
    reason policy: unresolvable relay
    reason policy: resolve sender
    reason policy: sender must
    reason policy: sender needs
    reason policy: sender was rejected
    reason policy: sender email
    reason policy: sender e-mail
    reason policy: sender isn't
    reason policy: sender not
    reason policy: unroutable sender
    reason policy: unrouteable sender
    reason policy: from: domain
    reason policy: valid from:
    reason policy: emetteur invalide
    reason policy: émetteur invalide
    reason policy: batv
    reason policy: your access
    reason policy: sender is rejected
    reason policy: sender is on
    reason policy: sender blocked
    reason policy: blocked sender
    reason policy: sender not authenticated
    reason policy: sender authentication
    reason policy: sender policy framework
    reason policy: fake sender
    reason policy: spoofed
    reason policy: spoofing
    reason policy: not authorised sender
    reason policy: unauthorized sender
    reason policy: restricted sender
    reason policy: invalid rdns
    reason policy: rdns
    reason policy: reverse lookup
    reason policy: reverse-lookup
    reason policy: reverse mapping
    reason policy: reverse-dns
    reason policy: reverse address
    reason policy: reverse name
    reason policy: generic hostname
    reason policy: forward dns
    reason policy: forward-confirmed
    reason policy: cannot find your
    reason policy: can not find your
    reason policy: could not find your
    reason policy: can't find your
    reason policy: unable to resolve your
    reason policy: cannot resolve your
    reason policy: could not resolve your
    reason policy: unable to verify your
    reason policy: fully-qualified
    reason policy: fully qualified
    reason policy: fqdn
    reason policy: helo rejected
    reason policy: ehlo rejected
    reason policy: helo/ehlo
    reason policy: ehlo/helo
    reason policy: helo argument
    reason policy: helo string
    reason policy: helo host
    reason policy: in helo
    reason policy: in ehlo
    reason policy: helo/ehlo name
    reason policy: your helo
    reason policy: your ehlo
    reason policy: invalid ehlo
    reason policy: bad ehlo
    reason policy: helo domain
    reason policy: ehlo domain
    reason policy: need helo
    reason policy: ptr records
    reason policy: ptr resource
    reason policy: ptr rr
    reason policy: without ptr
    reason policy: missing ptr
    reason policy: have a ptr
    reason policy: dns ptr
    reason policy: dns ptr-records
    reason policy: spf policy
    reason policy: spf:
    reason policy: (spf)
    reason policy: dmarc policy
    reason policy: dkim signature
    reason policy: from not permitted
    reason policy: not permitted by the domain
    reason policy: to send mail from
    reason policy: to send from
    reason policy: to send email from
    reason policy: message is not authenticated
    reason policy: helo command rejected
    reason policy: bad helo
    reason policy: invalid helo
    reason policy: helo name
    reason policy: host impersonating
    reason policy: client host rejected
    reason policy: client host [
    reason policy: sender address rejected
    reason policy: sender address does not exist
    reason policy: sender address is not
    reason policy: sender address is invalid
    reason policy: sender address unknown
    reason policy: sender address has
    reason policy: sender address not found
    reason policy: sender unknown
    reason policy: unknown sender
    reason policy: sender denied
    reason policy: sender rejected
    reason policy: sender refused
    reason policy: sender not allowed
    reason policy: sender not found
    reason policy: sender does not exist
    reason policy: sender is not
    reason policy: invalid sender
    reason policy: forged sender
    reason policy: possible forgery
    reason policy: return mailbox
    reason policy: valid senders
    reason policy: in mail from
    reason policy: address in from
    reason policy: of sender
    reason policy: of the sender
    reason policy: sender < * > rejected
    reason policy: sender < * > denied
    reason policy: sender < * > not found
    reason policy: sender verify failed
    reason policy: sender ip
    reason policy: sending account
    reason policy: mail from domain
    reason policy: sender domain
    reason policy: your envelope sender
    reason policy: envelope from address
    reason policy: from address is
    reason policy: from address does not exist
    reason policy: your return address
    reason policy: your ip
    reason policy: your reverse dns
    reason policy: reverse dns
    reason policy: reverse hostname
    reason policy: no ptr
    reason policy: ptr record
    reason policy: invalid dns mx
    reason policy: ip address not found
    reason policy: ip address is black listed
    reason policy: spf check
    reason policy: spf record
    reason policy: spf fail
    reason policy: spf validation
    reason policy: blacklist entry
    reason policy: may consider spam
    reason policy: reject due to policy restrictions
    reason policy: do not accept mail from
    reason policy: not accept mail from this
    reason policy: you are not allowed to connect
    reason policy: relaydeny
    reason policy: suspected bounce attack
    reason policy: suspected bounce attacks
    reason policy: rejected for abuse
    reason policy: dt:spm
    reason policy: aup#cxsndr
    reason policy 554: a problem occurred. (ask your postmaster
    reason policy: sender address
    reason policy: senders address
    reason policy: from address
    reason policy: return address
    reason policy: reverse-path
    reason policy: ip address is
    reason policy: ip address has
    reason policy: ip address was
    reason policy: ip address not
    reason policy: ip address unknown
    reason policy: ip address invalid
    reason policy: your user
    reason policy: sender account
    reason policy: sender has
    reason policy: rule imposed
    reason policy: sender's
    reason policy: no such sender
    reason policy: sending from
    reason policy: to send mail
    reason policy: outgoing mail
    reason policy: sending user
    reason policy: for sending
    reason policy: valid sender
    reason policy: bogus sender
    reason policy: callback
    reason policy: reply-to address
    reason policy: authentication failed
    reason policy: authentication failure
    reason policy 530,534,535,538
    reason policy: name lookup failed
    # Who may send there, and how.
    reason policy: purported responsible address
    reason policy: mismatches client ip
    reason policy: bad ip profile
    reason policy: network not allowed
    reason policy: spf.pobox.com
    reason policy: no access from
    reason policy: refused - see
    reason policy: sending ips
    reason policy: submit messages to this
    reason policy: protocol violation
    reason policy: no data before greeting
    reason policy: not in whitelist
    reason policy: not in white list
    reason policy: not whitelisted
    reason policy: not on the whitelist
    reason policy: allow list
    reason policy: allowlist
    reason policy: non-member
    reason policy: not member
    reason policy: not a member
    reason policy: not subscribed to this
    reason policy: members only
    reason policy: members-only
    reason policy: permission to post
    reason policy: organizational settings
    reason policy: senderfilterconfig
    reason policy: empty envelope sender
    reason policy: null sender
    reason policy: null reverse-path
    reason policy: sending denied
    reason policy: authentification
    reason policy: from email
    reason policy: sender is
    reason policy: sender was
    reason policy: client host
    reason policy: connecting host
    reason policy: client ip
    reason policy: mail from invalid
    reason policy: mail from is invalid
    reason policy: not yet authorized
    reason policy: refused to receive
    reason policy: refused to accept
    reason policy: specified domain is not allowed
    reason policy: mail from * not allowed
    reason policy: has not been verified
    reason policy: postmaster verification
    reason policy: failed while checking
    reason policy: ehlo hostname
    reason policy: ehlo name
    reason policy: helo name
    """#
