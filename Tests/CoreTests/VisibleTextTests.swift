import Core
import Testing

@Suite struct VisibleTextTests {
    static let rows: [(text: String, line: String, json: String, csv: String, because: Comment)] = [
        ("Ann", "Ann", #""Ann""#, "\"Ann\"\r\n", "plain text stays"),
        ("Zoë 名前 🦊", "Zoë 名前 🦊", #""Zoë 名前 🦊""#, "\"Zoë 名前 🦊\"\r\n", "letters of any script stay"),
        ("a\u{1B}[2J", #"a\u001b[2J"#, #""a\u001b[2J""#, "\"a\\u001b[2J\"\r\n", "C0: clears the screen"),
        ("a\u{9B}2J", #"a\u009b2J"#, #""a\u009b2J""#, "\"a\\u009b2J\"\r\n", "C1: the same in one character"),
        ("a\u{7F}", #"a\u007f"#, #""a\u007f""#, "\"a\\u007f\"\r\n", "DEL"),
        ("a\u{0}", #"a\u0000"#, #""a\u0000""#, "\"a\\u0000\"\r\n", "NUL"),
        ("a\u{202E}b", #"a\u202eb"#, #""a\u202eb""#, "\"a\\u202eb\"\r\n", "an override turns the line around"),
        ("a\u{2066}b", #"a\u2066b"#, #""a\u2066b""#, "\"a\\u2066b\"\r\n", "an isolate"),
        (
            "a\u{200F}b", #"a\u200fb"#, #""a\u200fb""#, "\"a\u{200F}b\"\r\n",
            "a mark is needed in names; a file keeps it"
        ),
        ("a\u{61C}b", #"a\u061cb"#, #""a\u061cb""#, "\"a\u{61C}b\"\r\n", "the Arabic mark"),
        ("a\u{2028}b", #"a\u2028b"#, #""a\u2028b""#, "\"a\\u2028b\"\r\n", "a separator begins a line"),
        ("a\nb\tc", #"a\u000ab\u0009c"#, #""a\nb\tc""#, "\"a\nb\tc\"\r\n", "a name in a table begins no row"),
        ("a\r\nb", #"a\u000d\u000ab"#, #""a\u000d\nb""#, "\"a\r\nb\"\r\n", "a file keeps its line ends"),
        ("a\rb", #"a\u000db"#, #""a\u000db""#, "\"a\\u000db\"\r\n", "overwrites the line"),
    ]

    @Test(arguments: rows)
    func `what commands a terminal is visible in tables, JSON and CSV alike`(
        row: (text: String, line: String, json: String, csv: String, because: Comment)
    ) {
        #expect(VisibleText.line(row.text) == row.line, row.because)
        #expect(JSONValue.string(row.text).text == row.json, row.because)
        #expect(String(decoding: CSVText.row([row.text]), as: UTF8.self) == row.csv, row.because)
    }

    @Test func `text of several lines keeps its lines`() {
        #expect(VisibleText.lines("a\n\tb\u{1B}c\u{9B}") == "a\n\tb\\u001bc\\u009b")
    }

    @Test func `JSON that was written elsewhere keeps its value`() {
        let literal = JSONValue.literal("{\"n\": \"a\u{9B}\u{202E}\\u001b\u{7F}é\"}")
        #expect(literal.text == "{\"n\": \"a\\u009b\\u202e\\u001b\\u007fé\"}")
    }

    @Test func `a name has none of them`() {
        for scalar: Unicode.Scalar in [
            "\u{1B}", "\u{7F}", "\u{85}", "\u{9B}", "\u{202E}", "\u{2066}", "\u{2028}", "\u{200F}",
        ] {
            #expect(!PlainName.isValid("a\(scalar)b"), "U+\(String(scalar.value, radix: 16))")
        }
        #expect(PlainName.isValid("Bäckerei 名前"))
    }
}
