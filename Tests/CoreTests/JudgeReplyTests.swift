import Core
import TestKit
import Testing

@Suite struct JudgeReplyTests {
    @Test(arguments: JudgedReplies.table)
    func `a reply decides what happens next`(row: JudgedReplies.Row) throws {
        let reply = try #require(try parse(row.line + "\r\n"))
        #expect(judge(reply, at: row.step) == row.judgement, "\(row.because)")
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
