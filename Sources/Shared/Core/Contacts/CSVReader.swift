/// Reads CSV (RFC 4180) row by row, in memory that does not grow with the file.
///
/// Line ends are CR LF, LF or CR; a leading byte order mark and a first line `sep=;` are dropped; cells in quotation marks
/// may hold delimiters, line ends and doubled quotation marks. A row that breaks the rules is handed out with its problem,
/// and reading goes on behind its end, never inside its quotation marks; ``CSVRowParser`` says where that is.
package struct CSVReader {
    /// No row is longer.
    package static let longestRowBytes = 1 << 20

    private let source: () throws -> [UInt8]
    private var piece: [UInt8]
    private var position: Int
    private var isAtEnd = false
    /// The next quotation mark in the piece, as far as somebody has asked, and whether it can only open a cell.
    private var nextQuote: (place: Int, onlyOpens: Bool)?
    private var parser: CSVRowParser

    /// - Parameters:
    ///   - delimiter: `nil` takes that of a line `sep=`, or the one that stands most often in the first line.
    ///   - source: The next bytes, of UTF-8; empty at the end.
    /// - Throws: What the source throws.
    package init(delimiter: CSVDelimiter?, source: @escaping () throws -> [UInt8]) throws {
        self.source = source
        var piece: [UInt8] = []
        while piece.count < 4096 {
            let bytes = try source()
            guard !bytes.isEmpty else { break }
            piece += bytes
        }
        position = piece.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var byte = delimiter?.byte
        var line = 1
        if let separator = Self.separatorLine(piece[position...]) {
            byte = byte ?? separator.delimiter
            position = separator.end
            line = 2
        }
        parser = CSVRowParser(delimiter: byte ?? Self.likelyDelimiter(piece[position...]).byte, line: line)
        self.piece = piece
    }

    /// Reads the next row into `row`.
    ///
    /// - Returns: False at the end of the file.
    /// - Throws: What the source throws.
    package mutating func next(into row: inout CSVRow) throws -> Bool {
        row.clear()
        while true {
            if position == piece.count {
                piece = isAtEnd ? [] : try source()
                position = 0
                nextQuote = nil
                isAtEnd = piece.isEmpty
                guard !isAtEnd else { return parser.finish(&row) }
            }
            switch piece.withUnsafeBufferPointer({ parser.read($0, from: &position, into: &row) }) {
            case .needsMore: break
            case .row: return true
            case .question: if parser.answer(isEnd: try nextQuoteOnlyOpens(), &row) { return true }
            }
        }
    }

    /// Whether the next quotation mark, if there is one as near as a row is long, can only open a cell.
    private mutating func nextQuoteOnlyOpens() throws -> Bool {
        // Asked at each line end before it: looked for once.
        if let nextQuote, nextQuote.place >= position { return nextQuote.onlyOpens }
        var place = position
        while true {
            let found = piece[place...].firstIndex(of: UInt8(ascii: "\""))
            if let found, found + 1 < piece.count || isAtEnd {
                let before = piece[position..<found].last { !ASCII.isBlank($0) }
                let behind = found + 1 < piece.count ? piece[found + 1] : nil
                let onlyOpens = parser.canOnlyOpen(after: before, before: behind)
                nextQuote = (found, onlyOpens)
                return onlyOpens
            }
            place = found ?? piece.count
            guard !isAtEnd, place - position <= Self.longestRowBytes else { return true }
            let more = try source()
            isAtEnd = more.isEmpty
            piece += more
        }
    }

    /// The line by which a file tells spreadsheets its delimiter: `sep=` and one character.
    private static func separatorLine(_ start: ArraySlice<UInt8>) -> (delimiter: UInt8, end: Int)? {
        let end = start.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? start.endIndex
        var line = start[..<end]
        if line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\"") { line = line.dropFirst().dropLast() }
        guard line.count == 5, ASCII.lowercased(line.prefix(4)).elementsEqual("sep=".utf8), let delimiter = line.last,
            delimiter < 0x80, !ASCII.isAlphanumeric(delimiter), delimiter != UInt8(ascii: "\"")
        else { return nil }
        let rest = start[end...]
        return (delimiter, end + (rest.starts(with: [0x0D, 0x0A]) ? 2 : min(1, rest.count)))
    }

    /// The delimiter that stands most often in the first line with text, outside of quotation marks; the comma when none
    /// does.
    private static func likelyDelimiter(_ start: ArraySlice<UInt8>) -> CSVDelimiter {
        var counts: [CSVDelimiter: Int] = [:]
        var isQuoted = false
        for byte in start.drop(while: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard !isQuoted else { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
            if let delimiter = CSVDelimiter.allCases.first(where: { $0.byte == byte }) {
                counts[delimiter, default: 0] += 1
            }
        }
        return CSVDelimiter.allCases.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? .comma
    }
}
