import Testing

@testable import SMTP

@Suite struct WireContentTests {
    @Test(arguments: [
        ("a\r\n", "a\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("\r\n", "\r\n.\r\n"),
        ("a\r\n.b\r\n..c\r\nd.\r\n", "a\r\n..b\r\n...c\r\nd.\r\n.\r\n"),
        ("x\r\n.\r\n", "x\r\n..\r\n.\r\n"),
        (String(repeating: "l", count: 998) + "\r\n", String(repeating: "l", count: 998) + "\r\n.\r\n"),
    ])
    func `dots at line starts are doubled`(content: String, wire: String) throws {
        var output: [UInt8] = []
        try appendWireContent(Array(content.utf8), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == wire)
    }

    typealias Row = (content: String, fault: MessageFault, because: Comment)

    static let refused: [Row] = [
        ("", .noContent, "DATA of nothing is no message"),
        ("a", .unendedLine, "the final dot would be part of a line"),
        ("a\n", .bareLineFeed, "some servers take a bare LF for a line end"),
        ("\n", .bareLineFeed, "also as the first byte"),
        ("a\n.\r\nMAIL FROM:<>\r\n", .bareLineFeed, "smuggling: LF . CRLF"),
        ("a\r\n.\nMAIL FROM:<>\r\n", .bareLineFeed, "smuggling: CRLF . LF"),
        ("a\n.\nb\r\n", .bareLineFeed, "smuggling: LF . LF"),
        ("a\r.\r\nb\r\n", .bareCarriageReturn, "smuggling: CR . CRLF"),
        ("a\r\n.\rb\r\n", .bareCarriageReturn, "smuggling: CRLF . CR"),
        ("a\r\r\n", .bareCarriageReturn, "CR CRLF"),
        ("a\r", .bareCarriageReturn, "at the end"),
        ("a\r\nb\r", .bareCarriageReturn, "at the end of a later line"),
        ("a\u{0}\r\n", .containsNUL, "RFC 5321 §4.5.2 allows text only"),
        ("a\r\n\n", .bareLineFeed, "a line feed right behind a line end"),
        (String(repeating: "l", count: 999) + "\r\n", .lineTooLong, "RFC 5321 §4.5.3.1.6"),
    ]

    @Test(arguments: refused)
    func `a message that could be read as two does not leave`(row: Row) {
        var output: [UInt8] = []
        #expect(throws: row.fault, row.because) { try appendWireContent(Array(row.content.utf8), to: &output) }
    }

    @Test(arguments: 0..<40)
    func `an octet above 127 is found wherever it is`(position: Int) {
        var bytes = [UInt8](repeating: 0x61, count: 40)
        #expect(!hasHighOctets(bytes))
        bytes[position] = 0x80
        #expect(hasHighOctets(bytes))
    }
}
