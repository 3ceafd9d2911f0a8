import NIOCore
import Testing

@testable import MailSimulator

@Suite struct ContentTests {
    static let whole = "Subject: x\r\nMESSAGE-id: <1@x>\r\n\r\n..stuffed\r\n.. \r\nend\r\n"

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `content cut at any octet is read the same`(piece: Int) throws {
        var scanner = ContentScanner(keeping: true, lookingFor8Bit: true)
        var input = ByteBuffer()
        var ended = false
        let all = Array((Self.whole + ".\r\nMAIL FROM:<next@x>\r\n").utf8)
        for start in stride(from: 0, to: all.count, by: piece) {
            input.writeBytes(all[start..<min(start + piece, all.count)])
            if !ended { ended = scanner.scan(&input) }
        }
        #expect(ended)
        #expect(String(buffer: input) == "MAIL FROM:<next@x>\r\n", "what follows the dot stays")
        #expect(scanner.kept.map { String(buffer: $0) } == Self.whole.replacing("\r\n..", with: "\r\n."))
        #expect(scanner.stuffedDots == 2)
        #expect(scanner.sizeBytes == Self.whole.utf8.count - 2)
        #expect(scanner.receivedBytes == Self.whole.utf8.count + 3)
        #expect(scanner.messageID == "<1@x>")
        #expect(scanner.bareLFs + scanner.bareCRs + scanner.longLines == 0)
    }

    /// Each is an end of content to some server that is not strict.
    static let smuggled: [(octets: String, lf: Int, cr: Int)] = [
        ("\n.\n", 2, 0), ("\n.\r\n", 1, 0), ("\r\n.\n", 1, 0), ("\r.\r", 0, 2), ("\r\n.\r", 0, 1), ("\r.\r\n", 0, 1),
        ("\n.\r", 1, 1), ("\r\r\n.\r\r\n", 0, 2), ("\r\n\n.\r\n", 1, 0), ("\r\n.\r\r\n", 0, 1), ("\r\n.\0\r\n", 0, 0),
        ("\r\n..\r\n", 0, 0), ("\r\n. \r\n", 0, 0), ("\n\r.\r\n", 1, 1),
    ]

    @Test(arguments: smuggled, [1, 1000])
    func `nothing but CRLF dot CRLF ends a message`(row: (octets: String, lf: Int, cr: Int), piece: Int) {
        var scanner = ContentScanner(keeping: false, lookingFor8Bit: false)
        var input = ByteBuffer()
        let all = Array(("Subject: x\r\n\r\nfirst" + row.octets + "MAIL FROM:<smuggled@x>\r\nlast\r\n").utf8)
        for start in stride(from: 0, to: all.count, by: piece) {
            input.writeBytes(all[start..<min(start + piece, all.count)])
            let ended = scanner.scan(&input)
            #expect(!ended)
        }
        #expect(scanner.bareLFs == row.lf)
        #expect(scanner.bareCRs == row.cr)
        input.writeString(".\r\n")
        let ended = scanner.scan(&input)
        #expect(ended, "and that does")
    }

    @Test(arguments: [(998, 0), (999, 1), (5000, 1)], [1, 100, 10_000])
    func `a line may have 998 octets and its CRLF`(length: (octets: Int, long: Int), piece: Int) {
        for dots in ["", "."] {
            var scanner = ContentScanner(keeping: false, lookingFor8Bit: false)
            var input = ByteBuffer()
            let line = dots + (dots.isEmpty ? "a" : ".") + String(repeating: "a", count: length.octets - 1)
            let all = Array(("\r\n" + line + "\r\n.\r\n").utf8)
            var ended = false
            for start in stride(from: 0, to: all.count, by: piece) {
                input.writeBytes(all[start..<min(start + piece, all.count)])
                ended = scanner.scan(&input)
                #expect(input.readableBytes <= max(1000, piece), "memory is bounded by the line, not the message")
            }
            #expect(ended)
            #expect(scanner.longLines == length.long, "a stuffed dot does not count")
            #expect(scanner.sizeBytes == length.octets + 4)
        }
    }

    @Test(arguments: [
        ("message-id:<a@b>\r\n\r\n", "<a@b>"), ("Message-ID:\r\n <a@b>\r\n\r\n", "<a@b>"),
        ("Message-ID: <a@b>\r\nMessage-ID: <c@d>\r\n\r\n", "<a@b>"), ("X-Message-ID: <a@b>\r\n\r\n", nil),
        ("Subject: x\r\n\r\nMessage-ID: <a@b>\r\n", nil), ("", nil), ("Message-ID:\r\n\r\n <a@b>\r\n", nil),
    ])
    func `the Message-ID is read from the header alone`(content: String, messageID: String?) {
        var scanner = ContentScanner(keeping: false, lookingFor8Bit: false)
        var input = ByteBuffer(string: content + ".\r\n")
        let ended = scanner.scan(&input)
        #expect(ended)
        #expect(scanner.messageID == messageID)
    }

    @Test func `an octet above 127 is noticed wherever it stands`() {
        for position in 0..<20 {
            var scanner = ContentScanner(keeping: false, lookingFor8Bit: true)
            var line = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
            line[position] = 0x80
            var input = ByteBuffer(bytes: line + Array("\r\n.\r\n".utf8))
            let ended = scanner.scan(&input)
            #expect(ended)
            #expect(scanner.has8BitOctets, "at \(position)")
        }
    }
}
