/// One row of a CSV file; its storage is reused for the next one.
package struct CSVRow: Sendable, Equatable {
    /// The line of the file that it begins on, from 1.
    package internal(set) var line = 0
    /// Why it could not be read; the cells are what was read until there.
    package internal(set) var problem: Problem?
    var bytes: [UInt8] = []
    var ends: [Int] = []

    package enum Problem: String, Sendable, Equatable {
        case textAfterQuote = "text follows a closing quotation mark"
        case unclosedQuote = "a quotation mark is not closed; only this line is left out"
        case tooLong = "longer than 1 MiB"
    }

    package var count: Int { ends.count }

    package subscript(cell: Int) -> ArraySlice<UInt8> {
        bytes[(cell == 0 ? 0 : ends[cell - 1])..<ends[cell]]
    }

    package init() {}

    /// Whether nothing stands on the line.
    package var isBlank: Bool { bytes.isEmpty && ends.count <= 1 && problem == nil }

    mutating func clear(line: Int) {
        self.line = line
        problem = nil
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}

/// How cells are divided.
package enum CSVDelimiter: String, Sendable, CaseIterable {
    case comma, semicolon, tab

    package var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        }
    }
}
