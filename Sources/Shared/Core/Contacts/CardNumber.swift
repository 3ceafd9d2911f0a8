/// Finds payment card numbers, so that none is ever stored.
package enum CardNumber {
    /// The error for a text that contains one.
    package static let refusal = "a payment card number, which must not be stored"

    /// ISO/IEC 7812-1: what a card's number may have.
    private static let lengths = 13...19

    /// Whether a text holds a number of 13 to 19 digits that passes Luhn's check.
    ///
    /// Digits may come in groups with one space, hyphen or dot between them; neighbouring groups are looked at
    /// together. A longer unbroken number is none.
    package static func isIn(_ text: some Sequence<UInt8>) -> Bool {
        var digits: [UInt8] = []
        var groupStarts: [Int] = []
        var isInGroup = false
        var gap = 0
        for byte in text {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                if !isInGroup { groupStarts.append(digits.count) }
                isInGroup = true
                gap = 0
                digits.append(digit)
                continue
            }
            isInGroup = false
            gap += 1
            let isSeparator = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            guard !isSeparator || gap > 1, !digits.isEmpty else { continue }
            if hasCard(digits, groupStarts) { return true }
            digits.removeAll(keepingCapacity: true)
            groupStarts.removeAll(keepingCapacity: true)
        }
        return hasCard(digits, groupStarts)
    }

    private static func hasCard(_ digits: [UInt8], _ groupStarts: [Int]) -> Bool {
        guard digits.count >= lengths.lowerBound else { return false }
        for (index, start) in groupStarts.enumerated() {
            // Each group has a digit: no more than so many are looked at for each.
            for next in (index + 1)...groupStarts.count {
                let end = next < groupStarts.count ? groupStarts[next] : digits.count
                guard end - start <= lengths.upperBound else { break }
                if end - start >= lengths.lowerBound, passesLuhn(digits[start..<end]) { return true }
            }
        }
        return false
    }

    private static func passesLuhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = place.isMultiple(of: 2) ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10)
    }
}
