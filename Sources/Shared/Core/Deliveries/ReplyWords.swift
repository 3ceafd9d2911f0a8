/// A server's words for logs, reports and pages: short, without addresses and tokens.
package enum ReplyWords {
    /// Longer ones are cut.
    package static let mostBytes = 200
    /// A run of so many characters of base64url is taken for a token, whatever it is.
    private static let leastToken = 32

    /// Blanks every address, and every run of characters that may be a token or a session's number.
    ///
    /// `most`: Longer ones are cut; more than usual where what to do follows the server's words.
    package static func blanked(_ text: String, most: Int = mostBytes) -> String {
        // Only so much is read: replacements are shorter than what they replace, mostly.
        let raw = Array(presentableText(Array(text.utf8.prefix(2 * most)), hiding: []).utf8)
        var kept: [UInt8] = []
        var copied = 0
        for found in AddressScanner.addresses(in: raw, 0..<raw.count) {
            kept += raw[copied..<found.range.lowerBound]
            kept += "[address]".utf8
            copied = found.range.upperBound
        }
        kept += raw[copied...]
        let words = String(decoding: withoutTokens(TokenBlanking.blanked(kept)), as: UTF8.self)
        return words.utf8.count <= most ? words : "\(words.prefix(most - 3))..."
    }

    private static func withoutTokens(_ text: [UInt8]) -> [UInt8] {
        var kept: [UInt8] = []
        var run = 0
        for (index, byte) in text.enumerated() {
            kept.append(byte)
            run = isToken(byte) ? run + 1 : 0
            let isOver = index + 1 == text.count || !isToken(text[index + 1])
            guard run >= leastToken, isOver else { continue }
            kept.removeLast(run)
            kept += TokenBlanking.replacement
        }
        return kept
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }
}
