import Testing

@testable import Core
@testable import Messages

@Suite struct HeaderFieldTests {
    static func subject(_ text: String) -> String {
        var field: [UInt8] = []
        HeaderField.append("Subject", text: Array(text.utf8), to: &field)
        return String(decoding: field, as: UTF8.self)
    }

    static func from(_ name: String) -> String {
        var field: [UInt8] = []
        HeaderField.append("From", display: Array(name.utf8), inside: Array("a@b.example".utf8), to: &field)
        return String(decoding: field, as: UTF8.self)
    }

    static let subjects: [(text: String, field: String, because: Comment)] = [
        ("Hello", "Subject: Hello\r\n", "ASCII stands for itself"),
        ("Schöne Tage im Mai", "Subject: =?utf-8?Q?Sch=C3=B6ne_Tage_im_Mai?=\r\n", "mostly Latin: Q is shorter"),
        ("日本語", "Subject: =?utf-8?B?5pel5pys6Kqe?=\r\n", "all encoded: B is shorter"),
        ("=?utf-8?Q?x?=", "Subject: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?=\r\n", "it must not be decoded by the reader"),
        (" x", "Subject: =?utf-8?Q?_x?=\r\n", "leading space would be lost"),
        ("a\tb", "Subject: =?utf-8?B?YQli?=\r\n", "control characters are encoded"),
        (
            "A subject that is so long that it has to be folded somewhere before its last words",
            "Subject: A subject that is so long that it has to be folded somewhere before\r\n its last words\r\n",
            "RFC 5322 §2.2.3"
        ),
    ]

    @Test(arguments: subjects)
    func `a subject is written so that it can be read back`(row: (text: String, field: String, because: Comment)) {
        #expect(Self.subject(row.text) == row.field, row.because)
    }

    static let names: [(name: String, field: String)] = [
        ("", "From: a@b.example\r\n"), ("Bob", "From: Bob <a@b.example>\r\n"),
        ("Bob & Sons, Ltd.", "From: \"Bob & Sons, Ltd.\" <a@b.example>\r\n"),
        (#"Bob "B" \x"#, #"From: "Bob \"B\" \\x" <a@b.example>"# + "\r\n"),
        ("Bücher", "From: =?utf-8?Q?B=C3=BCcher?= <a@b.example>\r\n"),
        ("a  b", "From: \"a  b\" <a@b.example>\r\n"),
    ]

    @Test(arguments: names)
    func `a display name is quoted or encoded, never both`(row: (name: String, field: String)) {
        #expect(Self.from(row.name) == row.field)
    }

    @Test func `encoded words and their lines are short, and no character is split`() throws {
        for text in [
            String(repeating: "ä€😀x ", count: 60), String(repeating: "日", count: 200),
            String(repeating: "x", count: 300),
        ] {
            for field in [Self.subject(text), Self.from(text)] {
                for line in field.split(separator: "\r\n") {
                    #expect(line.utf8.count <= 76)
                    for word in line.split(separator: " ") where word.hasPrefix("=?") {
                        #expect(word.utf8.count <= 75)
                        #expect(UTF8Scalar.isValid(try Self.decodedWord(String(word))))
                    }
                }
            }
        }
    }

    private static func decodedWord(_ word: String) throws -> [UInt8] {
        let parts = word.split(separator: "?")
        let payload = Array(parts[3].utf8)
        guard parts[2] == "B" else {
            var bytes: [UInt8] = []
            var index = 0
            while index < payload.count {
                if payload[index] == UInt8(ascii: "=") {
                    let high = try #require(ASCII.hexadecimalValue(payload[index + 1]))
                    bytes.append(high << 4 | (try #require(ASCII.hexadecimalValue(payload[index + 2]))))
                    index += 3
                } else {
                    bytes.append(payload[index])
                    index += 1
                }
            }
            return bytes
        }
        let url = payload.filter { $0 != UInt8(ascii: "=") }.map { byte in
            byte == UInt8(ascii: "+") ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
        return try #require(Base64URL.decode(url))
    }

    static let dates: [(seconds: Int64, text: String)] = [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (-1, "Wed, 31 Dec 1969 23:59:59 +0000"),
        (951_827_696, "Tue, 29 Feb 2000 12:34:56 +0000"), (1_709_164_800, "Thu, 29 Feb 2024 00:00:00 +0000"),
        (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
    ]

    @Test(arguments: dates)
    func `a date is written as RFC 5322 has it`(row: (seconds: Int64, text: String)) {
        var text: [UInt8] = []
        MailDate.append(seconds: row.seconds, to: &text)
        #expect(String(decoding: text, as: UTF8.self) == row.text)
    }
}
