import TestKit
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
        try WireContent(Array(content.utf8)).append(to: &output)
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
        #expect(throws: row.fault, row.because) { try WireContent(Array(row.content.utf8)) }
    }

    @Test(arguments: 0..<40)
    func `a byte that matters is found wherever it is`(place: Int) throws {
        let plain = [UInt8](repeating: 0x61, count: 40) + [0x0D, 0x0A]
        func with(_ byte: UInt8) -> [UInt8] {
            var bytes = plain
            bytes[place] = byte
            return bytes
        }
        #expect(try !WireContent(plain).hasHighOctets)
        #expect(try WireContent(with(0x80)).hasHighOctets)
        #expect(try WireContent(with(0xFF)).hasHighOctets)
        for harmless: UInt8 in [0x01, 0x09, 0x1F, 0x20, 0x21, 0x7E, 0x7F] {
            #expect(try !WireContent(with(harmless)).hasHighOctets)
        }
        #expect(throws: MessageFault.containsNUL) { try WireContent(with(0)) }
        #expect(throws: MessageFault.bareLineFeed) { try WireContent(with(0x0A)) }
        #expect(throws: MessageFault.bareCarriageReturn) { try WireContent(with(0x0D)) }
    }

    /// What may stand where, put together at random, against the rules told once more, byte by byte.
    @Test func `messages put together at random are judged and stuffed by the rules`() throws {
        var random = SeededGenerator(seed: 11)
        let pieces = ["\r\n", "\r\n", ".", "a", "1234567", "12345678", "é", "\r", "\n", "\u{0}", "\t"]
        var refused = 0
        for _ in 0..<20_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...9, using: &random) {
                let isUsual = Int.random(in: 0..<9, using: &random) > 0
                text += pieces[Int.random(in: 0..<(isUsual ? 7 : pieces.count), using: &random)]
            }
            if Bool.random(using: &random) { text += "\r\n" }
            var output: [UInt8] = []
            do {
                try WireContent(Array(text.utf8)).append(to: &output)
            } catch {
                output = []
                refused += 1
            }
            #expect(output == Self.expected(Array(text.utf8)), "\(Array(text.utf8))")
        }
        #expect(refused > 1_000 && refused < 19_000)
    }

    /// Nothing for what is refused.
    private static func expected(_ bytes: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var isLineStart = true
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A {
                output += [0x0D, 0x0A]
                index += 2
                isLineStart = true
                continue
            }
            guard ![0, 0x0A, 0x0D].contains(bytes[index]) else { return [] }
            if isLineStart, bytes[index] == UInt8(ascii: ".") { output.append(bytes[index]) }
            output.append(bytes[index])
            isLineStart = false
            index += 1
        }
        return isLineStart && !bytes.isEmpty ? output + Array(".\r\n".utf8) : []
    }
}
