import Core
import Testing

@Suite struct PercentDecodingTests {
    static let table: [(encoded: String, decoded: String?, because: Comment)] = [
        ("plain", "plain", "nothing to decode"),
        ("a%40b%3a%2F", "a@b:/", "digits in either case"),
        ("%C3%BC", "ü", "UTF-8"),
        ("a+b", "a+b", "a plus is no space here"),
        ("%2525", "%25", "once only"),
        ("", "", "empty"),
        ("50%", nil, "no digits"),
        ("50%2", nil, "one digit"),
        ("se%cret", nil, "no hexadecimal digits"),
        ("a%+1", nil, "a sign is no digit"),
        ("%FF", nil, "no UTF-8"),
    ]

    @Test(arguments: table)
    func `a part of a URL is decoded, or refused`(row: (encoded: String, decoded: String?, because: Comment)) {
        #expect((try? PercentDecoding.text(row.encoded)) == row.decoded, row.because)
    }
}
