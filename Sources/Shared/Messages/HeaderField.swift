import Core

/// Writes header fields (RFC 5322 §2.2, RFC 2047): folded to lines of at most 76 octets, non-ASCII in encoded words.
///
/// Values with CR, LF or NUL must have been refused before; other control characters are encoded.
enum HeaderField {
    static let lineLimit = 76
    /// RFC 2047 §2.
    private static let wordLimit = 75

    /// Whether a text would end its header field, or hide in it.
    static func breaksLine(_ value: some Sequence<UInt8>) -> Bool {
        value.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
    }

    /// Appends `name: value` and its line end; `value` is UTF-8.
    static func append(_ name: StaticString, text value: [UInt8], to buffer: inout [UInt8]) {
        name.withUTF8Buffer { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: ": ".utf8)
        let column = name.utf8CodeUnitCount + 2
        if !isPlain(value) || !appendFolded(value, column: column, to: &buffer) {
            _ = appendEncodedWords(value, column: column, to: &buffer)
        }
        buffer.append(contentsOf: "\r\n".utf8)
    }

    /// Appends `name: display <inside>` and its line end; without a display name `name: inside`.
    static func append(
        _ name: StaticString,
        display: [UInt8],
        inside: [UInt8],
        alwaysInAngles: Bool = false,
        to buffer: inout [UInt8]
    ) {
        name.withUTF8Buffer { buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: ": ".utf8)
        var column = name.utf8CodeUnitCount + 2
        if !display.isEmpty {
            column = appendPhrase(display, column: column, to: &buffer)
            if column + inside.count + 3 > lineLimit { buffer.append(contentsOf: "\r\n".utf8) }
            buffer.append(UInt8(ascii: " "))
        }
        let hasAngles = alwaysInAngles || !display.isEmpty
        if hasAngles { buffer.append(UInt8(ascii: "<")) }
        buffer.append(contentsOf: inside)
        if hasAngles { buffer.append(UInt8(ascii: ">")) }
        buffer.append(contentsOf: "\r\n".utf8)
    }

    /// Whether a text may stand in a header as it is.
    private static func isPlain(_ value: [UInt8]) -> Bool {
        guard value.first != UInt8(ascii: " "), value.last != UInt8(ascii: " ") else { return false }
        for (index, byte) in value.enumerated() {
            guard byte >= 0x20, byte < 0x7F else { return false }
            // It would be read as an encoded word.
            let next = index + 1
            if byte == UInt8(ascii: "="), next < value.count, value[next] == UInt8(ascii: "?") { return false }
        }
        return true
    }

    /// Folds before words; `false`, and nothing written, when one is too long for a line.
    private static func appendFolded(_ value: [UInt8], column start: Int, to buffer: inout [UInt8]) -> Bool {
        if start + value.count <= lineLimit {
            buffer.append(contentsOf: value)
            return true
        }
        let begin = buffer.count
        var column = start
        var index = 0
        while index < value.count {
            var end = index
            while end < value.count, value[end] == UInt8(ascii: " ") { end += 1 }
            while end < value.count, value[end] != UInt8(ascii: " ") { end += 1 }
            if column + end - index > lineLimit {
                guard index > 0, end - index <= lineLimit else {
                    buffer.removeLast(buffer.count - begin)
                    return false
                }
                buffer.append(contentsOf: "\r\n".utf8)
                column = 0
            }
            buffer.append(contentsOf: value[index..<end])
            column += end - index
            index = end
        }
        return true
    }

    /// A display name: as it is, in quotes, or in encoded words, never both. Returns the column after it.
    private static func appendPhrase(_ value: [UInt8], column: Int, to buffer: inout [UInt8]) -> Int {
        guard isPlain(value), column + value.count + 2 <= lineLimit else {
            return appendEncodedWords(value, column: column, to: &buffer)
        }
        let isAtoms = value.allSatisfy { ASCII.isAtomText($0) || $0 == UInt8(ascii: " ") }
        if isAtoms, !value.containsBytes(Array("  ".utf8)) {
            buffer.append(contentsOf: value)
            return column + value.count
        }
        let start = buffer.count
        buffer.append(UInt8(ascii: "\""))
        for byte in value {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { buffer.append(UInt8(ascii: "\\")) }
            buffer.append(byte)
        }
        buffer.append(UInt8(ascii: "\""))
        return column + buffer.count - start
    }

    // MARK: Encoded words

    /// Cut between characters, each word on a line of its own; Q or B, whichever is shorter. Returns the column.
    private static func appendEncodedWords(_ value: [UInt8], column start: Int, to buffer: inout [UInt8]) -> Int {
        let unsafe = value.reduce(0) { isQText($1) || $1 == UInt8(ascii: " ") ? $0 : $0 + 1 }
        let isQ = value.count + 2 * unsafe <= (value.count + 2) / 3 * 4
        let overhead = 12  // "=?utf-8?Q?" and "?="
        var column = start
        var index = 0
        repeat {
            if index > 0 {
                buffer.append(contentsOf: "\r\n ".utf8)
                column = 1
            }
            let room = min(wordLimit, lineLimit - column) - overhead
            var end = index
            var used = 0
            while end < value.count {
                let length = characterLength(value, at: end)
                if isQ {
                    let cost = value[end..<end + length].reduce(0) {
                        $0 + (isQText($1) || $1 == UInt8(ascii: " ") ? 1 : 3)
                    }
                    guard used + cost <= room else { break }
                    used += cost
                } else {
                    guard (end + length - index + 2) / 3 * 4 <= room else { break }
                }
                end += length
            }
            let before = buffer.count
            buffer.append(contentsOf: (isQ ? "=?utf-8?Q?" : "=?utf-8?B?").utf8)
            if isQ { appendQ(value[index..<end], to: &buffer) } else { appendBase64(value[index..<end], to: &buffer) }
            buffer.append(contentsOf: "?=".utf8)
            column += buffer.count - before
            index = end
        } while index < value.count
        return column
    }

    private static func characterLength(_ value: [UInt8], at index: Int) -> Int {
        UTF8Scalar.length(in: value, at: index) ?? 1
    }

    /// RFC 2047 §5 (3): what may stand for itself even in a display name.
    private static func isQText(_ byte: UInt8) -> Bool {
        ASCII.isAlphanumeric(byte) || "!*+-/".utf8.contains(byte)
    }

    private static func appendQ(_ value: ArraySlice<UInt8>, to buffer: inout [UInt8]) {
        for byte in value {
            if isQText(byte) {
                buffer.append(byte)
            } else if byte == UInt8(ascii: " ") {
                buffer.append(UInt8(ascii: "_"))
            } else {
                buffer.append(UInt8(ascii: "="))
                buffer.append(ASCII.hexadecimalDigit(byte >> 4))
                buffer.append(ASCII.hexadecimalDigit(byte & 15))
            }
        }
    }

    private static func appendBase64(_ value: ArraySlice<UInt8>, to buffer: inout [UInt8]) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var index = value.startIndex
        while index < value.endIndex {
            let count = min(3, value.endIndex - index)
            var bits: UInt32 = 0
            for offset in 0..<3 { bits = bits << 8 | (offset < count ? UInt32(value[index + offset]) : 0) }
            for place in 0..<4 {
                buffer.append(
                    place <= count ? alphabet[Int(bits >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "=")
                )
            }
            index += count
        }
    }
}
