import Core

/// Writes a ``MatchText`` in one pass.
struct MatchTextWriter {
    /// From this place on, text and original go on side by side, byte by byte.
    struct Step: Sendable {
        let place: Int32
        let origin: Int32
    }

    private let raw: [UInt8]
    /// Longer than ``raw``.
    private let buffer: UnsafeMutableBufferPointer<UInt8>
    private let withoutAddresses: Bool
    /// How much has been written.
    private(set) var count = 0
    private(set) var lines: [MatchText.Line] = []
    private(set) var addresses: [MatchText.Address] = []
    private(set) var steps: [Step] = []
    /// How far the original is ahead of the text.
    private var distance = -1

    init(_ raw: [UInt8], _ buffer: UnsafeMutableBufferPointer<UInt8>, withoutAddresses: Bool) {
        self.raw = raw
        self.buffer = buffer
        self.withoutAddresses = withoutAddresses
    }

    mutating func run() {
        var start = 0
        // Each is looked for again only when it has been passed, however the lines end.
        var lineFeed = -1
        var at = withoutAddresses ? -1 : raw.count
        while start < raw.count {
            if lineFeed < start { lineFeed = raw.firstIndex(of: 0x0A, in: start..<raw.count) ?? raw.count }
            let end = raw.firstIndex(of: 0x0D, in: start..<lineFeed) ?? lineFeed
            if at < start { at = raw.firstIndex(of: UInt8(ascii: "@"), in: start..<raw.count) ?? raw.count }
            appendLine(start..<end, hasAddress: at < end)
            start = end + 1
            if end < raw.count, raw[end] == 0x0D, start < raw.count, raw[start] == 0x0A { start += 1 }
        }
        if count > 0, buffer[count - 1] == UInt8(ascii: " ") {
            count -= 1
            // Blank lines at the end began behind it.
            for index in lines.indices.reversed() {
                guard lines[index].firstWord > count else { break }
                lines[index].start = min(lines[index].start, count)
                lines[index].firstWord = count
            }
        }
    }

    private mutating func appendLine(_ line: Range<Int>, hasAddress: Bool) {
        let start = count
        var firstWord: Int?
        var index = line.lowerBound
        var next = addresses.count
        if hasAddress {
            for range in AddressScanner.ranges(in: raw, line) {
                addresses.append(MatchText.Address(line: lines.count, range: range))
            }
        }
        while index < line.upperBound {
            var stop = line.upperBound
            if next < addresses.count {
                let address = withBrackets(addresses[next].range, in: line)
                if address.lowerBound == index {
                    space(at: index)
                    index = address.upperBound
                    next += 1
                    continue
                }
                if address.lowerBound > index { stop = address.lowerBound }
            }
            appendText(&index, until: stop, &firstWord)
        }
        lines.append(MatchText.Line(raw: line, start: start, firstWord: firstWord ?? count))
        space(at: line.upperBound)
    }

    /// With brackets or quotation marks that belong together.
    private func withBrackets(_ address: Range<Int>, in line: Range<Int>) -> Range<Int> {
        let (start, end) = (address.lowerBound, address.upperBound)
        guard start > line.lowerBound, end < line.upperBound else { return address }
        switch (raw[start - 1], raw[end]) {
        case (0x3C, 0x3E), (0x5B, 0x5D), (0x28, 0x29), (0x22, 0x22), (0x27, 0x27): return start - 1..<end + 1
        default: return address
        }
    }

    /// Without line ends and addresses. A character that goes on behind `stop` is taken as a whole.
    private mutating func appendText(_ index: inout Int, until stop: Int, _ firstWord: inout Int?) {
        while index < stop {
            let byte = raw[index]
            if byte > 0x20, byte < 0x80 {
                if firstWord == nil, ASCII.isAlphanumeric(byte) { firstWord = count }
                append(ASCII.lowercased(byte), index)
                index += 1
            } else if byte < 0x80 {
                if ASCII.isSpace(byte) || byte == 0 {
                    space(at: index)
                } else {
                    append(byte, index)
                }
                index += 1
            } else {
                let length = UTF8Scalar.length(in: raw, at: index) ?? 1
                if firstWord == nil { firstWord = count }
                appendCharacter(index..<index + length)
                index += length
            }
        }
    }

    private mutating func append(_ byte: UInt8, _ origin: Int) {
        guard count < buffer.count else { return }
        if origin - count != distance {
            distance = origin - count
            steps.append(Step(place: Int32(truncatingIfNeeded: count), origin: Int32(truncatingIfNeeded: origin)))
        }
        buffer[count] = byte
        count += 1
    }

    private mutating func space(at index: Int) {
        if count > 0, buffer[count - 1] != UInt8(ascii: " ") { append(UInt8(ascii: " "), index) }
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
            let lowered = Self.lowercased(scalar)
            if lowered == scalar {
                for index in range { append(raw[index], index) }
            } else {
                let encoded = UTF8.encode(lowered) ?? UTF8.encodedReplacementCharacter
                for (offset, byte) in encoded.enumerated() { append(byte, range.lowerBound + offset) }
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

    /// For the alphabets of the rules: Latin, Greek, Cyrillic. Each keeps its length in UTF-8.
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
}
