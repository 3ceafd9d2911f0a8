import Testing

@testable import Templates

@Suite struct MergeValueTests {
    static let values: [(json: String, value: MergeValue)] = [
        (#"{"a":"b"}"#, ["a": "b"]),
        (
            #" { "a" : [ 1 , -2.50e+3 , true , false , null , "" ] } "#,
            ["a": [.number("1"), .number("-2.50e+3"), true, false, .null, ""]]
        ),
        (#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00""#, "\"\\/\u{8}\u{C}\n\r\tAé😀"),
        (#""é😀""#, "é😀"),
        ("{}", [:]), ("[]", []), ("0", .number("0")), ("\u{FEFF}{}", [:]),
        (#"{"number":10000000000000000000000.10}"#, ["number": .number("10000000000000000000000.10")]),
    ]

    @Test(arguments: values)
    func `JSON is read as it is written`(row: (json: String, value: MergeValue)) throws {
        #expect(try MergeValue(json: Array(row.json.utf8)) == row.value)
    }

    static let refused: [(json: String, because: Comment)] = [
        ("", "nothing"), ("{", "cut short"), (#"{"a""#, "cut short"), (#"{"a":1,}"#, "a comma too many"),
        ("[1 2]", "no comma"), (#"{a:1}"#, "a name without quotes"), ("01", "a number led by 0"), ("1.", "no digit"),
        ("+1", "a sign that JSON does not have"), ("-", "no digit"), ("1e", "no digit"), ("nul", "cut short"),
        ("truth", "no such word"), ("\"\u{1}\"", "a control character"), (#""\x""#, "no such escape"),
        (#""\ud800""#, "half a surrogate pair"), (#""\udc00""#, "half a surrogate pair"),
        (#""\u0000""#, "NUL cannot be stored either"), (#""a"#, "not closed"), (#"{"a":1}x"#, "something follows"),
        ("1e10000", "no number that PostgreSQL keeps"), ("-1E-99999", "no number that PostgreSQL keeps"),
        (String(repeating: "9", count: 1_001), "no number that PostgreSQL keeps"),
        (#"{"a":1,"a":2}"#, "which one is meant?"), ("NaN", "no such number"),
        (String(repeating: "[", count: 33) + String(repeating: "]", count: 33), "too deep"),
    ]

    @Test(arguments: refused)
    func `what is not strictly JSON is refused`(row: (json: String, because: Comment)) {
        #expect(throws: MergeJSONError.self, row.because) { try MergeValue(json: Array(row.json.utf8)) }
    }

    static let badUTF8: [[UInt8]] = [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF0, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x82], [0xC3],
    ]

    @Test(arguments: badUTF8)
    func `what is not UTF-8 is refused`(bytes: [UInt8]) {
        #expect(throws: MergeJSONError.self) { try MergeValue(json: [0x22] + bytes + [0x22]) }
    }

    @Test func `a name twice is found among many fields too`() {
        let fields = (0..<40).map { "\"f\($0)\":1" }
        let json = "{" + (fields + ["\"f3\":2"]).joined(separator: ",") + "}"
        #expect(throws: MergeJSONError.self) { try MergeValue(json: Array(json.utf8)) }
    }

    @Test func `every cut of a valid text is refused, none crashes`() throws {
        let json = Array(#"{"a":[1.5e3,"x\u00e9é"],"b":{"c":null}}"#.utf8)
        _ = try MergeValue(json: json)
        for count in 0..<json.count {
            #expect(throws: MergeJSONError.self) { try MergeValue(json: Array(json[..<count])) }
        }
    }
}
