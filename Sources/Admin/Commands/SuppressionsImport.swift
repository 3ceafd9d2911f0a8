import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct SuppressionsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Suppress the addresses of a CSV file; safe to repeat.",
        discussion: """
            The first line names the columns: email (or hash and key, in a veredus export), and optionally scope, \
            list, reason and source. --scope, --list and --reason apply to rows without them. Invalid rows go to the \
            rejects file with line and reason; all others are imported, and their queued messages recalled. After an \
            interruption, run the same command to continue.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @OptionGroup var why: ReasonOption
    @Option(help: "all, marketing or list; the default for rows without a scope.") var scope = SuppressionScope
        .marketing
    @Option(help: "The list for rows that name none.") var list: String?
    @Option(help: "The file for rejected rows (default: FILE.rejects.csv).", completion: .file()) var rejects: String?
    @Option(help: "comma, semicolon or tab (default: detected from the first line).") var delimiter: CSVDelimiter?
    @Argument(help: "The CSV file, in UTF-8.", completion: .file()) var file: String

    func run() async throws {
        ContactsImport.sayWhenInterrupted()
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            let account = try await session.account(named: account.name)
            try await session.confirm(key)
            let lists = try await session.database.lists(of: account.id)
            if let list, !lists.contains(where: { $0.name == list }) {
                _ = try await session.list(named: list, of: account)
            }
            let importer = SuppressionImporter(
                session: session,
                account: account.id,
                lists: Dictionary(lists.map { ($0.name, $0.id) }) { first, _ in first },
                key: key,
                scope: scope,
                list: list,
                source: why.reason,
                path: file,
                rejectsPath: rejects ?? "\(file).rejects.csv",
                delimiter: delimiter
            )
            let summary = try await importer.run()
            try await session.database.audit(
                AuditEntry(
                    "suppressions.import",
                    "\(summary.added) added, \(summary.recalled) recalled, \(summary.rejected) rejected",
                    reason: why.reason
                ),
                account: account.id
            )
            report(summary, rejects: importer.rejectsPath, to: session.console)
            guard summary.rows == 0 || summary.rejected < summary.rows else {
                throw AdminFailure(.badData, "\(file): all rows were rejected; see \(importer.rejectsPath)")
            }
        }
    }

    private func report(_ summary: SuppressionImporter.Summary, rejects: String, to console: Console) {
        for reason in summary.firstReasons { console.say(reason) }
        if summary.rejected > 0 {
            console.say("\(grouped(summary.rejected)) rows rejected, with reasons: \(rejects)")
        }
        guard !output.json else {
            return console.print([
                "rows": .number(summary.rows), "rejected": .number(summary.rejected), "added": .number(summary.added),
                "recalled": .number(summary.recalled), "already_on_their_way": .number(summary.onTheirWay),
                "rejects": summary.rejected > 0 ? .string(rejects) : .null,
            ])
        }
        console.print(
            "\(grouped(summary.rows)) rows: \(grouped(summary.added)) suppressions added, \(grouped(summary.recalled)) "
                + "queued messages recalled, \(grouped(summary.onTheirWay)) already in flight"
        )
    }
}
