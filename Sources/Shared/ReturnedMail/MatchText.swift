import Core

/// A text in the form in which phrases are looked for, and its lines.
///
/// Lower case, every run of white space one space, line ends included, so that a phrase is found across a line break;
/// typographic quotes are plain ones. Each byte knows where it came from, so that addresses keep their case.
struct MatchText: Sendable {
    /// As given: UTF-8.
    let raw: [UInt8]
    private(set) var bytes: [UInt8] = []
    /// For each of ``bytes``, where it stands in ``raw``.
    private(set) var origins: [Int32] = []

    struct Line: Sendable {
        let raw: Range<Int>
        /// Where it begins in ``MatchText/bytes``, and the first letter or digit in it.
        let start: Int
        let firstWord: Int
    }

    private(set) var lines: [Line] = []
    private let withoutAddresses: Bool

    /// - Parameters:
    ///   - raw: UTF-8.
    ///   - withoutAddresses: Whether addresses are passed over, with the brackets around them, so that "user
    ///     `<ada@example.com>` does not exist" says the same as "user does not exist".
    init(_ raw: [UInt8], withoutAddresses: Bool = false) {
        self.raw = raw
        self.withoutAddresses = withoutAddresses
        bytes.reserveCapacity(raw.count)
        origins.reserveCapacity(raw.count)
        var rawStart = 0
        while rawStart < raw.count {
            let rawEnd = raw[rawStart...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? raw.count
            appendLine(rawStart..<rawEnd)
            rawStart = rawEnd + 1
            if rawEnd < raw.count, raw[rawEnd] == 0x0D, rawStart < raw.count, raw[rawStart] == 0x0A { rawStart += 1 }
        }
        if bytes.last == UInt8(ascii: " ") {
            bytes.removeLast()
            origins.removeLast()
            // Blank lines at the end began behind it.
            for index in lines.indices.reversed() {
                let line = lines[index]
                guard line.firstWord > bytes.count else { break }
                lines[index] = Line(raw: line.raw, start: min(line.start, bytes.count), firstWord: bytes.count)
            }
        }
    }

    private mutating func appendLine(_ range: Range<Int>) {
        let start = bytes.count
        var firstWord: Int?
        var index = range.lowerBound
        var addresses = (withoutAddresses ? addressRanges(range) : [])[...]
        while index < range.upperBound {
            if let address = addresses.first, address.lowerBound == index {
                space(at: index)
                index = address.upperBound
                addresses.removeFirst()
                continue
            }
            let byte = raw[index]
            if byte < 0x80 {
                if ASCII.isSpace(byte) || byte == 0 {
                    space(at: index)
                } else {
                    if firstWord == nil, ASCII.isAlphanumeric(byte) { firstWord = bytes.count }
                    append(ASCII.lowercased(byte), index)
                }
                index += 1
                continue
            }
            let length = UTF8Scalar.length(in: raw, at: index) ?? 1
            if firstWord == nil { firstWord = bytes.count }
            appendCharacter(index..<index + length)
            index += length
        }
        lines.append(Line(raw: range, start: start, firstWord: firstWord ?? bytes.count))
        space(at: range.upperBound)
    }

    /// With brackets or quotation marks that belong together.
    private func addressRanges(_ line: Range<Int>) -> [Range<Int>] {
        let pairs: [UInt8: UInt8] = [0x3C: 0x3E, 0x5B: 0x5D, 0x28: 0x29, 0x22: 0x22, 0x27: 0x27]
        return AddressScanner.addresses(in: raw, line).map { found in
            let (start, end) = (found.range.lowerBound, found.range.upperBound)
            guard start > line.lowerBound, end < line.upperBound, pairs[raw[start - 1]] == raw[end] else {
                return found.range
            }
            return start - 1..<end + 1
        }
    }

    private mutating func append(_ byte: UInt8, _ origin: Int) {
        bytes.append(byte)
        origins.append(Int32(truncatingIfNeeded: origin))
    }

    private mutating func space(at index: Int) {
        if let last = bytes.last, last != UInt8(ascii: " ") { append(UInt8(ascii: " "), index) }
    }

    private mutating func appendCharacter(_ range: Range<Int>) {
        guard range.count > 1, let scalar = Self.scalar(raw[range]) else {
            append(raw[range.lowerBound], range.lowerBound)
            return
        }
        switch scalar {
        case "\u{A0}", "\u{2007}", "\u{202F}", "\u{3000}": space(at: range.lowerBound)
        case "\u{2018}", "\u{2019}", "\u{B4}": append(UInt8(ascii: "'"), range.lowerBound)
        case "\u{201C}", "\u{201D}": append(UInt8(ascii: "\""), range.lowerBound)
        default:
            for byte in UTF8.encode(Self.lowercased(scalar)) ?? UTF8.encodedReplacementCharacter {
                append(byte, range.lowerBound)
            }
        }
    }

    /// Of a sequence that is well formed.
    private static func scalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        let mask: UInt32 = bytes.count == 2 ? 0x1F : bytes.count == 3 ? 0x0F : 0x07
        var value = UInt32(bytes[bytes.startIndex]) & mask
        for byte in bytes.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
        return Unicode.Scalar(value)
    }

    /// For the alphabets of the rules: Latin, Greek, Cyrillic.
    private static func lowercased(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let value = scalar.value
        let lowered: UInt32 =
            switch value {
            case 0xC0...0xDE where value != 0xD7: value + 0x20
            case 0x100...0x137, 0x14A...0x177, 0x1E00...0x1EFF: value | 1
            case 0x139...0x148, 0x179...0x17E: value & 1 == 1 ? value + 1 : value
            case 0x386, 0x388...0x38A: value == 0x386 ? 0x3AC : value + 0x25
            case 0x38C: 0x3CC
            case 0x38E, 0x38F: value + 0x3F
            case 0x490: 0x491
            case 0x391...0x3A9 where value != 0x3A2: value + 0x20
            case 0x400...0x40F: value + 0x50
            case 0x410...0x42F: value + 0x20
            default: value
            }
        return Unicode.Scalar(lowered) ?? scalar
    }

    // MARK: Places

    /// Whether a range is whole words: no letter or digit of it goes on outside. Scripts without spaces have none.
    func isWhole(_ range: Range<Int>) -> Bool {
        if range.lowerBound > 0, ASCII.isAlphanumeric(bytes[range.lowerBound]),
            ASCII.isAlphanumeric(bytes[range.lowerBound - 1])
        {
            return false
        }
        return range.upperBound >= bytes.count || !ASCII.isAlphanumeric(bytes[range.upperBound - 1])
            || !ASCII.isAlphanumeric(bytes[range.upperBound])
    }

    /// Whether a word goes on as a host's name or an address does: `spam.example.com`, `ada.spam@example.com`.
    func isInName(_ range: Range<Int>) -> Bool {
        func joins(_ byte: UInt8) -> Bool { ".-_@/".utf8.contains(byte) }
        if range.lowerBound > 1, joins(bytes[range.lowerBound - 1]), ASCII.isAlphanumeric(bytes[range.lowerBound - 2]) {
            return true
        }
        return range.upperBound + 1 < bytes.count && joins(bytes[range.upperBound])
            && ASCII.isAlphanumeric(bytes[range.upperBound + 1])
    }

    /// The line in which a place of ``bytes`` stands.
    func line(at offset: Int) -> Int {
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle].start <= offset { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }

    /// Whether nothing but punctuation stands before a place in its line.
    func isLineStart(_ offset: Int) -> Bool {
        guard !lines.isEmpty else { return false }
        return offset <= lines[line(at: offset)].firstWord
    }

    func isLineEnd(_ offset: Int) -> Bool {
        guard offset < bytes.count, !lines.isEmpty else { return true }
        let next = line(at: max(0, offset - 1)) + 1
        let end = next < lines.count ? lines[next].start : bytes.count
        return !bytes[offset..<max(offset, end)].contains { ASCII.isAlphanumeric($0) || $0 >= 0x80 }
    }
}
