import Core

/// How a CSV file is to be read.
struct CSVFormat: Sendable {
    /// `nil` takes the one of the first line.
    var delimiter: CSVDelimiter?
    /// `nil` looks at the bytes.
    var encoding: TextDecoder.Encoding?
    /// The columns' names, where the file does not begin with them.
    var titles: [String]?
}

/// A CSV file whose first line names the columns, or one of addresses alone.
struct TitledCSV {
    /// The columns' names without blanks and invisible marks around them; empty for a column without a name.
    let titles: [String]
    /// Whether the file itself names no columns.
    let isUntitled: Bool
    /// Rows without anything in them.
    private(set) var blankRows = 0
    private let path: String
    private let text: TextFile
    private var reader: CSVReader
    private var first: CSVRow?

    /// Bytes: as long as a name in a template may be.
    private static let longestName = 500

    /// - Parameters:
    ///   - path: The file.
    ///   - format: How it is read.
    ///   - others: Whether what stands beside the only address of a file without names may be passed over.
    /// - Throws: ``AdminFailure`` where the file, or its first line, cannot be read.
    init(path: String, format: CSVFormat, passingOver others: Bool) throws {
        self.path = path
        let text = TextFile(try ByteFile(path: path), path: path, encoding: format.encoding)
        self.text = text
        reader = try CSVReader(delimiter: format.delimiter) { try text.next() }
        var row = CSVRow()
        repeat {
            guard try reader.next(into: &row) else {
                throw AdminFailure(.badData, "\(path): the file is empty; the first line must name the columns")
            }
        } while row.isBlank
        func failure(_ problem: String) -> AdminFailure { AdminFailure(.badData, "\(path):\(row.line): \(problem)") }
        if let problem = row.complaint {
            throw failure("the first line must name the columns, and cannot be read: \(problem)")
        }
        if let given = format.titles {
            titles = given
        } else if let titles = try Self.titlesOfAddresses(row, passingOver: others) {
            self.titles = titles
        } else {
            titles = try Self.names(in: row, failure)
            isUntitled = false
            return
        }
        isUntitled = true
        first = row
    }

    /// The next row that is not blank.
    ///
    /// - Returns: Whether there was one.
    mutating func next(into row: inout CSVRow) throws -> Bool {
        if let first {
            row = first
            self.first = nil
            return true
        }
        while try reader.next(into: &row) {
            if !row.isBlank { return true }
            blankRows += 1
        }
        return false
    }

    /// What the file is written in, as far as it has been read.
    var encoding: TextDecoder.Encoding { text.encoding }

    /// What a person should know about how the file was read.
    var notes: [String] {
        var notes: [String] = []
        if let line = text.detectedOnLine {
            notes.append(
                "\(path):\(line): not UTF-8; the file was read as \(encoding.name). --charset NAME names another character set"
            )
        }
        if isUntitled { notes.append("\(path): the first line has no column names and was read as a row") }
        return notes
    }

    // MARK: The first line

    /// Names for a file that begins with an address: `nil` where there is none, or where it is not clear what is beside it.
    private static func titlesOfAddresses(_ row: CSVRow, passingOver others: Bool) throws -> [String]? {
        let addresses = (0..<row.count).filter { (try? AddressCell(row[$0])) != nil }
        guard let place = addresses.first, addresses.count == 1 else { return nil }
        let isAlone = (0..<row.count).allSatisfy { $0 == place || row[$0].allSatisfy { ASCII.isSpace($0) } }
        return isAlone || others ? (0..<row.count).map { $0 == place ? "email" : "" } : nil
    }

    private static func names(in row: CSVRow, _ failure: (String) -> AdminFailure) throws(AdminFailure) -> [String] {
        var names: [String] = []
        var taken: Set<String> = []
        for column in 0..<row.count {
            guard row[column].count <= longestName else {
                throw failure("column \(column + 1) has a name of more than \(longestName) bytes; shorten it")
            }
            guard let cell = String(validating: row[column], as: UTF8.self) else {
                throw failure("column \(column + 1) is not UTF-8; save the file as CSV in UTF-8, or name its --charset")
            }
            let name = InvisibleMarks.trimmed(cell)
            guard !name.utf8.contains(where: { ASCII.isControl($0) }) else {
                throw failure("column \(column + 1) has a control character in its name; name it in one line")
            }
            guard name.isEmpty || taken.insert(name).inserted else {
                throw failure("two columns are named \"\(name)\"; rename one")
            }
            names.append(name)
        }
        return names
    }
}

/// A file's text in UTF-8, from its beginning to its end.
final class TextFile {
    private let file: ByteFile
    private let path: String
    private var decoder: TextDecoder
    private var isAtEnd = false

    init(_ file: ByteFile, path: String, encoding: TextDecoder.Encoding?) {
        self.file = file
        self.path = path
        decoder = TextDecoder(named: encoding)
    }

    var encoding: TextDecoder.Encoding { decoder.encoding ?? .utf8 }
    var detectedOnLine: Int? { decoder.detectedOnLine }

    /// The next bytes; empty at the end.
    func next() throws(AdminFailure) -> [UInt8] {
        while !isAtEnd {
            let bytes = try file.next()
            isAtEnd = bytes.isEmpty
            do throws(TextDecoder.Unreadable) {
                let text = try decoder.decode(bytes, isLast: isAtEnd)
                if !text.isEmpty { return text }
            } catch {
                throw AdminFailure(.badData, "\(path):\(error.line): \(error.problem)")
            }
        }
        return []
    }
}
