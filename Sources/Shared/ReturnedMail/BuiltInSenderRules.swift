/// Built-in rules about what is wrong with us, and about what is so for now only.
///
/// Before all words about mailboxes, domains and hosts, since such a refusal names ours: "sender unknown", "your domain
/// does not exist". None of them may suppress anybody.
let builtInSenderRules = #"""
    # Our name, our address, our domain.
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
    # How much we send, which is not how full a mailbox is.
    reason rate-limited: rp:qrc
    reason rate-limited: sending quota
    reason rate-limited: sending limit
    reason rate-limited: quota exceeded for sender
    reason rate-limited: frequency limited
    reason rate-limited: max emails per hour
    reason rate-limited: emails per hour
    reason rate-limited: messages per hour
    reason rate-limited: too many invalid recipients
    # Not for good, whatever else is said of the mailbox.
    reason expired: temporarily disabled
    reason expired: temporarily locked
    reason expired: temporarily suspended
    reason expired: temporarily inactive
    reason expired: temporarily blocked
    reason expired: temporarily rejected
    reason expired: mailbox temporarily
    reason expired: mailbox is temporarily
    reason expired: backend unavailable
    """#
