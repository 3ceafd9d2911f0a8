/// Finds rows in the pieces of a CSV file, each byte once.
///
/// Where a row is broken the question is where the next one begins: text inside quotation marks must never become a row,
/// for it may be anybody's. A row that is too long is read to its end like any other. Text behind a closing quotation mark
/// can be read in several ways: the mark closes the cell all the same; or it is text that was not doubled, and only a mark
/// before a delimiter or a line end closes; or every mark opens or closes. The row ends at a line end that is outside of
/// quotation marks in the first reading and in both others. Where the others differ, the next mark decides: one that can
/// only open a cell shows that the row has ended. A mark that is never closed takes the rest of the file.
struct CSVRowParser {
    /// Where reading stands within a cell.
    private enum Place {
        /// Before it, or behind its delimiter; blanks may have been read.
        case start
        case plain
        case quoted
        /// Behind a quotation mark in a quoted cell: the first of two, or the closing one.
        case quote
        /// Behind a closing quotation mark and blanks.
        case closed
    }

    /// How far reading came.
    enum Step {
        case needsMore
        case row
        /// The row may have ended: ``answer(isEnd:_:)`` goes on.
        case question
    }

    private enum Kind { case quote, delimiter, lineEnd, blank, other }

    private let delimiter: UInt8
    /// The line of the next byte.
    private var line: Int
    private var lastByte: UInt8 = 0
    private var hasBegun = false
    private var rowBytes = 0
    private var place = Place.start
    /// The other reading, once there are two: here a quotation mark with text behind it closes nothing.
    private var otherPlace: Place?
    /// Whether the row has had an odd number of marks.
    private var isOdd = false

    init(delimiter: UInt8, line: Int) {
        self.delimiter = delimiter
        self.line = line
    }

    /// Reads on into `row`, up to the end of the row or of the piece.
    ///
    mutating func read(_ piece: UnsafeBufferPointer<UInt8>, from position: inout Int, into row: inout CSVRow) -> Step {
        if !hasBegun {
            if lastByte == Self.carriageReturn, piece[position] == Self.lineFeed {
                lastByte = Self.lineFeed
                position += 1
                guard position < piece.count else { return .needsMore }
            }
            hasBegun = true
            row.line = line
        }
        while position < piece.count {
            if otherPlace == nil, place == .plain || place == .quoted { readRun(piece, from: &position, into: &row) }
            guard position < piece.count else { break }
            let byte = piece[position]
            position += 1
            let step = take(byte, into: &row)
            if step != .needsMore { return step }
        }
        return .needsMore
    }

    /// Ends the row at the line end that was the last byte, or goes on; whether the row is complete.
    mutating func answer(isEnd: Bool, _ row: inout CSVRow) -> Bool {
        if isEnd {
            endRow(&row, lastLine: line - 1)
        } else {
            goOn(.lineEnd)
        }
        return isEnd
    }

    /// Whether a mark can only open a cell, from what stands before and behind it.
    func canOnlyOpen(after before: UInt8?, before behind: UInt8?) -> Bool {
        guard before.map({ Self.isLineEnd($0) || $0 == delimiter }) ?? true, let behind else { return false }
        return !Self.isLineEnd(behind) && behind != delimiter && behind != Self.quote && !ASCII.isBlank(behind)
    }

    /// The row that the file ends with, if there is one.
    mutating func finish(_ row: inout CSVRow) -> Bool {
        guard hasBegun else { return false }
        row.isCutOff = place == .quoted || otherPlace == .quoted && isOdd
        if otherPlace == nil, place == .quoted { row.fail(.unclosedQuote, insteadOf: .tooLong) }
        endRow(&row, lastLine: Self.isLineEnd(lastByte) ? line - 1 : line)
        return true
    }

    // MARK: Bytes

    /// Takes what needs no decision at once.
    private mutating func readRun(
        _ piece: UnsafeBufferPointer<UInt8>,
        from position: inout Int,
        into row: inout CSVRow
    ) {
        let start = position
        let isQuoted = place == .quoted
        while position < piece.count {
            let byte = piece[position]
            if Self.isLineEnd(byte) || byte == Self.quote || byte == delimiter && !isQuoted {
                break
            }
            position += 1
        }
        guard position > start else { return }
        lastByte = piece[position - 1]
        if row.problem == nil { row.bytes.append(contentsOf: UnsafeBufferPointer(rebasing: piece[start..<position])) }
        count(position - start, of: &row)
    }

    private mutating func take(_ byte: UInt8, into row: inout CSVRow) -> Step {
        let kind = kind(of: byte)
        if kind == .quote { isOdd.toggle() }
        let lineBefore = line
        if Self.isLineEnd(byte), !(lastByte == Self.carriageReturn && byte == Self.lineFeed) { line += 1 }
        lastByte = byte
        if kind == .lineEnd, place != .quoted {
            guard otherPlace != nil, otherPlace == .quoted || isOdd else {
                endRow(&row, lastLine: lineBefore)
                return .row
            }
            count(1, of: &row)
            if otherPlace != .quoted || !isOdd { return .question }
        } else {
            if otherPlace == nil, isStray(kind) {
                row.fail(.textAfterQuote)
                otherPlace = place
            }
            if row.problem == nil { store(byte, kind, into: &row) }
            count(1, of: &row)
        }
        goOn(kind)
        return .needsMore
    }

    private mutating func goOn(_ kind: Kind) {
        otherPlace = otherPlace.map { Self.next($0, kind, strayCloses: false) }
        place = Self.next(place, kind, strayCloses: true)
    }

    private mutating func count(_ bytes: Int, of row: inout CSVRow) {
        rowBytes += bytes
        if rowBytes > CSVReader.longestRowBytes { row.fail(.tooLong) }
    }

    private func store(_ byte: UInt8, _ kind: Kind, into row: inout CSVRow) {
        switch (place, kind) {
        case (.start, .quote): row.bytes.removeSubrange((row.ends.last ?? 0)...)  // blanks before it
        case (.quoted, .quote), (.quote, .blank), (.closed, .blank): break
        case (.quoted, _): row.bytes.append(byte)
        case (_, .delimiter): row.ends.append(row.bytes.count)
        default: row.bytes.append(byte)
        }
    }

    private mutating func endRow(_ row: inout CSVRow, lastLine: Int) {
        if row.problem == nil { row.ends.append(row.bytes.count) }
        row.lastLine = lastLine
        hasBegun = false
        rowBytes = 0
        place = .start
        otherPlace = nil
        isOdd = false
    }

    // MARK: Places

    private func kind(of byte: UInt8) -> Kind {
        switch byte {
        case Self.quote: .quote
        case delimiter: .delimiter
        case Self.lineFeed, Self.carriageReturn: .lineEnd
        case UInt8(ascii: " "), UInt8(ascii: "\t"): .blank
        default: .other
        }
    }

    private func isStray(_ kind: Kind) -> Bool {
        switch place {
        case .quote: kind == .other
        case .closed: kind == .other || kind == .quote
        case .start, .plain, .quoted: false
        }
    }

    private static func next(_ place: Place, _ kind: Kind, strayCloses: Bool) -> Place {
        switch (place, kind) {
        case (.quoted, .quote): .quote
        case (.quoted, _): .quoted
        case (_, .delimiter), (_, .lineEnd): .start
        case (.start, .quote): .quoted
        case (.start, .blank): .start
        case (.start, .other), (.plain, _): .plain
        case (.quote, .quote): .quoted
        case (.quote, .blank), (.closed, .blank): .closed
        case (.quote, .other), (.closed, .other): strayCloses ? .plain : .quoted
        case (.closed, .quote): strayCloses ? .plain : .quote
        }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == lineFeed || byte == carriageReturn }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
