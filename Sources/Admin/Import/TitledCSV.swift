import Core

/// A CSV file whose first line names the columns.
struct TitledCSV {
    /// The first line.
    let titles: CSVRow
    private var reader: CSVReader

    /// - Throws: ``AdminFailure`` where the file, or its first line, cannot be read.
    init(path: String, delimiter: CSVDelimiter?) throws {
        let file = try ByteFile(path: path)
        do {
            reader = try CSVReader(delimiter: delimiter) { try file.next() }
        } catch let error as CSVReader.Unreadable {
            throw AdminFailure(.badData, "\(path): \(error)")
        }
        var row = CSVRow()
        guard try reader.next(into: &row), row.problem == nil, !row.isBlank else {
            throw AdminFailure(.badData, "\(path):1: cannot read the first line, which must name the columns")
        }
        titles = row
    }

    /// The next row that is not blank.
    ///
    /// - Returns: Whether there was one.
    mutating func next(into row: inout CSVRow) throws -> Bool {
        while try reader.next(into: &row) {
            if !row.isBlank { return true }
        }
        return false
    }
}
