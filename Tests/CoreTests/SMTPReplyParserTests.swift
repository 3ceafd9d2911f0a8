import Core
import Testing

@Suite struct SMTPReplyParserTests {
    private static let stream = "250-first\r\n250-2.0.0 second\r\n250 third\r\n354\r\n421 4.3.2 bye\n550-\r\n550 x\r\n"
    private static let replies = [
        SMTPReply(code: 250, text: Array("first 2.0.0 second third".utf8)),
        SMTPReply(code: 354, text: []),
        SMTPReply(code: 421, text: Array("4.3.2 bye".utf8)),
        SMTPReply(code: 550, text: Array(" x".utf8)),
    ]

    @Test(arguments: 1...20)
    func `replies are the same however the stream is cut`(size: Int) throws {
        #expect(try parse(pieces: Self.stream, of: size) == Self.replies)
    }

    @Test(arguments: [
        ("25\n", "cut short"), ("25\r\n", "three digits"), ("\r\n", "three digits"), ("abc\r\n", "three digits"),
        ("199 x\r\n", "begins with 1"),
        ("600 x\r\n", "begins with 6"), ("2500 x\r\n", "space or hyphen"), ("250_x\r\n", "space or hyphen"),
        ("250-a\r\n251 b\r\n", "changes its code"), ("2x0 a\r\n", "three digits"),
        (String(repeating: "250-x\r\n", count: 200), "more than 128 lines"),
        ("250 " + String(repeating: "x", count: 3_000), "more than 2048 bytes"),
    ])
    func `what is no reply is refused`(text: String, reason: String) {
        let error = #expect(throws: SMTPReplyParser.Malformed.self) { try parse(pieces: text, of: 5) }
        #expect(error?.reason.contains(reason) == true)
    }

    @Test func `a text is kept up to its limit`() throws {
        let lines = String(repeating: "250-" + String(repeating: "y", count: 100) + "\r\n", count: 100) + "250 end\r\n"
        let reply = try #require(try parse(pieces: lines, of: 64).first)
        #expect(reply.text.count == SMTPReplyParser.textLimit)
    }

    private func parse(pieces text: String, of size: Int) throws -> [SMTPReply] {
        let bytes = Array(text.utf8)
        var parser = SMTPReplyParser()
        var found: [SMTPReply] = []
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            var offset = 0
            while offset < piece.count {
                guard let reply = try piece.withUnsafeBytes({ try parser.next(in: $0, from: &offset) }) else { break }
                found.append(reply)
            }
            start += size
        }
        return found
    }
}
