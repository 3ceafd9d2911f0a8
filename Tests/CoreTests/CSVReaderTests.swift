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
            let lines = row.problem == nil ? "\(row.line)" : "\(row.line)-\(row.lastLine)"
            result.append("\(lines): \(cells.joined(separator: "|"))\(row.problem.map { " [\($0)]" } ?? "")")
        }
        return result
    }

    /// Text inside quotation marks is anybody's: no line of it may become a row, whatever is wrong with the marks.
    static let broken: [(text: String, rows: [String], because: Comment)] = [
        (
            "a,b\n\"1\nin,side\n", ["1: a|b", "2-3: 1\nin,side\n [unclosedQuote]"],
            "never closed: the file may be cut off"
        ),
        ("a,b\n1,\"2", ["1: a|b", "2-2: 1|2 [unclosedQuote]"], "also on the last line"),
        (
            "a,b\n1,\"say \"hi\" to\nin,side\nend\"\n3,4\n", ["1: a|b", "2-4: 1|say  [textAfterQuote]", "5: 3|4"],
            "marks within a cell that were not doubled"
        ),
        (
            "a,b\n1,\"6\" pipe\nin,side\nend\",x\n3,4\n", ["1: a|b", "2-4: 1|6 [textAfterQuote]", "5: 3|4"],
            "a single one, too"
        ),
        (
            "a,b\n1,\"x\" y,\",\nin,side\"z\n3,4\n", ["1: a|b", "2-3: 1|x [textAfterQuote]", "4: 3|4"],
            "the end is one in both readings"
        ),
        (
            "a,b\n1,\"Ann\n2,\"Bob\"\n3,4\n", ["1: a|b", "2-3: 1|Ann\n2, [textAfterQuote]", "4: 3|4"],
            "an opening mark too many takes the row whose mark closes it, no further one"
        ),
        (
            "a,b\n1,\"x\"y\n3,4\n", ["1: a|b", "2-2: 1|x [textAfterQuote]", "3: 3|4"],
            "text behind a mark, and no mark that could close a cell"
        ),
        (
            "a,b\n1,\"27\" wide\"\n\"3\",\"4\"\n", ["1: a|b", "2-2: 1|27 [textAfterQuote]", "3: 3|4"],
            "the next mark can only open a cell"
        ),
        (
            "a,b\n1,\"say \"hi\"\nin,side\nend\"\n3,4\n", ["1: a|b", "2-4: 1|say  [textAfterQuote]", "5: 3|4"],
            "the next mark closes one"
        ),
        (
            "a,b\n1,\"say \"hi\" to\nin,side\n", ["1: a|b", "2-3: 1|say  [textAfterQuote]"],
            "three marks: the file may be cut off"
        ),
        (
            "a,b\n1, \"x\nin,side\"\n3,4\n", ["1: a|b", "2: 1|x\nin,side", "4: 3|4"],
            "a blank before a mark hides it not"
        ),
        ("a,b\n1,\"x\u{0}\"\n3,4\n", ["1: a|b", "2: 1|x\u{0}", "3: 3|4"], "a NUL is a character like others"),
        ("a,b\n1,\"x\"\u{0}\nin,side\"\n3,4\n", ["1: a|b", "2-3: 1|x [textAfterQuote]", "4: 3|4"], "and text here"),
    ]

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
        ("a,b\n \"1,\" , \"2\" \n", ["1: a|b", "2: 1,|2"], "blanks beside quotation marks are no text"),
        ("a,b\n 1 , 2\n", ["1: a|b", "2:  1 | 2"], "blanks in a plain cell are"),
        ("a\t\"b\"\n \"1\"\t2\n", ["1: a|b", "2: 1|2"], "a tab that divides cells is no blank"),
        ("a|b\n1,5|2\n", ["1: a|b", "2: 1,5|2"], "bars"),
        ("sep=;\r\na;b\r\n1,5;2", ["2: a|b", "3: 1,5|2"], "the line that tells spreadsheets the delimiter"),
        ("\u{FEFF}\"SEP=^\"\na^b\n", ["2: a|b"], "in quotation marks, behind a byte order mark, any character"),
        ("sep=ab\n1\n", ["1: sep=ab", "2: 1"], "anything longer is a name"),
        ("\n\na;b\n1;2\n", ["1: ", "2: ", "3: a|b", "4: 1|2"], "blank lines before the names"),
        ("a,b\n1,2,3\n", ["1: a|b", "2: 1|2|3"], "how many cells there must be is not decided here"),
        ("", [], "an empty file"),
        ("\n", ["1: "], "an empty line"),
    ]

    @Test(arguments: table + broken)
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

    private static let filling = String(repeating: "b", count: CSVReader.longestRowBytes)

    /// The row `LONG` is longer than any may be, `FILL` as long as the longest.
    static let long: [(text: String, rows: [String], because: Comment)] = [
        (
            "a,b\nx,\"LONG\nin,side\ntext\"\n1,2\n", ["1: a|b", "2-4: x|B [tooLong]", "5: 1|2"],
            "lines in quotation marks"
        ),
        ("a,b\nx,\"LONG\"\"\nin,side\"\"\n\"\n1,2\n", ["1: a|b", "2-4: x|B [tooLong]", "5: 1|2"], "doubled ones"),
        ("a,b\nx,\"LONG\",\"\nin,side\n\",\n1,2\n", ["1: a|b", "2-4: x|B [tooLong]", "5: 1|2"], "the next cell"),
        ("a,b\nx,\"LONG\" y\nin,side\nz\"\n1,2\n", ["1: a|b", "2-4: x|B [tooLong]", "5: 1|2"], "stray ones"),
        ("a,b\nx,\"LONG\nin,side\n1,2\n", ["1: a|b", "2-4: x|B [unclosedQuote]"], "none that closes"),
        ("a,b\r\nx,\"LONG\r\nin,side\"\r\n1,2\r\n", ["1: a|b", "2-3: x|B [tooLong]", "4: 1|2"], "CR LF"),
        ("a,b\rx,\"LONG\rin,side\"\r1,2\r", ["1: a|b", "2-3: x|B [tooLong]", "4: 1|2"], "CR"),
        ("a,b\nx,LONG\n1,2\n", ["1: a|b", "2-2: x|B [tooLong]", "3: 1|2"], "a plain cell is one row, too"),
        ("a,b\nx,LONG,\"\nin,side\n\"\n1,2\n", ["1: a|b", "2-4: x|B [tooLong]", "5: 1|2"], "behind a plain cell"),
        ("a,b\nx,LONG", ["1: a|b", "2-2: x|B [tooLong]"], "at the end of the file"),
        ("a,b\nFILL\n1,2\n", ["1: a|b", "2: B", "3: 1|2"], "the longest row is no byte too long"),
        ("a,b\nFILLb\n1,2\n", ["1: a|b", "2-2: B [tooLong]", "3: 1|2"], "one more is"),
    ]

    @Test(arguments: long)
    func `a row that is too long is one row, and reading goes on behind it`(
        row: (text: String, rows: [String], because: Comment)
    ) throws {
        let text = row.text.replacing("LONG", with: Self.filling + "bbb").replacing("FILL", with: Self.filling)
        for pieceBytes in [1 << 20, 1 << 16, 4_099] {
            let rows = try Self.rows(Array(text.utf8), pieceBytes: pieceBytes)
                .map { $0.replacing(try Regex("bbb+"), with: "B") }
            #expect(rows == row.rows, row.because)
        }
    }

    @Test func `a row without end does not stay in memory`() throws {
        var pieces = 0
        var reader = try CSVReader(delimiter: .comma) {
            pieces += 1
            return pieces > 20
                ? [] : Array(repeating: pieces == 1 ? UInt8(ascii: "\"") : UInt8(ascii: "x"), count: 1 << 20)
        }
        var row = CSVRow()
        #expect(try reader.next(into: &row))
        #expect(row.problem != nil && row[0].count <= 1_000)
        #expect(try !reader.next(into: &row))
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
