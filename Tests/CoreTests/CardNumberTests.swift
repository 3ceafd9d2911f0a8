import Core
import Testing

@Suite struct CardNumberTests {
    // The numbers are those that the card companies publish for tests, or are made up.
    static let table: [(text: String, isCard: Bool, because: Comment)] = [
        ("4111111111111111", true, "16 digits"),
        ("4111 1111 1111 1111", true, "in groups"),
        ("4111-1111-1111-1111", true, "with hyphens"),
        ("4111\u{A0}1111\u{A0}1111\u{A0}1111", true, "with spaces that do not break, as pages have them"),
        ("41111111 11111111", true, "in other groups"),
        ("3782 822463 10005", true, "in the groups of American Express"),
        ("card: 378282246310005.", true, "15 digits within a text"),
        ("5555555555554444", true, "Mastercard"),
        ("2223003122003222", true, "Mastercard's newer range"),
        ("6011111111111117", true, "Discover"),
        ("3530111333300000", true, "JCB"),
        ("30569309025904", true, "14 digits"),
        ("4222222222222", true, "13 digits"),
        ("6304000000000000000", true, "19 digits"),
        ("4111 1111 1111 1111 12/27", true, "groups behind it do not hide it"),
        ("12 4111 1111 1111 1111", true, "nor groups before it"),
        ("+4111111111111111", true, "no telephone number has 16 digits"),
        ("4111111111111112", false, "Luhn's check fails"),
        ("4111  1111  1111  1111", false, "two spaces divide numbers"),
        ("123456789012", false, "12 digits"),
        ("41111111111111111111", false, "20 digits without a gap are no card"),
        ("1000000000000008", false, "no issuer begins with 10"),
        ("9999999999999995", false, "nor with 99"),
        ("55555555555553", false, "Mastercard has 16 digits, not 14"),
        ("1732885200003", false, "a time in milliseconds"),
        ("4.111111111111111", false, "a number with a fraction"),
        ("52.52000659999993", false, "a latitude"),
        ("+49 89 1234567", false, "a telephone number"),
        ("+4915112345678", false, "a plus sign tells a telephone number"),
        ("+49 1511 2345 678", false, "in groups, too"),
        ("2025-11-30 12:34:56.000", false, "a time"),
        ("", false, "nothing"),
        ("V-000123", false, "a code"),
    ]

    @Test(arguments: table)
    func `a card number is found however it is written`(row: (text: String, isCard: Bool, because: Comment)) {
        #expect(CardNumber.isIn(row.text.utf8) == row.isCard, row.because)
    }

    static let named: [(text: String, name: String, isCard: Bool, because: Comment)] = [
        ("4915112345678", "Mobile Phone", false, "13 digits of a telephone number"),
        ("4915112345678", "SMS", false, "Brevo's name for it"),
        ("378282246310005", "Telefon", false, "a telephone number may have 15 digits"),
        ("4111111111111111", "phone", true, "but not 16"),
        ("4006381333932", "EAN", false, "an article, Luhn's check passed"),
        ("4006381333932", "order number", false, "an order"),
        ("4006381333932", "note", true, "nothing says that it is something else"),
        ("4006381333932", "card of customer", true, "the name says that it is a card"),
        ("4111111111111111", "customer number", true, "a customer's number of 16 digits in a range of Visa is a card"),
        ("5018000000000009", "order number", true, "as is one of 16 digits in any range"),
    ]

    @Test(arguments: named)
    func `a field's name tells short numbers from cards`(
        row: (text: String, name: String, isCard: Bool, because: Comment)
    ) {
        #expect(CardNumber.isIn(row.text.utf8, named: row.name) == row.isCard, row.because)
    }

    @Test func `a refusal names issuer and length, and not the number`() throws {
        let refusal = try #require(CardNumber.refusal(of: "4111 1111 1111 1111".utf8))
        #expect(refusal == "a payment card number (16 digits in a range of Visa), which must not be stored")
    }

    @Test func `of random numbers of 13 to 19 digits few are cards`() {
        var generator = SystemRandomNumberGenerator()
        let cards = (0..<20_000).count { _ in
            let digits = (0..<Int.random(in: 13...19, using: &generator)).map { _ in
                UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
            }
            return CardNumber.isIn(digits)
        }
        #expect(cards < 700, "Luhn alone would take a tenth")
    }
}
