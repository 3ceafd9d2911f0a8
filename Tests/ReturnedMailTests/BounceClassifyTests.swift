import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

@Suite struct BounceClassifyTests {
    typealias Row = (
        line: String, step: SMTPStep?, reason: BounceReason, consequence: BounceConsequence, because: Comment
    )

    static let table: [Row] = [
        ("550 5.1.1 no", .rcpt, .mailboxUnknown, .hard, "IANA: bad destination mailbox"),
        ("550 5.1.1 no", nil, .mailboxUnknown, .hard, "a bounce counts exactly as the reply"),
        ("450 4.1.1 user unknown", .rcpt, .mailboxUnknown, .soft, "for now only: a server that is being moved"),
        ("550 5.1.2 no", nil, .domainUnknown, .hard, "IANA: bad destination system"),
        ("556 5.1.10 null MX", .rcpt, .domainUnknown, .hard, "RFC 7505"),
        ("550 5.1.8 bad sender", nil, .policy, .block, "the sender's address, not the recipient's"),
        ("550 5.1.1 who?", .mail, .policy, .block, "at MAIL an address can only be the sender's"),
        ("550 5.2.1 disabled", nil, .mailboxUnknown, .hard, "IANA: mailbox disabled"),
        ("552 5.2.2 full", nil, .mailboxFull, .soft, "IANA: mailbox full"),
        ("452 4.2.2 out of storage space", .rcpt, .mailboxFull, .soft, "Gmail"),
        ("552 5.3.4 too big", .dot, .size, .soft, "IANA: message too big for system"),
        ("552 no", .dot, .size, .soft, "RFC 1870"),
        ("552 mailbox over storage limit", nil, .mailboxFull, .soft, "RFC 5321: exceeded storage allocation"),
        ("554 5.6.0 no", .dot, .content, .block, "IANA: media error"),
        ("550 5.7.1 no", .rcpt, .policy, .block, "a policy says nothing about the mailbox"),
        ("550 5.7.1 user unknown", .rcpt, .mailboxUnknown, .hard, "the words say more than the code"),
        ("550 5.1.1 mailbox is full", .rcpt, .mailboxFull, .soft, "the words say more than the code"),
        ("421 4.7.28 unusual rate of mail", .dot, .rateLimited, .block, "Gmail"),
        ("451 4.7.650 rate limited", .rcpt, .rateLimited, .block, "Outlook.com"),
        ("554 5.4.7 expired", nil, .expired, .soft, "IANA: delivery time expired"),
        ("451 4.4.1 no answer", nil, .expired, .soft, "IANA: no answer from host"),
        ("550 5.7.1 <mail.sender.example>: Helo command rejected: Host not found", .rcpt, .policy, .block, "our name"),
        ("550 5.7.1 SPF fail: domain not found", .rcpt, .policy, .block, "x.7 is about the sender"),
        (
            "550 Requested action not taken: mailbox unavailable. Reject due to policy restrictions.", .rcpt, .policy,
            .block, "policy says more"
        ),
        ("550 5.7.1 Your IP is not listed in our allow list", .rcpt, .policy, .block, "our address"),
        ("550 5.7.1 Your sending account suspended for spam", .rcpt, .policy, .block, "our account"),
        ("550 5.7.1 Sender address does not exist", .rcpt, .policy, .block, "the sender"),
        ("550 5.4.1 Recipient address rejected: Access denied", .rcpt, .mailboxUnknown, .hard, "Exchange Online"),
        ("550 5.4.1 no", nil, .expired, .soft, "the code alone says that nobody answered"),
        ("550 5.2.1 is receiving email at a rate that prevents more", .rcpt, .rateLimited, .block, "Gmail"),
        (
            "554 delivery error: This user doesn't have a yahoo.com account (a@b.example) [0]", .dot, .mailboxUnknown,
            .hard, "Yahoo"
        ),
        ("554 5.7.9 not accepted for policy reasons", .dot, .policy, .block, "Yahoo"),
        ("550 blocked using zen.spamhaus.example", .rcpt, .policy, .block, "a block list, without an enhanced code"),
        ("550 no", .rcpt, .unknown, .soft, "at RCPT, too, it may be about the sender: when in doubt it is soft"),
        ("553 no", .rcpt, .unknown, .soft, "as 550"),
        ("553 mailbox name not allowed", .rcpt, .mailboxUnknown, .hard, "RFC 5321's words for 553"),
        ("550 mailbox not available", .rcpt, .mailboxUnknown, .hard, "words about the mailbox are enough"),
        ("550 no", .dot, .policy, .block, "the recipient had been accepted: it is the message that is refused"),
        ("550 5.2.0 no", .dot, .unknown, .soft, "a status about the mailbox: it may be that, too"),
        ("554 5.3.0 no", .dot, .unknown, .soft, "a status about their system"),
        ("550 no (in reply to RCPT TO command)", nil, .unknown, .soft, "nor when Postfix tells the step"),
        ("551 not local", nil, .mailboxUnknown, .hard, "RFC 5321 §3.4"),
        ("550 4.2.1 contradiction", .rcpt, .mailboxUnknown, .soft, "codes that disagree suppress nobody"),
        ("554 transaction failed", nil, .unknown, .soft, "it says nothing"),
        ("550 5.0.0 Mailbox unavailable", nil, .mailboxUnknown, .hard, "RFC 5321's words for 550"),
        ("550 5.1.1 spam.example.com said user unknown", nil, .mailboxUnknown, .hard, "a host's name is no reason"),
        ("550 5.1.1 <overquota@example.com> no such user", nil, .mailboxUnknown, .hard, "an address is no reason"),
        ("550 5.1.1 <john.spam@policy.example> unknown", nil, .mailboxUnknown, .hard, "nor a word in it"),
        ("554 blocked.", nil, .policy, .block, "a word by itself is one"),
        ("550 relay not permitted", .rcpt, .policy, .block, "the sender may not relay there"),
        ("550 Postfach ist voll", nil, .mailboxFull, .soft, "in German"),
        ("550 пользователь не найден", .rcpt, .mailboxUnknown, .hard, "in Russian, in UTF-8"),
        ("550 5.1.1 Domain does not exist", nil, .domainUnknown, .hard, "words before codes"),
        ("450 4.4.3 Name service error for x.example: Host not found, try again", nil, .expired, .soft, "not for good"),
    ]

    @Test(arguments: table)
    func `codes and words give one judgement, at once and later`(row: Row) {
        let codes = ReplyCodes(in: Array(row.line.utf8)[...])
        let finding = RuleBook.builtIn.classify(
            code: codes.code,
            enhanced: codes.enhanced,
            text: Array(row.line.utf8.dropFirst(4)),
            at: row.step
        )
        #expect(finding.reason == row.reason, row.because)
        #expect(finding.consequence == row.consequence, row.because)
    }

    @Test(arguments: JudgedReplies.table.filter { $0.line.first == "4" || $0.line.first == "5" })
    func `a hard bounce ends the address for the delivery, and what says why it ended is hard`(
        row: JudgedReplies.Row
    ) throws {
        var parser = SMTPReplyParser()
        var offset = 0
        let reply = try #require(
            try Array("\(row.line)\r\n".utf8).withUnsafeBytes { try parser.next(in: $0, from: &offset) }
        )
        let isOfRoute = [.connect, .greeting, .ehlo, .startTLS, .auth, .quit].contains(row.step)
        guard !isOfRoute else { return }
        let finding = RuleBook.builtIn.classify(reply, at: row.step)
        // Who ends a delivery goes by codes; nobody is suppressed for a code that leaves open whom it blames.
        let isSilent = finding.reason == .unknown
        #expect((finding.consequence == .hard) == (row.judgement == .never && !isSilent), "\(row.because)")
        #expect(!isSilent || row.line.hasSuffix("no code") || row.judgement != .never, "\(row.because)")
    }

    @Test(arguments: [
        ("550 5.1.1 no", 550, EnhancedStatus(5, 1, 1)), ("550-5.7.1 no", 550, EnhancedStatus(5, 7, 1)),
        ("said: 452-4.2.2 <a@b.example>", 452, EnhancedStatus(4, 2, 2)),
        ("no mailbox (#5.1.1)", nil, EnhancedStatus(5, 1, 1)),
        ("host 5.1.1.9[5.1.1.9] said 553 no", 553, nil), ("version 1.5.1.1", nil, nil), ("id 5501", nil, nil),
        ("a550 b", nil, nil), ("550@x.example", nil, nil), ("5.1.1.", nil, EnhancedStatus(5, 1, 1)), ("", nil, nil),
        ("599 no", nil, nil), ("552 <a@b.example> rejected: over quota", 552, nil),
    ])
    func `codes are found where they stand, and numbers that are none are not`(
        text: String,
        code: Int?,
        enhanced: EnhancedStatus?
    ) {
        let codes = ReplyCodes(in: Array(text.utf8)[...])
        #expect(codes.code == code)
        #expect(codes.enhanced == enhanced)
    }

    @Test func `every reason is somebody's, and only a permanent one about the address is hard`() {
        for reason in BounceReason.allCases {
            #expect(BounceFinding(reason, isPermanent: false).consequence != .hard)
            let isAddress = reason == .mailboxUnknown || reason == .domainUnknown
            #expect((BounceFinding(reason, isPermanent: true).consequence == .hard) == isAddress)
        }
    }
}
