import Core

/// Reads encoded words in header fields, RFC 2047: `=?iso-8859-1?Q?gr=FC=DFe?=`.
enum EncodedWords {
    /// The value as UTF-8. What is no encoded word stays, taken for UTF-8 or else Latin-1.
    static func decoded(_ value: [UInt8]) -> [UInt8] {
        guard value.contains(UInt8(ascii: "=")) else { return Charset.utf8(value, charset: []) }
        var result: [UInt8] = []
        var pending = Pending()
        var plainStart = 0
        var index = 0
        while index < value.count {
            guard value[index] == UInt8(ascii: "="), let word = word(in: value, at: index) else {
                index += 1
                continue
            }
            let between = value[plainStart..<index]
            // RFC 2047 §6.2: blanks between two words are not shown; a character may be cut between them.
            let isAdjacent = !pending.charset.isEmpty && between.allSatisfy { ASCII.isSpace($0) }
            if !isAdjacent || pending.charset != word.charset { pending.flush(to: &result) }
            if !isAdjacent { result.append(contentsOf: Charset.utf8(Array(between), charset: [])) }
            pending.charset = word.charset
            pending.bytes.append(contentsOf: word.bytes)
            index = word.end
            plainStart = index
        }
        pending.flush(to: &result)
        result.append(contentsOf: Charset.utf8(Array(value[plainStart...]), charset: []))
        return result
    }

    private struct Pending {
        var charset: [UInt8] = []
        var bytes: [UInt8] = []

        mutating func flush(to result: inout [UInt8]) {
            result.append(contentsOf: Charset.utf8(bytes, charset: charset))
            bytes = []
            charset = []
        }
    }

    /// Looks at most 1,000 bytes ahead, and never past a `?`: RFC 2047 allows 75, some write long ones.
    private static func word(in value: [UInt8], at start: Int) -> (charset: [UInt8], bytes: [UInt8], end: Int)? {
        guard start + 1 < value.count, value[start + 1] == UInt8(ascii: "?") else { return nil }
        let question = UInt8(ascii: "?")
        let charsetStart = start + 2
        guard let first = value[charsetStart..<min(charsetStart + 40, value.count)].firstIndex(of: question),
            first > charsetStart, first + 2 < value.count, value[first + 2] == question
        else { return nil }
        let textStart = first + 3
        let limit = min(textStart + 1_000, value.count)
        var index = textStart
        while index + 1 < limit {
            if value[index] == question {
                guard value[index + 1] == UInt8(ascii: "=") else { return nil }
                let text = value[textStart..<index]
                let charset = ASCII.lowercased(value[charsetStart..<first].prefix { $0 != UInt8(ascii: "*") })
                switch ASCII.lowercased(value[first + 1]) {
                case UInt8(ascii: "q"):
                    let bytes = TransferEncoding.quotedPrintable(text, isHeader: true, limit: text.count)
                    return (charset, bytes, index + 2)
                case UInt8(ascii: "b"):
                    return (charset, TransferEncoding.base64(text, limit: text.count), index + 2)
                default: return nil
                }
            }
            index += 1
        }
        return nil
    }
}
