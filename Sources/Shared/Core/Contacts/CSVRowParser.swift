/// Finds one row in a piece of a CSV file.
struct CSVRowParser {
    enum Parsed {
        /// Where the next row begins, and how many lines this one had.
        case end(Int, lines: Int)
        /// The row goes on beyond the piece.
        case needsMore
        /// The file ends inside of quotation marks.
        case unclosed
    }

    let buffer: UnsafeBufferPointer<UInt8>
    /// Whether the file ends with the piece.
    let isComplete: Bool
    let delimiter: UInt8
    /// Whether a cell in quotation marks that goes on in the next line counts as one that is never closed.
    var quotesEndWithLine = false

    func parse(from start: Int, into row: inout CSVRow) -> Parsed {
        var place = start
        var lines = 1
        while true {
            var isQuoted = false
            if place < buffer.count, buffer[place] == Self.quote {
                isQuoted = true
                guard let end = quotedCell(from: place + 1, lines: &lines, into: &row) else {
                    return isComplete ? .unclosed : .needsMore
                }
                place = end
            }
            let plain = place
            while place < buffer.count, !isCellEnd(buffer[place]) { place += 1 }
            if place > plain {
                if isQuoted { row.problem = row.problem ?? .textAfterQuote }
                row.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[plain..<place]))
            }
            row.ends.append(row.bytes.count)
            guard place < buffer.count else { return isComplete ? .end(place, lines: lines) : .needsMore }
            place += 1
            if buffer[place - 1] == delimiter { continue }
            guard buffer[place - 1] == Self.carriageReturn else { return .end(place, lines: lines) }
            // Only the next byte tells whether CR stands alone.
            guard place < buffer.count else { return isComplete ? .end(place, lines: lines) : .needsMore }
            return .end(buffer[place] == Self.lineFeed ? place + 1 : place, lines: lines)
        }
    }

    /// Reads what is in quotation marks, from behind the first one.
    ///
    /// - Returns: The place behind the closing one; `nil` when it is not there.
    private func quotedCell(from start: Int, lines: inout Int, into row: inout CSVRow) -> Int? {
        var place = start
        while true {
            let text = place
            while place < buffer.count, buffer[place] != Self.quote {
                let byte = buffer[place]
                if quotesEndWithLine, byte == Self.lineFeed || byte == Self.carriageReturn { return nil }
                if byte == Self.lineFeed, place == start || buffer[place - 1] != Self.carriageReturn { lines += 1 }
                if byte == Self.carriageReturn { lines += 1 }
                place += 1
            }
            row.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[text..<place]))
            guard place < buffer.count else { return nil }
            place += 1
            // One at the end of the piece may be the first of two: the caller sees that more is needed.
            guard place < buffer.count, buffer[place] == Self.quote else { return place }
            row.bytes.append(Self.quote)
            place += 1
        }
    }

    private func isCellEnd(_ byte: UInt8) -> Bool {
        byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
