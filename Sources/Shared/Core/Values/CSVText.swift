/// Lines of CSV (RFC 4180) that neither a spreadsheet nor a terminal executes.
package enum CSVText {
    /// What a spreadsheet takes for the beginning of a formula.
    package static let formulaStarts = Array("=+-@\t\r".utf8)

    /// A line: cells in quotation marks, an apostrophe before what would be taken for a formula, control characters
    /// visible. Within JSON that leaves the value as it is.
    package static func row(_ cells: [[UInt8]]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            let shown = visible(cell)
            let isFormula = shown.first.map { formulaStarts.contains($0) } ?? false
            bytes.append(csvCell: isFormula ? [UInt8(ascii: "'")] + shown[...] : shown[...])
        }
        return bytes + [0x0D, 0x0A]
    }

    /// Line ends, tabs and the marks that right-to-left text needs stay; overrides become visible.
    private static func visible(_ cell: [UInt8]) -> [UInt8] {
        guard cell.contains(where: { $0 < 0x20 || $0 >= 0x7F }) else { return cell }
        var shown: [UInt8] = []
        shown.reserveCapacity(cell.count)
        var index = 0
        while index < cell.count {
            let byte = cell[index]
            let isLineEnd = byte == 0x0A || byte == 0x0D && index + 1 < cell.count && cell[index + 1] == 0x0A
            if byte < 0x20 && byte != 0x09 && !isLineEnd || byte == 0x7F {
                shown.append(escapeOf: UInt32(byte))
                index += 1
            } else if byte >= 0x80, let control = VisibleText.control(in: cell, at: index),
                !marks.contains(control.code)
            {
                shown.append(escapeOf: control.code)
                index += control.count
            } else {
                shown.append(byte)
                index += 1
            }
        }
        return shown
    }

    private static let marks: Set<UInt32> = [0x61C, 0x200E, 0x200F]

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
