import Core
import Testing

@Suite struct CSVReaderTests {
    /// Rows as `line: cell|cell`, a problem in brackets behind.
    static func rows(_ bytes: [UInt8], pieceBytes: Int = 1 << 16, delimiter: CSVDelimiter? = nil) throws -> [String] {
        var rest = bytes[...]
        var reader = try CSVReader(delimiter: delimiter) {
            let piece = rest.prefix(pieceBytes)
            rest = rest.dropFirst(pieceBytes)
            return Array(piece)
        }
        var row = CSVRow()
        var result: [String] = []
        while try reader.next(into: &row) {
            let cells = (0..<row.count).map { String(decoding: row[$0], as: UTF8.self) }
            result.append("\(row.line): \(cells.joined(separator: "|"))\(row.problem.map { " [\($0)]" } ?? "")")
        }
        return result
    }

    static let table: [(text: String, rows: [String], because: Comment)] = [
        ("a,b\r\n1,2\r\n", ["1: a|b", "2: 1|2"], "RFC 4180 line ends"),
        ("a,b\n1,2", ["1: a|b", "2: 1|2"], "LF, and none at the end"),
        ("a,b\r1,2\r", ["1: a|b", "2: 1|2"], "CR, as old spreadsheets write"),
        ("\u{FEFF}a,b\n", ["1: a|b"], "a byte order mark is no part of the first cell"),
        ("a;b\n1,5;2\n", ["1: a|b", "2: 1,5|2"], "the delimiter is that of the first line"),
        ("a\tb\n1\t2\n", ["1: a|b", "2: 1|2"], "tabs"),
        ("\"x;y;z\",b\n1,2\n", ["1: x;y;z|b", "2: 1|2"], "delimiters in quotation marks do not count"),
        ("a\n1\n", ["1: a", "2: 1"], "one column"),
        ("a,b\n\"1,\"\"2\"\"\",3\n", ["1: a|b", "2: 1,\"2\"|3"], "doubled quotation marks"),
        ("a,b\n\"1\n\r\n2\",3\nx,y\n", ["1: a|b", "2: 1\n\r\n2|3", "5: x|y"], "line ends in a cell count as lines"),
        ("a,b\n,\n\n\"\",\"\"\n", ["1: a|b", "2: |", "3: ", "4: |"], "empty cells and an empty line"),
        ("a,b\n1\"2,3\n", ["1: a|b", "2: 1\"2|3"], "a quotation mark within a plain cell is text"),
        ("a,b\n\"1\"x,2\n3,4\n", ["1: a|b", "2: 1x|2 [textAfterQuote]", "3: 3|4"], "text behind a quotation mark"),
        ("a,b\n\"1,2\n3,4\n", ["1: a|b", "2: \"1,2 [unclosedQuote]", "3: 3|4"], "an unclosed one costs one line"),
        ("a,b\n1,\"2", ["1: a|b", "2: 1,\"2 [unclosedQuote]"], "also on the last line"),
        ("a,b\n1,2,3\n", ["1: a|b", "2: 1|2|3"], "how many cells there must be is not decided here"),
        ("", [], "an empty file"),
        ("\n", ["1: "], "an empty line"),
    ]

    @Test(arguments: table)
    func `a file gives these rows, however it is cut`(row: (text: String, rows: [String], because: Comment)) throws {
        for pieceBytes in [1 << 16, 7, 2, 1] {
            // The first 4096 bytes are read at once: behind a long first line each cut is met.
            #expect(try Self.rows(Array(row.text.utf8), pieceBytes: pieceBytes) == row.rows, row.because)
        }
        let padding = String(repeating: "x", count: 5_000)
        let padded = "\(padding),b\n\(padding)\n" + row.text.drop { $0 == "\u{FEFF}" }
        let whole = try Self.rows(Array(padded.utf8), delimiter: .comma)
        for pieceBytes in [5, 3, 2, 1] {
            #expect(try Self.rows(Array(padded.utf8), pieceBytes: pieceBytes, delimiter: .comma) == whole, row.because)
        }
    }

    @Test func `a named delimiter is taken without a guess`() throws {
        #expect(try Self.rows(Array("a,b,c;d\n".utf8), delimiter: .semicolon) == ["1: a,b,c|d"])
    }

    @Test func `a row without end is cut off and does not stay in memory`() throws {
        let long = "a,b\n\"" + String(repeating: "x\n", count: CSVReader.longestRowBytes) + "1,2\n"
        let rows = try Self.rows(Array(long.utf8))
        #expect(rows[1] == "2: \"x [tooLong]")
        #expect(rows.last?.hasSuffix(": 1|2") == true)
    }

    @Test func `a file in UTF-16 is refused by name`() {
        #expect(throws: CSVReader.Unreadable.utf16) { try Self.rows([0xFF, 0xFE, 0x61, 0x00]) }
    }

    @Test func `bytes that are not UTF-8 are handed on as they are`() throws {
        var reader = try CSVReader(delimiter: .comma, source: Self.once([0x61, 0xFF, 0x2C, 0x62, 0x0A]))
        var row = CSVRow()
        #expect(try reader.next(into: &row))
        #expect(Array(row[0]) == [0x61, 0xFF])
    }

    static func once(_ bytes: [UInt8]) -> () -> [UInt8] {
        var rest = bytes
        return {
            defer { rest = [] }
            return rest
        }
    }
}
