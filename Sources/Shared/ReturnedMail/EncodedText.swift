import Core

/// Blanks base64 in text to be stored: a message's body as it was sent, quoted below an unknown marker.
///
/// Known by its shape alone: a run that no word and no number is as long as, and the whole lines of nothing else that
/// follow it, quoted or not. It comes after ``TokenBlanking``, so that it hides no part of a token from it. The time is
/// linear in the size.
enum EncodedText {
    private static let leastCount = 60

    static func blanked(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var follows = false
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex(of: 0x0A) ?? text.count
            var next = start
            while next < end, text[next] == UInt8(ascii: ">") || ASCII.isBlank(text[next]) { next += 1 }
            let word = text[next..<end].firstIndex { !isOfAlphabet($0) } ?? end
            let rest = text[word..<end].allSatisfy { ASCII.isSpace($0) }
            if follows, rest, next < word {
                result.append(contentsOf: text[start..<next])
                result.append(contentsOf: TokenBlanking.replacement)
                result.append(contentsOf: text[word..<end])
            } else {
                follows = append(text[start..<end], to: &result)
            }
            if end < text.count { result.append(0x0A) }
            start = end + 1
        }
        return result
    }

    /// Appends a line without its long runs.
    ///
    /// - Returns: Whether one of them stands at its end.
    private static func append(_ line: ArraySlice<UInt8>, to result: inout [UInt8]) -> Bool {
        var index = line.startIndex
        var endsLong = false
        while index < line.endIndex {
            let end = line[index...].firstIndex { !isOfAlphabet($0) } ?? line.endIndex
            let run = line[index..<end]
            // A row of `=` is none, nor is an address.
            let isAddress = end < line.endIndex && line[end] == UInt8(ascii: "@")
            if run.count >= leastCount, !isAddress, run.contains(where: ASCII.isAlphanumeric) {
                result.append(contentsOf: TokenBlanking.replacement)
                endsLong = true
            } else {
                result.append(contentsOf: run)
                if end > index { endsLong = false }
            }
            index = end
            guard index < line.endIndex else { break }
            if !ASCII.isSpace(line[index]) { endsLong = false }
            result.append(line[index])
            index += 1
        }
        return endsLong
    }

    /// Of base64, RFC 4648 §4, its padding, and of what stands for something that looked like a token in it.
    private static func isOfAlphabet(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "+/=[]".utf8.contains(byte)
    }
}
