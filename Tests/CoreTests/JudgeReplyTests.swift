import Shared
import Testing

@Suite struct JudgeReplyTests {
    typealias Row = (line: String, step: SMTPStep, judgement: Judgement, because: Comment)

    static let table: [Row] = [
        ("250 2.0.0 Ok: queued", .dot, .accepted, "the other side is responsible now"),
        ("299 fine", .dot, .accepted, "RFC 5321 §4.3.2: an unknown code counts by its first digit"),
        ("354 go on", .dot, .unknown, "no answer to a final dot, and the message is gone"),
        ("250 ok", .data, .later, "no answer to DATA"),
        ("421 4.3.2 closing", .mail, .later, "RFC 5321 §3.8"),
        ("421 4.3.2 closing", .dot, .later, "a refusal for now, not a silence"),
        ("450 4.2.0 greylisted", .rcpt, .later, "greylisting"),
        ("451 4.7.1 slow down", .rcpt, .later, "rate limit"),
        ("452 4.2.2 full", .rcpt, .later, "a full mailbox that may be emptied"),
        ("450 5.1.1 contradiction", .rcpt, .later, "the code is what RFC 5321 knows"),
        ("550 5.1.1 no such user", .rcpt, .never, "RFC 3463 §3.2: no such mailbox"),
        ("550 5.1.1 no such user", .dot, .never, "some servers look the recipient up after the message"),
        ("550 5.1.2 no such domain", .rcpt, .never, "bad domain"),
        ("501 5.1.3 bad syntax", .rcpt, .never, "an address that nobody can have"),
        ("550 5.1.6 moved", .rcpt, .never, "mailbox has moved"),
        ("556 5.1.10 null MX", .rcpt, .never, "RFC 7505: the domain takes no mail"),
        ("550 5.2.1 disabled", .rcpt, .never, "mailbox disabled"),
        ("552 5.2.2 full", .rcpt, .notThisMessage, "a full mailbox is a mailbox"),
        ("552 5.3.4 too big", .mail, .notThisMessage, "size"),
        ("552 too big", .dot, .notThisMessage, "size"),
        ("550 5.7.1 refused", .rcpt, .notThisMessage, "a policy says nothing about the mailbox"),
        ("554 5.6.1 no", .dot, .notThisMessage, "content"),
        ("554 transaction failed", .rcpt, .notThisMessage, "it says nothing about the mailbox"),
        ("554 transaction failed", .dot, .notThisMessage, "spam, most often"),
        ("550 no such user", .rcpt, .never, "RFC 5321 §4.2.3: mailbox unavailable"),
        ("551 not local", .rcpt, .never, "RFC 5321 §3.4"),
        ("553 name not allowed", .rcpt, .never, "mailbox syntax"),
        ("556 no mail here", .rcpt, .never, "RFC 7504"),
        ("550 no", .dot, .notThisMessage, "without an enhanced code it may be the content"),
        ("550 no", .mail, .notThisMessage, "at MAIL the recipient is not known yet"),
        ("550 5.1.1 who?", .mail, .notThisMessage, "at MAIL an address can only be the sender's"),
        ("553 5.1.8 bad sender", .rcpt, .notThisMessage, "the sender's domain"),
        ("550 5.1.7 bad sender", .rcpt, .notThisMessage, "the sender's mailbox"),
        ("550 4.2.1 contradiction", .rcpt, .notThisMessage, "codes that disagree suppress nobody"),
        ("550 5.1.1.1 no code", .rcpt, .never, "that is no enhanced code, so the code alone counts"),
        ("530 5.7.0 STARTTLS first", .mail, .later, "the route is at fault"),
        ("530 5.7.1 log in first", .rcpt, .later, "the route is at fault"),
        ("554 no service", .greeting, .later, "the route is at fault, not the recipient"),
        ("550 not you", .ehlo, .later, "the route is at fault"),
        ("535 5.7.8 bad password", .auth, .later, "the route is at fault"),
    ]

    @Test(arguments: table)
    func `a reply decides what happens next`(row: Row) throws {
        let reply = try #require(try parse(row.line + "\r\n"))
        #expect(judge(reply, at: row.step) == row.judgement, row.because)
    }

    @Test(arguments: [
        ("5.1.1 no", EnhancedStatus(5, 1, 1)), ("2.0.0", EnhancedStatus(2, 0, 0)),
        ("4.7.100 x", EnhancedStatus(4, 7, 100)),
        ("5.1 x", nil), ("5.1.1.9 x", nil), ("3.1.1 x", nil), ("5.1.1x", nil), ("5..1 x", nil), ("5.1.1000 x", nil),
        ("no 5.1.1", nil), ("", nil), ("5.1. x", nil),
    ])
    func `an enhanced code is read whole or not at all`(text: String, status: EnhancedStatus?) {
        #expect(EnhancedStatus(startOf: Array(text.utf8)) == status)
    }

    @Test func `a recipient's address is not in the text that is kept`() {
        let raw = Array("5.1.1 <ADA@example.com>: ada@example.com unknown\u{7} \u{e9}".utf8)
        let text = presentableText(raw, hiding: Array("ada@Example.com".utf8))
        #expect(text == "5.1.1 <recipient>: <recipient> unknown? ??")
    }

    @Test func `a long text is cut to 500 bytes`() {
        #expect(presentableText(Array(repeating: 0x61, count: 900), hiding: []).utf8.count == 500)
        let address = Array("ada@example.com".utf8)
        let full = Array(repeating: UInt8(ascii: "a"), count: 495) + address
        #expect(presentableText(full, hiding: address).utf8.count == 500)
    }

    private func parse(_ text: String) throws -> SMTPReply? {
        var parser = SMTPReplyParser()
        var offset = 0
        return try Array(text.utf8).withUnsafeBytes { try parser.next(in: $0, from: &offset) }
    }
}
