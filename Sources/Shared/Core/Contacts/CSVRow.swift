/// One row of a CSV file; its storage is reused for the next one.
package struct CSVRow: Sendable, Equatable {
    /// The line of the file that it begins on, from 1, and the one that it ends on.
    package internal(set) var line = 0
    package internal(set) var lastLine = 0
    /// Why it could not be read; the cells are the beginning of what was read until there.
    package internal(set) var problem: Problem?
    /// Whether the file ended inside of its quotation marks: everything behind them was taken for their text.
    package internal(set) var isCutOff = false
    var bytes: [UInt8] = []
    var ends: [Int] = []

    package enum Problem: String, Sendable, Equatable {
        case textAfterQuote = "text follows a closing quotation mark"
        case unclosedQuote = "a quotation mark is not closed"
        case tooLong = "longer than 1 MiB"
    }

    /// As much of a row that cannot be read is kept, to be recognised.
    private static let keptBytes = 1_000

    package var count: Int { ends.count }

    package subscript(cell: Int) -> ArraySlice<UInt8> {
        bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]]
    }

    package init() {}

    /// Whether nothing but blanks stands in any cell.
    package var isBlank: Bool { problem == nil && bytes.allSatisfy { ASCII.isSpace($0) } }

    /// What to say of a row that cannot be read, and of which lines.
    package var complaint: String? {
        problem.map { lastLine > line ? "\($0.rawValue); lines \(line) to \(lastLine) are left out" : $0.rawValue }
    }

    mutating func clear() {
        line = 0
        lastLine = 0
        problem = nil
        isCutOff = false
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Notes the first problem, and forgets all but the beginning.
    mutating func fail(_ problem: Problem, insteadOf earlier: Problem? = nil) {
        guard self.problem == nil else {
            if self.problem == earlier { self.problem = problem }
            return
        }
        self.problem = problem
        ends.append(bytes.count)
        let kept = ends.firstIndex { $0 >= Self.keptBytes }
        if let kept { ends.removeSubrange((kept + 1)...) }
        if let last = ends.last, last > Self.keptBytes { ends[ends.count - 1] = Self.keptBytes }
        bytes.removeSubrange((ends.last ?? 0)...)
    }
}

/// How cells are divided.
package enum CSVDelimiter: String, Sendable, CaseIterable {
    case comma, semicolon, tab, pipe

    package var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        case .pipe: UInt8(ascii: "|")
        }
    }
}
