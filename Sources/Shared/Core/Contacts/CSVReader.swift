/// Reads CSV (RFC 4180) row by row, in memory that does not grow with the file.
///
/// Line ends are CR LF, LF or CR; a leading byte order mark is dropped; cells in quotation marks may hold delimiters,
/// line ends and doubled quotation marks. A row that breaks the rules is handed out with its problem, and reading goes
/// on: a quotation mark that is never closed costs one line, not the rest of the file.
package struct CSVReader {
    /// No row is longer.
    package static let longestRowBytes = 1 << 20

    /// Why a file is no CSV file at all.
    package enum Unreadable: Error, Equatable, CustomStringConvertible {
        case utf16

        package var description: String { "the file is UTF-16; save it as CSV in UTF-8" }
    }

    private let source: () throws -> [UInt8]
    private let delimiter: UInt8
    private var buffer: [UInt8]
    private var position: Int
    private var isAtEnd = false
    private var line = 1
    /// Whether a quotation mark near the end of the file was not closed: a row behind it has one line.
    private var isDamaged = false

    /// - Parameters:
    ///   - delimiter: `nil` takes the one that stands most often in the first line.
    ///   - source: The next bytes; empty at the end.
    /// - Throws: ``Unreadable``, or what the source throws.
    package init(delimiter: CSVDelimiter?, source: @escaping () throws -> [UInt8]) throws {
        self.source = source
        var buffer: [UInt8] = []
        while buffer.count < 4096 {
            let bytes = try source()
            guard !bytes.isEmpty else {
                isAtEnd = true
                break
            }
            buffer += bytes
        }
        if buffer.starts(with: [0xFF, 0xFE]) || buffer.starts(with: [0xFE, 0xFF]) { throw Unreadable.utf16 }
        let start = buffer.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        self.delimiter = (delimiter ?? Self.likelyDelimiter(buffer[start...])).byte
        self.buffer = buffer
        position = start
    }

    /// Reads the next row into `row`.
    ///
    /// - Returns: False at the end of the file.
    /// - Throws: What the source throws.
    package mutating func next(into row: inout CSVRow) throws -> Bool {
        while true {
            if position == buffer.count {
                guard try readMore() else { return false }
            }
            row.clear(line: line)
            let parsed = buffer.withUnsafeBufferPointer { buffer in
                CSVRowParser(
                    buffer: buffer,
                    isComplete: isAtEnd,
                    delimiter: delimiter,
                    quotesEndWithLine: isDamaged
                ).parse(
                    from: position,
                    into: &row
                )
            }
            switch parsed {
            case .end(let end, let lines):
                position = end
                line += lines
                return true
            case .needsMore:
                // A row that is too long is not read to its end.
                if buffer.count - position > Self.longestRowBytes {
                    skipLine(&row, because: .tooLong)
                    return true
                }
                _ = try readMore()
            case .unclosed:
                isDamaged = true
                skipLine(&row, because: .unclosedQuote)
                return true
            }
        }
    }

    /// Forgets what was read and takes the next bytes; false when there are none.
    private mutating func readMore() throws -> Bool {
        guard !isAtEnd else { return false }
        buffer.removeFirst(position)
        position = 0
        let bytes = try source()
        isAtEnd = bytes.isEmpty
        buffer += bytes
        return !isAtEnd
    }

    /// Gives the rest of the first line as the only cell of a row that cannot be read.
    private mutating func skipLine(_ row: inout CSVRow, because problem: CSVRow.Problem) {
        let rest = buffer[position...]
        let end = rest.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? buffer.count
        row.clear(line: line)
        row.problem = problem
        row.bytes += buffer[position..<min(end, position + 1_000)]
        row.ends.append(row.bytes.count)
        position = end
        guard position < buffer.count else { return }
        position += lineEndLength(at: position)
        line += 1
    }

    private func lineEndLength(at place: Int) -> Int {
        let isPair = buffer[place] == UInt8(ascii: "\r") && place + 1 < buffer.count
        return isPair && buffer[place + 1] == UInt8(ascii: "\n") ? 2 : 1
    }

    /// The delimiter that stands most often in the first line, outside of quotation marks; the comma when none does.
    private static func likelyDelimiter(_ start: ArraySlice<UInt8>) -> CSVDelimiter {
        var counts: [CSVDelimiter: Int] = [:]
        var isQuoted = false
        for byte in start {
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
