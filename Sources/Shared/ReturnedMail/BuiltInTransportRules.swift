/// Built-in rules about what lies between two servers, with neither side to blame.
///
/// Before all others, since such a refusal speaks of senders, addresses and permission.
let builtInTransportRules = #"""
    # A next hop that does not know SMTPUTF8 (RFC 6531): the next server may, and neither side is to blame.
    reason unknown: smtputf8 is required
    reason unknown: smtputf8 required
    reason unknown: requires smtputf8
    reason unknown: require smtputf8
    reason unknown: needs smtputf8
    reason unknown: smtputf8 is not
    reason unknown: smtputf8 not
    reason unknown: smtputf8 was not
    reason unknown: smtputf8 extension
    reason unknown: smtputf8 support
    reason unknown: support smtputf8
    reason unknown: supports smtputf8
    reason unknown: support for smtputf8
    reason unknown: support the smtputf8
    reason unknown: offer smtputf8
    reason unknown: offer the smtputf8
    reason unknown: advertise smtputf8
    reason unknown: advertise the smtputf8
    reason unknown: without smtputf8
    reason unknown: lacks smtputf8
    reason unknown: utf8 support required
    reason unknown: utf-8 support required
    reason unknown: internationalized email address
    reason unknown: internationalized email addresses
    reason unknown: internationalized address
    reason unknown: internationalized addresses
    reason unknown: internationalized mailbox
    reason unknown: internationalized local
    reason unknown: internationalised
    reason unknown: non-ascii address
    reason unknown: non-ascii addresses
    reason unknown: non-ascii recipient
    reason unknown: non ascii address
    reason unknown: eai not
    reason unknown: support eai
    reason unknown *.6.7,*.6.8,*.6.9,*.6.10
    # Their TLS (RFC 8461, RFC 7672) is not as they announce it, which is like a server that does not answer.
    reason expired: mta-sts
    reason expired: starttls-not-supported
    reason expired: starttls is required to send mail
    reason expired: certificate-expired
    reason expired: tlsa-invalid
    reason expired: dnssec-invalid
    reason expired: dane validation
    reason expired *.4.317,*.4.8,*.7.321,*.7.322,*.7.323,*.7.324
    """#
