import ArgumentParser
import Core

/// How a command reads somebody's CSV file.
struct CSVOptions: ParsableArguments {
    @Option(help: "FIELD=COLUMN, separated by commas or repeated; the field address is the e-mail address.") var map:
        [String] = []
    @Option(help: "The file for rejected rows (default: FILE.rejects.csv).", completion: .file()) var rejects: String?
    @Option(help: "comma, semicolon, tab or pipe (default: detected from the first line).") var delimiter: CSVDelimiter?
    @Option(help: "The file's character set (default: detected: UTF-8, UTF-16 or Windows-1252).") var charset: String?
    @Option(help: "The columns' names, separated by commas, for a file without a header line.") var columns: String?
    @Option(
        help: "The column with another system's status (default: detected by name, such as status or unsubscribed)."
    )
    var statusColumn: String?
    @Option(
        help: """
            WORD=MEANING, separated by commas or repeated; the meaning of a word in a status column: \
            \(ForeignStatus.names.joined(separator: ", ")).
            """
    ) var statusWord: [String] = []
    @Option(help: "A column to import as a field although its name suggests a status. Can be repeated.")
    var plainColumn: [String] = []

    func format() throws(AdminFailure) -> CSVFormat {
        var format = CSVFormat(delimiter: delimiter)
        if let charset {
            guard let encoding = TextDecoder.Encoding(name: charset) else {
                throw AdminFailure(
                    .usage,
                    "--charset: \(charset) is not known; there are utf-8, utf-16, windows-1252, iso-8859-15, windows-1250, "
                        + "windows-1251, shift_jis, gb18030, big5, euc-kr and others"
                )
            }
            format.encoding = encoding
        }
        if let columns {
            let titles = columns.split(separator: ",", omittingEmptySubsequences: false).map {
                InvisibleMarks.trimmed(String($0))
            }
            let named = titles.filter { !$0.isEmpty }
            guard !named.isEmpty, Set(named).count == named.count else {
                throw AdminFailure(.usage, "--columns: \"\(columns)\" must name each column once")
            }
            format.titles = titles
        }
        return format
    }

    func status() throws(AdminFailure) -> StatusOptions {
        var status = StatusOptions(column: statusColumn, plain: Set(plainColumn))
        for (word, meaning) in try ColumnMap.parse(statusWord, option: "--status-word", form: "WORD=MEANING") {
            guard let known = ForeignStatus(name: meaning) else {
                throw AdminFailure(
                    .usage,
                    "--status-word: \(meaning) must be one of \(ForeignStatus.names.joined(separator: ", "))"
                )
            }
            status.words[word] = known
        }
        return status
    }
}

extension CSVDelimiter: ExpressibleByArgument {}
