import Core

/// Columns of text, as wide as their widest cell.
struct Table {
    /// What a column that may be cut keeps.
    private static let narrowest = 24

    private let rows: [[String]]
    private let cut: (column: Int, width: Int)?

    /// - Parameters:
    ///   - head: The names of the columns.
    ///   - rows: Their cells.
    ///   - column: One whose cells lose their middle where lines would be wider than `width`; for what strangers or
    ///     templates make long.
    ///   - width: Of the terminal.
    init(_ head: [String], _ rows: [[String]], cutting column: Int? = nil, to width: Int = 0) {
        self.rows = [head] + rows
        cut = column.map { ($0, width) }
    }

    /// Without a final line end. Control characters in cells are visible: a name must not move the cursor or begin a row.
    var text: String {
        let rows = rows.map { $0.map(VisibleText.line) }
        var widths = [Int](repeating: 0, count: rows[0].count)
        for row in rows {
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        if let cut {
            let others = widths.reduce(2 * (widths.count - 1), +) - widths[cut.column]
            widths[cut.column] = min(widths[cut.column], max(Self.narrowest, cut.width - others))
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let cell = column == cut?.column ? Self.shortened(cell, to: widths[column]) : cell
                line += cell
                guard column + 1 < row.count else { break }
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return line
        }.joined(separator: "\n")
    }

    private static func shortened(_ cell: String, to width: Int) -> String {
        guard cell.count > width else { return cell }
        let end = (width - 1) / 3
        return cell.prefix(width - 1 - end) + "…" + cell.suffix(end)
    }
}
