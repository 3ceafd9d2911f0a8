import Core
import TestKit
import Testing

@testable import ReturnedMail

@Suite struct BounceMIMETests {
    static func message(_ text: String, _ limits: MIMELimits = MIMELimits()) -> MIMEMessage {
        MIMEMessage(Array(text.utf8), limits: limits)
    }

    @Test(arguments: [
        ("=?utf-8?Q?gr=C3=BC=C3=9Fe?=", "grüße", "Q"), ("=?UTF-8?b?Z3LDvMOfZQ==?=", "grüße", "B"),
        ("=?iso-8859-1?q?gr=FC=DFe?=", "grüße", "Latin-1"), ("=?windows-1252?Q?=80?=", "€", "windows-1252"),
        ("=?koi8-r?B?8NLJ18XU?=", "Привет", "KOI8-R"), ("=?windows-1251?B?z/Do4uXy?=", "Привет", "windows-1251"),
        ("=?iso-8859-2?Q?=B1=E6?=", "ąć", "Latin-2"), ("=?iso-8859-15?Q?=A4?=", "€", "Latin-9"),
        ("=?utf-8?Q?gr=C3?= =?utf-8?Q?=BC?=", "grü", "a character cut between two words"),
        ("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c", "blanks around plain text stay"),
        ("=?utf-8*de?Q?a_b?=", "a b", "RFC 2231: a language"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?=", "no such encoding"),
        ("=?utf-8?Q?abc", "=?utf-8?Q?abc", "never ended"), ("a = b", "a = b", "no encoded word"),
        ("=?gb2312?B?xOO6wyA1NTA=?=", "你好 550", "a set of East Asia"),
        ("=?iso-2022-jp?B?GyRCO3EbKEIgNTUw?=", "資 550", "one with escape sequences"),
        ("=?x-mine?B?xOO6wyA1NTA=?=", "     550", "a set that is not known: ASCII stays"),
        ("=?x-mine?B?GyRCO3EbKEIgNTUw?=", "   550", "escape sequences are passed over"),
        ("gr\u{FC}n", "grün", "UTF-8 in the raw, RFC 6532"),
    ])
    func `encoded words are read`(value: String, meant: String, because: Comment) {
        #expect(String(decoding: EncodedWords.decoded(Array(value.utf8)), as: UTF8.self) == meant, because)
    }

    @Test func `fields are unfolded, and what stands before and between them is passed over`() {
        let message = Self.message("From x@y Thu Jan 1\r\nSubject: a\r\n\tb\r\n  c\r\nX :1\r\nno field\r\n\r\nbody")
        #expect(message.header["subject"] == Array("a b c".utf8))
        #expect(message.header["x"] == Array("1".utf8))
        #expect(String(decoding: message.decodedBody(of: message.parts[0]), as: UTF8.self).hasPrefix("no field"))
    }

    @Test func `a byte-order mark before a mail is passed over`() {
        let message = Self.message("\u{FEFF}Subject: a\r\nX: 1\r\n\r\nbody")
        #expect(message.header["subject"] == Array("a".utf8))
        #expect(message.header["x"] == Array("1".utf8))
    }

    static let broken: [(text: String, bodies: [String], because: Comment)] = [
        ("--b\n\none\n--b\n\ntwo\n--b--\nafter\n", ["one", "two"], "as it should be"),
        ("preamble\n--b\n\none\n--b\n\ntwo", ["one", "two"], "never closed"),
        ("--b \t\n\none\n--b--", ["one"], "blanks behind a boundary"),
        ("--b\nContent-Type: text/plain\n--b\n\ntwo\n", ["", "two\n"], "a part that ends in its header"),
        ("--bc\n\none\n--b\n\ntwo\n", ["two\n"], "another boundary that begins alike"),
        (
            "--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--b\n\ntwo\n--b--", ["one", "two"],
            "the inner is never closed"
        ),
        (
            "--b\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--i--\nx\n--b\n\ntwo", ["one", "two"],
            "nested"
        ),
        ("--b\none\n\n--b--", ["one\n"], "no blank line before the body"),
    ]

    @Test(arguments: broken)
    func `parts are found though boundaries are broken`(row: (text: String, bodies: [String], because: Comment)) {
        let message = Self.message("Content-Type: multipart/mixed; boundary=\"b\"\n\n" + row.text)
        let leaves = message.parts.filter { !$0.hasChildren && !$0.type.hasPrefix("multipart/") }
        #expect(leaves.map { String(decoding: message.decodedBody(of: $0), as: UTF8.self) } == row.bodies, row.because)
    }

    @Test(arguments: [
        "multipart/mixed; boundary=b", "multipart/mixed;boundary=\"b\"", "Multipart/Mixed ; x=y; BOUNDARY = b",
        "multipart/mixed; boundary*0=b", "multipart/mixed; boundary=b (comment)", "multipart/mixed; boundary=\"b",
    ])
    func `the boundary is found however it is written`(type: String) {
        let message = Self.message("Content-Type: \(type)\n\n--b\n\none\n--b--\n")
        #expect(message.parts.count == 2)
    }

    @Test func `a multipart without its boundary is text`() {
        let message = Self.message("Content-Type: multipart/report\n\nuser unknown\n")
        #expect(ReportShape(message).texts == [0])
    }

    @Test(arguments: [
        ("base64", "Z3LDvMOfZQ==\r\n", "grüße"), ("BASE64", "Z3L DvM*OfZQ", "grüße"), ("base64", "YQ==Yg==", "ab"),
        ("quoted-printable", "gr=C3=BC=C3=9F=\r\ne", "grüße"), ("quoted-printable", "a=  \nb", "ab"),
        ("quoted-printable", "1=2 =G1 =", "1=2 =G1 "), ("7bit", "=41", "=41"), ("x-unknown", "=41", "=41"),
    ])
    func `bodies are decoded, and what is no encoding stays`(encoding: String, text: String, meant: String) {
        let message = Self.message("Content-Transfer-Encoding: \(encoding)\n\n\(text)")
        #expect(String(decoding: message.decodedBody(of: message.parts[0]), as: UTF8.self) == meant)
    }

    @Test(arguments: [
        ("<p>a&lt;b</p><br>c<script>x</script>d", "\na<b\n\ncd"), ("a <ada@b.example> c", "a <ada@b.example> c"),
        ("<style>user unknown", ""), ("1 < 2", "1 < 2"), ("<!-- x -->y", "y"), ("&nbsp;&#64;", "\u{A0}@"),
    ])
    func `HTML is flattened to what people see`(html: String, text: String) {
        #expect(String(decoding: HTMLFlattening.text(of: Array(html.utf8)), as: UTF8.self) == text)
    }

    @Test func `an enclosed message's header is read, encoded or not, headers only or all`() {
        for part in [
            "Content-Type: message/rfc822\n\nSubject: x\n\nbody", "Content-Type: text/rfc822-headers\n\nSubject: x\n",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeAoKYm9keQ==",
            "Content-Type: message/global\n\nSubject: x\n\nbody",
        ] {
            let message = Self.message("Content-Type: multipart/mixed; boundary=b\n\n--b\n\(part)\n--b--\n")
            #expect(message.enclosedHeader(of: 1)["subject"] == Array("x".utf8))
        }
    }

    @Test func `limits hold, and a message beyond them is marked`() {
        var limits = MIMELimits()
        limits.depth = 3
        limits.parts = 10
        limits.fields = 5
        limits.headerBytes = 400
        limits.fieldBytes = 50
        limits.messageBytes = 20_000
        let nest = (0..<50).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined()
        let bombs = [
            nest, String(repeating: "Content-Type: message/rfc822\n\n", count: 50),
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 50),
            String(repeating: "X: y\n", count: 50), "X: " + String(repeating: "y", count: 500),
            "X: y\n" + String(repeating: " y\n", count: 100), "\n" + String(repeating: "y", count: 30_000),
        ]
        for bomb in bombs {
            let message = Self.message(bomb, limits)
            #expect(message.isCutShort, "\(bomb.prefix(60))")
            #expect(message.parts.count <= 10)
            #expect(message.parts.allSatisfy { $0.depth <= 4 && $0.header.fields.count <= 5 })
            #expect(message.parts.allSatisfy { $0.body.upperBound <= 20_000 })
        }
        #expect(!Self.message("X: y\n\nbody", limits).isCutShort)
    }
}
