/// Blanks the tokens of pixels and links in text before it is stored, so that opens cannot be matched to people.
///
/// They are recognised by their form, not their signature: a token of a retired key, or one that was cut off, is
/// blanked as well, and so are similar runs of characters (1 place in 16,384, and only if 16 characters of the
/// alphabet follow). A token broken over two lines is found, quoted with `>` or not, and with the `=` of
/// quoted-printable. A token that a gateway has encoded again as a whole is not found. Unsubscribe and return-path
/// tokens stay: they name a delivery, which the database knows.
package enum TokenBlanking {
    package static let replacement = Array("[blanked]".utf8)
    private static let leastCount = 16

    package static func blanked(_ text: [UInt8]) -> [UInt8] {
        let view = View(text)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var copied = 0
        var index = 0
        while index + leastCount <= view.bytes.count {
            guard let count = tokenCount(view, at: index) else {
                index += 1
                continue
            }
            result.append(contentsOf: text[copied..<view.origins[index]])
            result.append(contentsOf: replacement)
            index += count
            copied = view.origins[index - 1] + 1
        }
        result.append(contentsOf: text[copied...])
        return result
    }

    /// A text without its line ends, so that broken tokens are whole.
    private struct View {
        var bytes: [UInt8] = []
        var origins: [Int] = []
        /// For each byte, the number of its line.
        var lines: [Int32] = []

        init(_ text: [UInt8]) {
            bytes.reserveCapacity(text.count)
            origins.reserveCapacity(text.count)
            lines.reserveCapacity(text.count)
            var line: Int32 = 0
            var index = 0
            while index < text.count {
                let byte = text[index]
                if byte == UInt8(ascii: "="), let end = View.lineEnd(text, index + 1) {
                    index = end
                    line += 1
                    continue
                }
                if let end = View.lineEnd(text, index) {
                    index = end
                    line += 1
                    while index < text.count, text[index] == UInt8(ascii: ">") || ASCII.isBlank(text[index]) {
                        index += 1
                    }
                    continue
                }
                bytes.append(byte)
                origins.append(index)
                lines.append(line)
                index += 1
            }
        }

        /// Where the next line begins when a line ends at `index`.
        private static func lineEnd(_ text: [UInt8], _ index: Int) -> Int? {
            guard index < text.count else { return nil }
            if text[index] == 0x0A { return index + 1 }
            return text[index] == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A ? index + 2 : nil
        }
    }

    /// The length of a pixel's or link's token at a place.
    ///
    /// Version 1, any key, and purpose 1 to 4 make the first four characters: `A`, one of `Q…f`, one whose lower bits
    /// are 0, one of `B…E`.
    private static func tokenCount(_ view: View, at start: Int) -> Int? {
        guard view.bytes[start] == UInt8(ascii: "A"), let key = value(view.bytes[start + 1]), (16...31).contains(key),
            let low = value(view.bytes[start + 2]), low & 3 == 0, let purpose = value(view.bytes[start + 3]),
            (1...4).contains(purpose)
        else { return nil }
        let whole = Base64URL.encodedCount(
            TrackingToken.headerCount + TrackingToken.codeCount
                + (TokenPurpose(rawValue: purpose)?.payloadCount ?? 22)
        )
        var end = start + 4
        while end < view.bytes.count, value(view.bytes[end]) != nil {
            // On the next line it continues up to a token's length; on its own line to the end of the word.
            if view.lines[end] != view.lines[start], end - start >= whole { break }
            end += 1
        }
        return end - start >= leastCount ? end - start : nil
    }

    /// The value of a base64url character.
    private static func value(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
