import Testing

@testable import Core
@testable import ReturnedMail

/// Whom a refusal blames: only the mailbox's or its domain's own fault, for good, may suppress.
@Suite struct BounceBlameTests {
    typealias Row = (line: String, reason: BounceReason, consequence: BounceConsequence, because: Comment)

    /// Before, each of these was taken for an unknown mailbox because RCPT was refused with 550.
    static let vagueRefusals: [Row] = [
        ("550 Connection frequency limited. http://service.mail.qq.example/1", .rateLimited, .block, "QQ: how fast"),
        ("550 Suspected bounce attacks [IP: 192.0.2.9]. https://service.mail.qq.example/", .policy, .block, "QQ"),
        ("550 Mail content denied. http://service.mail.qq.example/2", .content, .block, "QQ: the message"),
        ("550 RP:QRC 163 mx1,Rcpts in one mail", .rateLimited, .block, "163: how many"),
        ("550 \"JunkMail rejected - a.example [192.0.2.9]:4 is in an RBL: https://x\"", .policy, .block, "a list"),
        (
            "550 Domain shop.example has exceeded the max emails per hour (125/100) allowed", .rateLimited, .block,
            "ours"
        ),
        ("550 (RelayDeny) not local host dest.example, not a gateway", .policy, .block, "the route"),
        (
            "550 Requested action not taken: mailbox unavailable 550-Sender address is not allowed.", .policy, .block,
            "GMX: the sender, whatever the first line says"
        ),
        (
            "550 Requested action not taken: mailbox unavailable 550 invalid DNS MX or A/AAAA resource record", .policy,
            .block, "GMX: the sender's domain"
        ),
        ("550 Bad HELO - Host impersonating domain name", .policy, .block, "our name"),
        ("550 No PTR for 192.0.2.9 found", .policy, .block, "our address"),
        ("550 Rejected - RBL listed", .policy, .block, "a list"),
        ("550 Rejected for abuse. Contact abuse@dest.example", .policy, .block, "our reputation"),
        ("550 We do not accept mail from this host", .policy, .block, "our host"),
        ("550 You are not allowed to connect", .policy, .block, "our host"),
        ("550 Internal server error", .expired, .soft, "their server"),
        ("550 Local delivery error, please try again later", .expired, .soft, "their server"),
        ("550 Mailbox temporarily locked", .expired, .soft, "not for good"),
        ("550 Mail from shop.example refused", .policy, .block, "who sends"),
        ("553 Error: mail rejected, contact postmaster", .unknown, .soft, "nothing known"),
        ("550 mailbox unavailable", .mailboxUnknown, .hard, "the words say mailbox"),
        ("550 5.1.1", .mailboxUnknown, .hard, "the code says mailbox"),
        ("550 The recipient may contain a non-existent account, please check", .mailboxUnknown, .hard, "QQ"),
    ]

    /// 5.2.1 is a mailbox that is off, but for those who use it for something else.
    static let closedOrBusy: [Row] = [
        (
            "550 550-5.2.1 The user you are trying to contact is receiving mail at a rate that 550-5.2.1 prevents "
                + "additional messages from being delivered. 550 5.2.1 https://x.example/mail/?p=ReceivingRatePerm",
            .rateLimited, .block, "Gmail: it exists, and it is popular"
        ),
        (
            "450 4.2.1 The user you are trying to contact is receiving mail too quickly.", .rateLimited, .block, "Gmail"
        ),
        ("550 5.2.1 see https://x.example/mail/?p=ReceivingRatePerm", .rateLimited, .block, "Gmail, by its link alone"),
        ("550 5.2.1 Mailbox temporarily disabled", .expired, .soft, "not for good"),
        ("550 5.2.1 Content rejected", .content, .block, "the message"),
        ("550 5.2.1 The email account that you tried to reach is disabled", .mailboxUnknown, .hard, "Gmail: closed"),
        ("550 5.2.1 closed", .mailboxUnknown, .hard, "IANA: mailbox disabled"),
    ]

    static let senders: [Row] = [
        (
            "550 SPF check failed: 192.0.2.9 is not listed in the SPF record of shop.example", .policy, .block,
            "\"not listed in\" a directory would be the mailbox"
        ),
        ("550 5.6.0 From address is invalid", .policy, .block, "the sender's address"),
        ("550 Forged sender - From address is not valid", .policy, .block, "the sender's address"),
        ("550 5.1.8 Your return address does not exist", .policy, .block, "the sender's address"),
        ("550 5.1.0 Envelope from address does not exist: b@bounces.example", .policy, .block, "the sender's address"),
        ("550 Your reverse DNS address not found", .policy, .block, "our host"),
        ("550 5.7.1 Sender address unknown or invalid", .policy, .block, "the sender's address"),
        (
            "554 5.7.1 The message from (<b@bounces.example>) with the subject of (News) matches a profile the Internet "
                + "community may consider spam (unknown user)", .policy, .block, "spam, whoever else is unknown"
        ),
        (
            "550 Sender host address 192.0.2.9 matches a local blacklist entry; user unknown to us", .policy, .block,
            "a list"
        ),
        ("553 5.1.8 Sender address has null MX", .policy, .block, "the sender's domain"),
        ("550 5.1.0 sender denied by recipient", .policy, .block, "refused for who sends"),
        ("550 5.1.0 Sender <b+x@bounces.example> rejected", .policy, .block, "the sender's address"),
        ("550 5.1.0 Sender unknown", .policy, .block, "the sender's address"),
        (
            "554 5.4.6 mail for dest.example loops back to myself", .expired, .soft,
            "their configuration, not the domain"
        ),
        ("550 5.1.1 Adresse invalide. Invalid recipient. OFR_416 [416]", .mailboxUnknown, .hard, "Orange"),
        ("550 5.1.1 Recipient inactive. OFR_418", .mailboxUnknown, .hard, "Orange"),
        ("552 5.2.2 Boite du destinataire pleine. OFR_417 [417]", .mailboxFull, .soft, "Orange"),
        ("550 5.7.0 Mail rejected. OFR_506 [506]", .policy, .block, "Orange, about us"),
        ("550 5.4.5 Daily sending quota exceeded", .rateLimited, .block, "our quota, not the mailbox's"),
        ("550 Quota exceeded for sender 192.0.2.9: too many messages per hour", .rateLimited, .block, "our quota"),
        ("552 5.2.2 Quota exceeded (mailbox for user is full)", .mailboxFull, .soft, "the mailbox's quota"),
        ("550 User ada not listed in Domino Directory", .mailboxUnknown, .hard, "Domino"),
        ("550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", .mailboxUnknown, .hard, "Postfix"),
    ]

    /// Before, each of these was unknown.
    static let others: [Row] = [
        ("554 DT:SPM 163 mx12,PMCowAD3 1, please see http://mail.163.example/", .policy, .block, "163: spam"),
        ("554 IP=192.0.2.9 - A problem occurred. (Ask your postmaster for help)", .policy, .block, "T-Online"),
        ("554 No SMTP service 554-IP address is black listed.", .policy, .block, "GMX"),
        ("554 cox.example: cxr rejected 192.0.2.9 - AUP#CXSNDR", .policy, .block, "Cox"),
        ("550 This address no longer accepts mail.", .mailboxUnknown, .hard, "qmail"),
        ("550 El usuario no existe", .mailboxUnknown, .hard, "Spanish"),
        ("550 casella inesistente", .mailboxUnknown, .hard, "Italian"),
        ("550 het e-mailadres bestaat niet", .mailboxUnknown, .hard, "Dutch"),
    ]

    /// Neither side is to blame, or the words mean another thing than they say first.
    static let between: [Row] = [
        ("550 5.4.8 MX hosts of dest.example failed MTA-STS validation", .expired, .soft, "their policy, their host"),
        ("550 5.4.317 STARTTLS is required to send mail", .expired, .soft, "their TLS does not answer"),
        ("550 5.7.321 starttls-not-supported: Destination mail server must support TLS", .expired, .soft, "DANE"),
        ("550 5.7.322 certificate-expired: Destination mail server's certificate is expired", .expired, .soft, "DANE"),
        ("550 5.7.324 dnssec-invalid: Destination domain returned invalid DNSSEC records", .expired, .soft, "DANE"),
        (
            "550 5.4.4 Name service error for name=dest.example: Malformed or unexpected name server reply", .expired,
            .soft, "the resolver, not the message"
        ),
        ("521 5.3.2 System not accepting network messages", .domainUnknown, .hard, "RFC 7504: never any"),
        ("550 5.3.2 System not accepting network messages", .expired, .soft, "RFC 3463: a shutdown, a heavy load"),
        ("550 User has too many messages on the server", .mailboxFull, .soft, "theirs, not ours"),
        ("550 too much mail data for ada", .mailboxFull, .soft, "what lies there already"),
        ("534 SIZE=Message too big.", .size, .soft, "no matter of AUTH"),
        ("554 5.7.1 Message Rejected Class=size limit=10485760", .size, .soft, "a filter's class"),
        ("550 PTR lookup failure", .policy, .block, "our name, and no failing directory"),
        ("554 mx1 Connection refused from 192.0.2.9", .policy, .block, "refused, and not for now"),
        ("521 5.2.1 : AOL will not accept delivery of this message.", .policy, .block, "whatever the status is called"),
        ("550 User temporary locked", .expired, .soft, "not for good"),
        ("550 The mailbox of ada is full", .mailboxFull, .soft, "with a name between"),
        ("550 The user has not enough diskspace available", .mailboxFull, .soft, "theirs"),
        ("522 sorry, no more", .mailboxFull, .soft, "522 stands for 5.2.2"),
        ("550 Account was locked due to inactivity", .mailboxUnknown, .hard, "nobody reads there"),
        ("550 Blocked due to long-time inactivity", .mailboxUnknown, .hard, "nobody reads there"),
        ("550 mail receiving disabled", .mailboxUnknown, .hard, "Russian providers"),
        ("550 This IP has been temporarily blocked for too many messages like spam", .policy, .block, "our host"),
        ("550 The ip 192.0.2.9 is temporarily blocked", .policy, .block, "our host"),
    ]

    @Test(arguments: vagueRefusals + closedOrBusy + senders + others + between)
    func `only what blames the mailbox for good is hard, at once and later`(row: Row) {
        let codes = ReplyCodes(in: Array(row.line.utf8)[...])
        for (step, words) in [
            (SMTPStep.rcpt, row.line.dropFirst(4)),
            (nil, row.line.dropFirst(4)), (nil, row.line.dropFirst(4) + " (in reply to RCPT TO command)"),
        ] {
            let finding = RuleBook.builtIn.classify(
                code: codes.code,
                enhanced: codes.enhanced,
                text: Array(words.utf8),
                at: step
            )
            #expect(finding.reason == row.reason, row.because)
            #expect(finding.consequence == row.consequence, row.because)
        }
    }
}
