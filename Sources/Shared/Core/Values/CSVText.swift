/// Lines of CSV (RFC 4180) that a spreadsheet shows and never runs.
package enum CSVText {
    /// What a spreadsheet takes for the beginning of a formula.
    package static let formulaStarts = Array("=+-@\t\r".utf8)

    /// A line: cells in quotation marks, an apostrophe before what would be taken for a formula.
    package static func row(_ cells: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let isFormula = cell.first.map { formulaStarts.contains($0) } ?? false
            bytes.append(csvCell: isFormula ? [UInt8(ascii: "'")] + cell[...] : cell[...])
        }
        return bytes + [0x0D, 0x0A]
    }

    package static func row(_ cells: [String]) -> [UInt8] { row(cells.map { Array($0.utf8) }) }
}

extension [UInt8] {
    /// Appends a cell of RFC 4180, in quotation marks always.
    package mutating func append(csvCell text: ArraySlice<UInt8>) {
        append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") { append(byte) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }
}
