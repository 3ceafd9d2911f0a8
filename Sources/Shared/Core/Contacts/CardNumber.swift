/// Finds payment card numbers, so that none is ever stored.
///
/// A number counts if all of this holds:
/// - It has 13 to 19 digits, in one piece, or in groups with one space, hyphen or dot between them: the first group has at
///   least four digits, the others but the last at least three.
/// - It begins with the digits of an issuer, and has one of that issuer's lengths (``CardIssuer``).
/// - Its check digit is right (Luhn).
/// - It is no telephone number: at most 15 digits behind a plus sign, or in a field named like one. A field named like an
///   article, an order or a customer may have 13 digits: no issuer has given out numbers that short for decades.
///
/// An address is looked at by nobody here: its digits are a name.
package enum CardNumber {
    /// The error for a text that contains one.
    package static let refusal = "a payment card number, which must not be stored"

    /// ISO/IEC 7812-1: what a card's number may have.
    private static let lengths = 13...19
    /// E.164: what a telephone number may have.
    private static let longestTelephoneNumber = 15

    /// Whether a text holds one.
    ///
    /// `name` is that of the field that the text is of, which may say that it is something else.
    package static func isIn(_ text: some Sequence<UInt8>, named name: String = "") -> Bool {
        find(in: text, named: name) != nil
    }

    /// Why a text is refused, with the issuer and the length, but not the number; `nil` when there is none in it.
    package static func refusal(of text: some Sequence<UInt8>, named name: String = "") -> String? {
        find(in: text, named: name).map { found in
            "a payment card number (\(found.digits) digits in a range of \(found.issuer)), which must not be stored"
        }
    }

    private struct Found {
        let issuer: String
        let digits: Int
    }

    /// A run of digits.
    private struct Group {
        let start: Int
        var count: Int
        let isBehindPlus: Bool
    }

    private static func find(in text: some Sequence<UInt8>, named name: String) -> Found? {
        var digits: [UInt8] = []
        var groups: [Group] = []
        var gap: [UInt8] = []
        var before: UInt8 = 0
        var isInGroup = false
        for byte in text {
            defer { before = byte }
            guard ASCII.isDigit(byte) else {
                isInGroup = false
                if gap.count < 4 { gap.append(byte) }
                continue
            }
            if !isInGroup {
                if !groups.isEmpty, !separators.contains(gap) {
                    if let found = card(in: digits, groups, named: name) { return found }
                    digits.removeAll(keepingCapacity: true)
                    groups.removeAll(keepingCapacity: true)
                }
                let isBehindPlus = groups.isEmpty && before == UInt8(ascii: "+")
                groups.append(Group(start: digits.count, count: 0, isBehindPlus: isBehindPlus))
                gap.removeAll(keepingCapacity: true)
                isInGroup = true
            }
            digits.append(byte - UInt8(ascii: "0"))
            groups[groups.count - 1].count += 1
        }
        return card(in: digits, groups, named: name)
    }

    /// Space, hyphen, dot; the spaces and hyphens that do not break.
    private static let separators: Set<[UInt8]> = Set(
        [" ", "-", ".", "\u{A0}", "\u{202F}", "\u{2011}"].map { Array($0.utf8) }
    )

    private static func card(in digits: [UInt8], _ groups: [Group], named name: String) -> Found? {
        guard digits.count >= lengths.lowerBound else { return nil }
        for first in groups.indices {
            // Each group has a digit: no more than so many are looked at for each.
            for last in first..<groups.count {
                let end = groups[last].start + groups[last].count
                let number = digits[groups[first].start..<end]
                guard number.count <= lengths.upperBound else { break }
                guard number.count >= lengths.lowerBound, isGroupedLikeCard(groups[first...last]),
                    let issuer = CardIssuer.name(of: number), passesLuhn(number),
                    !isSomethingElse(number.count, groups[first], named: name)
                else { continue }
                return Found(issuer: issuer, digits: number.count)
            }
        }
        return nil
    }

    private static func isGroupedLikeCard(_ groups: ArraySlice<Group>) -> Bool {
        guard groups.count > 1, let first = groups.first else { return true }
        return first.count >= 4 && groups.dropLast().allSatisfy { $0.count >= 3 }
    }

    private static func passesLuhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place.isMultiple(of: 2) ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10)
    }

    // MARK: Context

    private static func isSomethingElse(_ count: Int, _ first: Group, named name: String) -> Bool {
        guard count <= longestTelephoneNumber else { return false }
        if first.isBehindPlus { return true }
        let name = name.lowercased()
        if cardWords.contains(where: { name.contains($0) }) { return false }
        if telephoneWords.contains(where: { name.contains($0) }) { return true }
        return count == lengths.lowerBound && otherWords.contains { name.contains($0) }
    }

    private static let cardWords = ["card", "karte", "carte", "tarjeta", "visa"]
    private static let telephoneWords = [
        "phone", "tel", "mobil", "handy", "cell", "sms", "whatsapp", "fax", "gsm", "msisdn", "móvil", "movil",
        "portable",
    ]
    private static let otherWords = [
        "ean", "gtin", "isbn", "upc", "barcode", "sku", "article", "artikel", "artículo", "product", "produkt", "order",
        "bestell", "auftrag", "commande", "pedido", "invoice", "rechnung", "facture", "factura", "customer", "client",
        "kunde", "member", "mitglied", "contract", "vertrag", "reference", "referenz",
    ]
}
