import Core
import Testing

@Suite struct TimestampTests {
    static let table: [(text: String, seconds: Double?, because: Comment)] = [
        ("1970-01-01T00:00:00Z", 0, "the beginning"),
        ("2023-11-14T22:13:20Z", 1_700_000_000, "a known moment"),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000, "an offset"),
        ("2023-11-14 22:13:20z", 1_700_000_000, "a blank and a small z are allowed, RFC 3339 §5.6"),
        ("2024-02-29T00:00Z", 1_709_164_800, "a leap day, without seconds"),
        ("1969-12-31T23:59:59Z", -1, "before the beginning"),
        ("2023-02-29T00:00:00Z", nil, "no such day"),
        ("2023-11-14T22:13:20", nil, "without an offset it means another moment to everybody"),
        ("2023-11-14", nil, "a day is no moment"),
        ("2023-11-14T24:00:00Z", nil, "no such hour"),
        ("2023-13-01T00:00:00Z", nil, "no such month"),
        ("tomorrow", nil, "a word"),
        ("२०२३-11-14T22:13:20Z", nil, "other digits than ASCII's"),
    ]

    @Test(arguments: table)
    func `a moment is read strictly`(row: (text: String, seconds: Double?, because: Comment)) {
        #expect(Timestamp.seconds(row.text) == row.seconds, row.because)
    }

    @Test func `what is written is read again`() {
        // From the year 1010: RFC 3339 has four digits for a year.
        for day in stride(from: -350_000.0, to: 800_000.0, by: 997) {
            let seconds = day * 86_400 + 3_723
            #expect(Timestamp.seconds(Timestamp.text(seconds)) == seconds)
        }
    }
}
