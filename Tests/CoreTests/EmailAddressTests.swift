import Templates
import TestKit
import Testing

@testable import Core

@Suite struct EmailAddressTests {
    static let accepted: [(text: String, bytes: String, key: String, needsSMTPUTF8: Bool)] = [
        ("Bob@Example.COM", "Bob@example.com", "bob@example.com", false),
        ("bob+tag@example.com", "bob+tag@example.com", "bob+tag@example.com", false),
        ("b@localhost", "b@localhost", "b@localhost", false),
        ("o'hara@x.ie", "o'hara@x.ie", "o'hara@x.ie", false),
        ("bob@bücher.example", "bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example", false),
        ("bob@BÜCHER.example", "bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example", false),
        ("bob@bu\u{308}cher.example", "bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example", false),
        ("bob@faß.de", "bob@xn--fa-hia.de", "bob@xn--fa-hia.de", false),
        ("bob@例え。テスト", "bob@xn--r8jz45g.xn--zckzah", "bob@xn--r8jz45g.xn--zckzah", false),
        ("bob@XN--BCHER-KVA.example", "bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example", false),
        ("Jürgen@example.com", "Jürgen@example.com", "jürgen@example.com", true),
        ("Ju\u{308}rgen@example.com", "Jürgen@example.com", "jürgen@example.com", true),
        ("ΣΑΣ@example.com", "ΣΑΣ@example.com", "σας@example.com", true),
    ]

    @Test(arguments: accepted)
    func `an address has one form to mail and one to find it by`(
        row: (text: String, bytes: String, key: String, needsSMTPUTF8: Bool)
    ) throws {
        let address = try EmailAddress(row.text)
        #expect(address.bytes == Array(row.bytes.utf8))
        // Compared by bytes: to String, composed and decomposed are equal.
        let keys = [Array(row.key.utf8), Array(row.key.replacing("ς", with: "σ").utf8)]
        #expect(keys.contains(address.key))
        #expect(address.needsSMTPUTF8 == row.needsSMTPUTF8)
        #expect(try EmailAddress(address.bytes).key == address.key, "the normal form is its own")
    }

    static let refused: [(text: String, reason: String)] = [
        ("", "it is empty"), ("bob", "no @"), ("@example.com", "nothing before @"), ("bob@", "nothing after @"),
        ("bob@a@b.com", "more than one @"), ("bob smith@x.com", "it has a space"), (" bob@x.com", "it has a space"),
        ("bob@x.com\r\nRCPT TO:<eve@x.com>", "it has a control character"),
        ("bob\0@x.com", "it has a control character"),
        ("bob@x.com\u{7F}", "it has a control character"), ("\"bob\"@x.com", "a quoted local part is not accepted"),
        ("bob(work)@x.com", "a comment is not accepted"),
        ("<bob@x.com>", "write the address alone, without name and angle brackets"),
        ("bob@[192.0.2.1]", "an address literal instead of a domain is not accepted"),
        (".bob@x.com", "a dot at the beginning, or two dots in a row"),
        ("b..b@x.com", "a dot at the beginning, or two dots in a row"), ("bob.@x.com", "a dot before @"),
        ("b,b@x.com", "a local part has no \",\""), ("bob@x_y.com", "a domain has no \"_\""),
        ("bob@.com", "the domain has an empty label"), ("bob@x.com.", "the domain has an empty label"),
        ("bob@-x.com", "a label begins or ends with a hyphen"), ("bob@x-.com", "a label begins or ends with a hyphen"),
        ("bob@ü-.com", "a label begins or ends with a hyphen"), ("bob@x.123", "the domain ends in a number"),
        ("bob@127.0.0.1", "the domain ends in a number"), ("bob@x\u{200B}y.com", "a domain has no U+200B"),
        ("bob@\u{301}x.com", "a label begins with a combining mark"), ("bob@☃.com", "a domain has no U+2603"),
        ("bob@ａ.com", "a domain has no U+FF41"), ("bo\u{200B}b@x.com", "a local part has no U+200B"),
        ("bo\u{2028}b@x.com", "a local part has no U+2028"), ("bo\u{A0}b@x.com", "a local part has no U+00A0"),
        (String(repeating: "a", count: 65) + "@x.com", "more than 64 octets before @"),
        ("a@" + String(repeating: "b", count: 64) + ".com", "a label is longer than 63 octets"),
        ("a@" + String(repeating: "bcde.", count: 51) + "com", "the domain is longer than 253 octets"),
        (
            String(repeating: "a", count: 64) + "@" + String(repeating: "bcde.", count: 38) + "com",
            "longer than 254 octets"
        ),
    ]

    @Test(arguments: refused)
    func `what is not an address says why`(row: (text: String, reason: String)) {
        let error = #expect(throws: EmailAddress.Invalid.self) { try EmailAddress(row.text) }
        #expect(error?.reason == row.reason)
    }

    @Test func `the error names the address, without control characters`() {
        let error = #expect(throws: EmailAddress.Invalid.self) { try EmailAddress("b\nx@") }
        #expect(error?.description == "\"b x@\" is not an address: nothing after @")
    }

    @Test func `bytes that are not UTF-8 are refused`() {
        #expect(throws: EmailAddress.Invalid.self) { try EmailAddress([0xFF] + Array("@x.com".utf8)) }
    }

    /// RFC 3492 §7.1, the samples that are in lower case.
    static let punycode: [(text: String, encoded: String)] = [
        ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"), ("למההםפשוטלאמדבריםעברית", "4dbcagdahymbxekheh6e0a7fei0b"),
        ("почемужеонинеговорятпорусски", "b1abfaaepdrnnbgefbadotcwatmq2g4l"), ("3年b組金八先生", "3b-ww4c5e180e575a65lsy2b"),
        ("ü", "tda"),
    ]

    @Test(arguments: punycode)
    func `labels are encoded as in the samples of RFC 3492`(row: (text: String, encoded: String)) {
        #expect(Punycode.encode(Array(row.text.unicodeScalars)) == Array(row.encoded.utf8))
    }
}

/// The isemail collection, an extra beside ``AddressRulesTests``: what it calls an error we refuse, and plain valid addresses
/// we accept.
@Suite struct IsEmailTests {
    struct Row {
        let id: Int
        let address: String
        let category: String
        let diagnosis: String
    }

    /// What we refuse on purpose although isemail lets it pass with a remark.
    static let refusedCategories: [(category: String, because: Comment)] = [
        ("ISEMAIL_CFWS", "comments and folding space are not accepted"),
        ("ISEMAIL_DEPREC", "obsolete syntax is not accepted"),
        ("ISEMAIL_RFC5322", "valid for a header, not for SMTP"),
    ]

    /// Of ISEMAIL_RFC5321 (valid for SMTP, but odd): which we accept.
    static let acceptedOdd: [(diagnosis: String, isAccepted: Bool, because: Comment)] = [
        ("ISEMAIL_RFC5321_TLD", true, "a domain of one label works inside networks"),
        ("ISEMAIL_RFC5321_TLDNUMERIC", false, "it is an IP address without brackets, or a mistake"),
        ("ISEMAIL_RFC5321_QUOTEDSTRING", false, "quoted local parts are not accepted"),
        ("ISEMAIL_RFC5321_ADDRESSLITERAL", false, "address literals are not accepted"),
    ]

    static func rows() throws -> [Row] {
        let text = try ForeignData.text("addresses/isemail-tests.xml")
        return text.split(separator: "<test ").dropFirst().compactMap { piece in
            guard let id = Int(piece.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" }) else { return nil }
            return Row(
                id: id,
                address: decoded(element("address", of: piece)),
                category: element("category", of: piece),
                diagnosis: element("diagnosis", of: piece)
            )
        }
    }

    private static func element(_ name: String, of text: Substring) -> String {
        guard let start = text.firstRange(of: "<\(name)>"), let end = text.firstRange(of: "</\(name)>") else {
            return ""
        }
        return String(text[start.upperBound..<end.lowerBound])
    }

    /// The collection writes control characters as their pictures, U+2400 and on.
    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = HTMLEntities.decoded(Array(text.utf8), 0..<text.utf8.count)
        bytes = String(decoding: bytes, as: UTF8.self).unicodeScalars.reduce(into: []) { result, scalar in
            let scalar =
                (0x2400...0x2420).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0x2400) ?? scalar : scalar
            result.append(contentsOf: String(scalar).utf8)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(.enabled(if: ForeignData.isNamed, "\(ForeignData.whySkipped)"))
    func `isemail and we agree, but for differences with a reason`() throws {
        let rows = try Self.rows()
        #expect(rows.count == 164)
        for row in rows {
            let isAccepted = (try? EmailAddress(row.address)) != nil
            let shown = "\(row.id) \(row.address) \(row.diagnosis)"
            switch row.category {
            case "ISEMAIL_ERR": #expect(!isAccepted, "\(shown)")
            case "ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN":
                #expect(isAccepted, "\(shown): a dot-atom; whether the domain exists is found out later")
            case "ISEMAIL_RFC5321":
                let odd = try #require(Self.acceptedOdd.first { $0.diagnosis == row.diagnosis }, "\(shown)")
                #expect(isAccepted == odd.isAccepted, odd.because)
            default:
                let known = try #require(Self.refusedCategories.first { $0.category == row.category }, "\(shown)")
                #expect(!isAccepted, known.because)
            }
        }
    }
}
