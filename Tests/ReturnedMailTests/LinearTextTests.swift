import TestKit
import Testing

@testable import Core
@testable import ReturnedMail
@testable import Templates

/// Contacts, files and mail from outside cost CPU in proportion to their size.
@Suite struct LinearTextTests {
    private static func repeated(_ text: String, _ count: Int) -> [UInt8] {
        Array(String(repeating: text, count: count).utf8)
    }

    private static func json(_ because: String, size: Int, _ source: @escaping @Sendable (Int) -> String) -> TextWork {
        TextWork("MergeValue(json:)", because, size: size) { size in
            let bytes = Array(source(size).utf8)
            var limits = MergeValue.JSONLimits()
            limits.elements = 100_000
            return { [limits] in _ = try MergeValue(json: bytes, limits: limits) }
        }
    }

    private static func csv(_ because: String, size: Int, _ source: @escaping @Sendable (Int) -> [UInt8]) -> TextWork {
        TextWork("CSVReader", because, size: size) { size in
            let bytes = source(size)
            return {
                var position = 0
                var reader = try CSVReader(delimiter: nil) {
                    let end = min(position + 65_536, bytes.count)
                    defer { position = end }
                    return Array(bytes[position..<end])
                }
                var row = CSVRow()
                while try reader.next(into: &row) {}
            }
        }
    }

    private static func address(
        _ because: String,
        size: Int,
        _ part: @escaping @Sendable (Int) -> String
    ) -> TextWork {
        TextWork("AddressCell", because, size: size) { size in
            let bytes = Array((0..<size).map(part).joined().utf8)
            return { _ = try? AddressCell(bytes[...]) }
        }
    }

    private static func report(_ because: String, size: Int, _ mail: @escaping @Sendable (Int) -> [UInt8]) -> TextWork {
        TextWork("readReport", because, size: size) { size in
            let bytes = mail(size)
            return { _ = readReport(bytes) }
        }
    }

    private static func notice(_ because: String, size: Int, _ text: @escaping @Sendable (Int) -> [UInt8]) -> TextWork {
        report(because, size: size) { size in
            Array("From: MAILER-DAEMON@a.example\r\nSubject: Undelivered Mail\r\n\r\n".utf8) + text(size)
        }
    }

    private static func html(_ because: String, size: Int, _ text: String) -> TextWork {
        TextWork("HTMLFlattening", because, size: size) { size in
            let bytes = repeated(text, size)
            return { _ = HTMLFlattening.text(of: bytes) }
        }
    }

    private static func status(_ because: String, size: Int, _ text: @escaping @Sendable (Int) -> [UInt8]) -> TextWork {
        TextWork("StatusFields", because, size: size) { size in
            let bytes = text(size)
            return { _ = StatusFields.blocks(in: bytes, MIMELimits()) }
        }
    }

    static let contacts = [
        json("a list", size: 200) { "[" + String(repeating: "1,", count: $0) + "1]" },
        json("an object of many names", size: 100) { size in
            "{" + (0..<size).map { "\"name\($0)\":\"x\"" }.joined(separator: ",") + "}"
        },
        json("a text of escapes", size: 200) { "\"" + String(repeating: #"\u00e9\n"#, count: $0) + "\"" },
        TextWork("CardNumber", "digits one by one", size: 100) { size in
            let text = repeated("1 ", size)
            return { _ = CardNumber.isIn(text) }
        },
        TextWork("CardNumber", "groups of digits", size: 100) { size in
            let text = repeated("1234-", size)
            return { _ = CardNumber.isIn(text) }
        },
        TextWork("DomainName", "a label of many characters", size: 60) { size in
            let name = String(String.UnicodeScalarView((0..<size).compactMap { Unicode.Scalar(0x4E00 + $0) }))
            return { for _ in 0..<20 { _ = try? DomainName.normalised(name + ".example") } }
        },
        TextWork("EmailAddress", "combining marks before the @", size: 100) { size in
            let text = String(repeating: "a\u{301}\u{327}", count: size) + "@b.example"
            return { for _ in 0..<20 { _ = try? EmailAddress(text) } }
        },
        csv("many rows", size: 150) { repeated("a,\"b\"\"c\",d\n", $0) },
        csv("one row of many cells", size: 150) { repeated("a,b,", $0) },
        csv("quotation marks that are never closed", size: 60) { repeated("a\",\"b\n", $0) },
        csv("rows behind an open quotation mark", size: 150) { Array("\"".utf8) + repeated("a,b\n", $0) },
        csv("quotation marks that were not doubled", size: 150) { repeated("\"a \"b\" c\",d\n", $0) },
        csv("lines before a mark that closes", size: 150) {
            Array("\"6\" wide\n".utf8) + repeated("a,b\n", $0) + Array("end\"\n".utf8)
        },
        address("many addresses", size: 20) { "ann\($0)@a.example; " },
        address("many names", size: 60) { _ in "a <" },
        address("invisible marks", size: 60) { _ in "\u{200B}" },
        TextWork("CardNumber", "groups of digits", size: 100) { size in
            let bytes = repeated("4111 ", size)
            return { _ = CardNumber.isIn(bytes) }
        },
    ]

    static let mail = [
        notice("addresses on one line", size: 100) { repeated("ada@example.org ", $0) },
        notice("addresses behind a row of dashes", size: 100) {
            repeated("-", $0 * 16) + repeated(" ada@example.org", $0)
        },
        notice("known phrases before a row of dashes", size: 60) {
            repeated("could not be delivered to ", $0) + Array("\n".utf8) + repeated("--", $0 * 16)
        },
        notice("what looks like codes", size: 200) { repeated("550 5.1.1 ", $0) },
        notice("what looks like tokens", size: 200) { repeated("AQABAAAA ", $0) },
        notice("signs alone", size: 200) { repeated("@@==?=?b+", $0) },
        report("header fields", size: 100) { repeated("X-A: b\r\n", $0) + Array("\r\nbody".utf8) },
        report("one field folded over and over", size: 60) {
            Array("Subject: a\r\n".utf8) + repeated(" =?utf-8?q?a?=\r\n", $0) + Array("\r\nbody".utf8)
        },
        report("a media type of combining marks", size: 60) {
            Array("Content-Type: a/a".utf8) + repeated("\u{327}\u{301}", $0) + Array("\r\n\r\nbody".utf8)
        },
        report("boundaries that are none", size: 100) {
            Array("Content-Type: multipart/mixed; boundary=\"----\"\r\n\r\n".utf8) + repeated("-----\r\n", $0)
        },
        html("tags that are never closed", size: 300, "<a "),
        html("brackets", size: 300, "<<a@>"),
        html("ampersands", size: 300, "&#&amp"),
        html("styles", size: 300, "<style></styl>"),
        status("blocks of one recipient", size: 10) { size in
            Array("Final-Recipient: rfc822; ada@example.org\n\n".utf8)
                + repeated("Status: 5.0.0\n" + String(repeating: "a: b\n", count: 20) + "\n", size)
        },
        TextWork("CutReport", "a whole mail", size: 100) { size in
            let bytes = Array("Subject: x\r\n\r\n".utf8) + repeated("AQABAAAA > QUJDQUJD\r\n", size)
            return { _ = EncodedText.blanked(TokenBlanking.blanked(bytes)) }
        },
        TextWork("RuleBook", "a reply of many phrases", size: 60) { size in
            let text = repeated("user unknown; mailbox full; ", size)
            return { _ = RuleBook.builtIn.classify(code: 550, enhanced: nil, text: text) }
        },
        TextWork("presentableText", "an address over and over", size: 200) { size in
            let text = repeated("<ada@example.org", size)
            return { for _ in 0..<20 { _ = presentableText(text, hiding: Array("ada@example.org".utf8)) } }
        },
        TextWork("Charset", "UTF-16 and old character sets", size: 300) { size in
            let text = repeated("a\u{1B}$B", size)
            return {
                _ = Charset.utf8(text, charset: Array("utf-16".utf8))
                _ = Charset.utf8(text, charset: Array("iso-2022-jp".utf8))
            }
        },
        TextWork("ParameterizedValue", "parameters without an end", size: 300) { size in
            let text = repeated("a; b=\"", size)
            return { _ = ParameterizedValue(text) }
        },
    ]

    @Test(arguments: contacts + mail)
    func `sixteen times the text costs sixteen times the CPU, not its square`(work: TextWork) throws {
        let growth = try CPUGrowth.of(work)
        #expect(growth <= CPUGrowth.most, "\(work.description)")
    }
}
