import Core
import Testing

@Suite struct CardNumberTests {
    // The numbers are those that the card companies publish for tests.
    static let table: [(text: String, isCard: Bool, because: Comment)] = [
        ("4111111111111111", true, "16 digits"),
        ("4111 1111 1111 1111", true, "in groups"),
        ("4111-1111-1111-1111", true, "with hyphens"),
        ("card: 378282246310005.", true, "15 digits within a text"),
        ("30569309025904", true, "14 digits"),
        ("4222222222222", true, "13 digits"),
        ("6304000000000000000", true, "19 digits"),
        ("4111 1111 1111 1111 12/27", true, "groups behind it do not hide it"),
        ("12 4111 1111 1111 1111", true, "nor groups before it"),
        ("4111111111111112", false, "Luhn's check fails"),
        ("4111  1111  1111  1111", false, "two spaces divide numbers"),
        ("123456789012", false, "12 digits"),
        ("41111111111111111111", false, "20 digits without a gap are no card"),
        ("+49 89 1234567", false, "a telephone number"),
        ("", false, "nothing"),
        ("V-000123", false, "a code"),
    ]

    @Test(arguments: table)
    func `a card number is found however it is written`(row: (text: String, isCard: Bool, because: Comment)) {
        #expect(CardNumber.isIn(row.text.utf8) == row.isCard, row.because)
    }
}
