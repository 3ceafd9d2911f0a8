import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

@Suite struct BounceCutTests {
    static let number = TokenNumber(high: 0x0123_4567_89AB_CDEF, low: 42)
    static let secret: [TrackingToken] = [
        .open(campaign: 1, .number(number)), .open(campaign: .max, .recipient(.max)),
        .click(campaign: 3, link: 1, .number(number)), .click(campaign: 3, link: .max, .recipient(9)),
    ]

    static func text(_ token: TrackingToken) throws -> String {
        String(decoding: try TestKeys.ring().sign(token), as: UTF8.self)
    }

    static func blanked(_ text: String) -> String {
        String(decoding: TokenBlanking.blanked(Array(text.utf8)), as: UTF8.self)
    }

    /// Whether what is left could still name the token: 12 characters of it in a row.
    static func leaks(_ token: String, in text: String) -> Bool {
        let whole = text.filter { !$0.isWhitespace && $0 != ">" && $0 != "=" }
        let messages = Array(token)
        return (0...(messages.count - 12)).contains { whole.contains(String(messages[$0..<$0 + 12])) }
    }

    @Test(arguments: secret)
    func `the token of a pixel or a link is blanked wherever it stands`(token: TrackingToken) throws {
        let token = try Self.text(token)
        let middle = token.index(token.startIndex, offsetBy: token.count / 2)
        let (head, tail) = (token[..<middle], token[middle...])
        let early = token.index(token.startIndex, offsetBy: 2)
        for text in [
            token, "https://x.example/c/\(token)?a=b", "<img src=\"https://x.example/o/\(token).gif\">",
            "https%3A%2F%2Fx.example%2Fc%2F\(token)%3Fa", "url=https-3A__x.example_c_\(token)&d=x", "x\(token)y",
            "/c/\(head)=\r\n\(tail) after", "> /c/\(head)\n> \(tail)\n> after", "/c/\(head)\r\n\t\(tail)",
            "/c/\(token[..<early])=\n\(token[early...])", "\(token) \(token)\n\(token)",
        ] {
            #expect(!Self.leaks(token, in: Self.blanked(text)), "\(text)")
        }
        #expect(Self.blanked("a https://x.example/c/\(token)?a=b c") == "a https://x.example/c/[blanked]?a=b c")
        #expect(Self.blanked("/c/\(head)=\r\n\(tail) after") == "/c/[blanked] after")
        #expect(!Self.leaks(token, in: Self.blanked("cut off: \(token.prefix(30))…")))
    }

    @Test func `what names a delivery stays, and so does other text`() throws {
        for token in [TrackingToken.unsubscribe(BounceKindTests.key), .bounce(BounceKindTests.key, attempt: 1)] {
            let text = "<\(try Self.text(token))@x.example>"
            #expect(Self.blanked(text) == text)
        }
        let prose = "AQABBB 550 5.1.1 <ada@b.example>\r\n> user unknown =\r\n\r\nAQAB"
        #expect(Self.blanked(prose) == prose)
        #expect(Self.blanked("") == "")
    }

    @Test(arguments: BounceSamples.servers)
    func `what is kept of a notice says the same, without the message's body`(sample: BounceSamples.Server) {
        let whole = Array(sample.message.utf8)
        let cut = cutReport(whole)
        var again = readReport(cut).recipients
        #expect(again == readReport(whole).recipients, "\(sample.name)")
        again = readReport(cutReport(cut)).recipients
        #expect(again == readReport(whole).recipients, "\(sample.name), cut twice")
        #expect(!String(decoding: cut, as: UTF8.self).contains("Body: 550"), "\(sample.name)")
    }

    @Test(arguments: BounceReportTests.rows)
    func `what is kept of a report says the same, without the message's body`(row: BounceReportTests.Row) {
        let whole = Array(BounceSamples.report("Reporting-MTA: dns; mx.example\n\n" + row.fields, text: row.text).utf8)
        let cut = cutReport(whole)
        let (before, after) = (readReport(whole), readReport(cut))
        #expect(after.kind == before.kind, row.because)
        #expect(after.recipients == before.recipients, row.because)
        #expect(after.messageID == before.messageID, row.because)
        #expect(!String(decoding: cut, as: UTF8.self).contains("Body: 550"))
    }

    @Test func `a token is found behind every encoding`() throws {
        let token = try Self.text(Self.secret[0])
        let url = "https://x.example/c/\(token)"
        let quotedPrintable = url.prefix(60) + "=\r\n" + url.dropFirst(60)
        let base64 = { (text: String) in Base64Text.encoded(Array(text.utf8)) }
        let message = """
            From: MAILER-DAEMON@mx.example
            Subject: =?utf-8?B?\(base64(String(url.prefix(40))))?= =?utf-8?B?\(base64(String(url.dropFirst(40))))?=
            X-Url: \(url)
            Content-Type: multipart/report; boundary=b

            --b
            Content-Type: text/plain
            Content-Transfer-Encoding: quoted-printable

            \(quotedPrintable)
            --b
            Content-Type: text/html
            Content-Transfer-Encoding: base64

            \(base64("<p>\(url)</p><a href='\(url)'>x</a>"))
            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; ada@b.example
            Action: failed
            Status: 5.7.1
            Diagnostic-Code: smtp; 550 5.7.1 blocked for \(url)
            --b
            Content-Type: message/rfc822

            Message-ID: <abc@news.example>
            X-Link: =?utf-8?Q?\(url.replacing("_", with: "=5F"))?=

            <img src="\(url)">
            --b
            Content-Type: application/octet-stream

            \(url)
            --b--
            """
        let cut = String(decoding: cutReport(Array(message.utf8)), as: UTF8.self)
        #expect(!Self.leaks(token, in: cut), "\(cut)")
        #expect(cut.split(separator: "[blanked]", omittingEmptySubsequences: false).count >= 6)
        #expect(readReport(Array(cut.utf8)).recipients.map(\.finding.reason) == [.policy])
        #expect(readReport(Array(cut.utf8)).messageID == "abc@news.example")
    }

    @Test(arguments: secret)
    func `no token hides behind control characters or in UTF-16`(token: TrackingToken) throws {
        let token = try Self.text(token)
        let url = "https://x.example/c/\(token)"
        func utf16(_ text: String, isLittleEndian: Bool, mark: Bool = false) -> [UInt8] {
            ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap { unit in
                isLittleEndian ? [UInt8(unit & 0xFF), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            }
        }
        let notice = "550 user unknown: <ada@b.example>\r\n\(url) ж\r\n"
        let halves = "\(token.prefix(9))=00\(token.dropFirst(9))"
        let texts: [(charset: String, text: [UInt8])] = [
            ("utf-8", Array(notice.replacing("AQ", with: "A\0Q").replacing("/c/", with: "/c/\u{7}").utf8)),
            ("utf-8", notice.utf8.flatMap { [$0, 0] }),
            ("utf-16", utf16(notice, isLittleEndian: true, mark: true)),
            ("utf-16", utf16(notice, isLittleEndian: false, mark: true)),
            ("UTF-16", utf16(notice, isLittleEndian: true)), ("utf-16", utf16(notice, isLittleEndian: false)),
            ("utf-16le", utf16(notice, isLittleEndian: true)), ("\"UTF-16BE\"", utf16(notice, isLittleEndian: false)),
        ]
        for (charset, text) in texts {
            let head = """
                From: MAILER-DAEMON@mx.example
                Subject: failure notice =?utf-8?Q?\(halves.replacing("_", with: "=5F"))?=
                X-Url: \(token.prefix(9))\u{1}\(token.dropFirst(9))
                X-\(token): a
                Content-Type: text/plain; charset=\(charset)
                Content-Transfer-Encoding: base64


                """
            let mail = Array((head + Base64Text.encoded(text)).utf8)
            let cut = String(decoding: cutReport(mail), as: UTF8.self)
            #expect(!Self.leaks(token, in: cut), "\(charset): \(cut)")
            #expect(cut.contains("user unknown: <ada@b.example>"), "\(charset): \(cut)")
            if charset != "utf-8" { #expect(cut.contains("https://x.example/c/[blanked] ж"), "\(charset): \(cut)") }
        }
    }

    @Test func `nothing stays of an encoded message that is quoted in a text`() throws {
        let token = try Self.text(Self.secret[0])
        for (offset, quote) in [(0, ""), (1, "> "), (2, ">> "), (3, ""), (29, "  ")] {
            let message = String(repeating: "x", count: 90 + offset) + "https://x.example/c/\(token)"
            let encoded = Base64Text.encoded(Array(message.utf8))
            let lines = stride(from: 0, to: encoded.count, by: 76).map { start in
                quote + encoded.dropFirst(start).prefix(76)
            }
            let mail = """
                From: MAILER-DAEMON@mx.example
                Subject: failure notice

                Unknown user: ada@b.example

                This was your message:

                Content-Transfer-Encoding: base64

                \(lines.joined(separator: "\n"))

                Regards
                =================================================================
                """
            let cut = String(decoding: cutReport(Array(mail.utf8)), as: UTF8.self)
            for line in lines {
                #expect(!cut.contains(line.drop { $0 == ">" || $0 == " " }), "\(cut)")
            }
            #expect(cut.contains("ada@b.example") && cut.contains("Regards\r\n====="), "\(cut)")
        }
        // Nothing that is no base64 goes with it: a path is shorter, an address has a host.
        let address = "prvs=1234567890=b+" + String(repeating: "a", count: 46)
        let text = "see https://x.example/\(String(repeating: "a", count: 50)) or <\(address)@x.example>\nunknown\nuser"
        #expect(EncodedText.blanked(Array(text.utf8)) == Array(text.utf8))
    }

    @Test func `nothing that a stranger wrote becomes a field or a part of what is kept`() {
        let forged =
            "a\r\nX-Failed-Recipients: eve@b.example\r\n\r\n--veredus-cut\r\nContent-Type: message/delivery-status\r\n"
        let message = """
            From: MAILER-DAEMON@mx.example
            Subject: =?utf-8?B?\(Base64Text.encoded(Array(forged.utf8)))?=
            Content-Type: multipart/report; boundary=b

            --b

            a
            --veredus-cut
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; eve@b.example
            Action: failed
            Status: 5.1.1
            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; ada@b.example
            Action: delayed
            Status: 4.4.1
            --b--
            """
        let report = readReport(cutReport(Array(message.utf8)))
        #expect(report.recipients.map(\.address) == ["ada@b.example"])
        #expect(report.recipients.map(\.consequence) == [.nothing])
    }
}

/// base64 with padding, for samples.
enum Base64Text {
    static func encoded(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * place)) & 63] : "=")
            }
        }
        return text
    }
}
