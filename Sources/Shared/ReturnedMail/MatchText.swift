import Core

/// A text in the form in which phrases are looked for, and its lines.
///
/// Lower case, every run of white space one space, line ends included, so that a phrase is found across a line break;
/// typographic quotes are plain ones. Each place is known in the text as given, so that addresses keep their case.
struct MatchText: Sendable {
    /// As given: UTF-8.
    let raw: [UInt8]
    let bytes: [UInt8]

    struct Line: Sendable {
        let raw: Range<Int>
        /// Where it begins in ``MatchText/bytes``, and the first letter or digit in it.
        var start: Int
        var firstWord: Int
    }

    struct Address: Sendable {
        let line: Int
        /// In the text as given.
        let range: Range<Int>
    }

    let lines: [Line]
    /// Those that were passed over, in order.
    let addresses: [Address]
    private let steps: [MatchTextWriter.Step]

    /// - Parameters:
    ///   - raw: UTF-8.
    ///   - withoutAddresses: Whether addresses are passed over, with the brackets around them, so that "user
    ///     `<ada@example.com>` does not exist" says the same as "user does not exist".
    init(_ raw: [UInt8], withoutAddresses: Bool = false) {
        var lines: [Line] = []
        var addresses: [Address] = []
        var steps: [MatchTextWriter.Step] = []
        // No character becomes longer, and the last line may end in a space of its own.
        bytes = [UInt8](unsafeUninitializedCapacity: raw.count + 1) { buffer, count in
            var writer = MatchTextWriter(raw, buffer, withoutAddresses: withoutAddresses)
            writer.run()
            count = writer.count
            (lines, addresses, steps) = (writer.lines, writer.addresses, writer.steps)
        }
        self.raw = raw
        self.lines = lines
        self.addresses = addresses
        self.steps = steps
    }

    // MARK: Places

    /// Where a place of ``bytes`` stands in ``raw``; the first byte of its character.
    func origin(of place: Int) -> Int {
        var low = 0
        var high = steps.count
        while low < high {
            let middle = (low + high) / 2
            if Int(steps[middle].place) <= place { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        let origin = Int(steps[low - 1].origin) + place - Int(steps[low - 1].place)
        for back in 1..<4 where origin < raw.count && origin >= back {
            if let length = UTF8Scalar.length(in: raw, at: origin - back), length > back { return origin - back }
        }
        return origin
    }

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
