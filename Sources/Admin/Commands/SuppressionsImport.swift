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
            The first line names the columns: email (or hash and key, in a veredus export), and optionally scope, list, \
            reason and source; --map gives them other names, such as address=COLUMN. --scope, --list and --reason apply to \
            rows without them. Files of other systems work, too: a reason in their words, such as a server's reply, is \
            judged like a reply that veredus gets, and stored as text after --reason, without addresses. Invalid rows go to \
            the rejects file with line and reason; all others are imported, and their queued messages recalled. After an \
            interruption, run the same command to continue.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @OptionGroup var why: ReasonOption
    @OptionGroup var csv: CSVOptions
    @Option(
        name: .customLong("scope"),
        help: """
            all, marketing or list, for rows without a scope (default: all for bounces and complaints, otherwise \
            marketing).
            """
    )
    var givenScope: SuppressionScope?
    @Option(help: "The list for rows without one.") var list: String?
    @Argument(help: "The CSV file.", completion: .file()) var file: String

    func run() async throws {
        ContactsImport.sayWhenInterrupted()
        let (map, format, status) = (try ColumnMap.parse(csv.map), try csv.format(), try csv.status())
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
                defaults: .init(
                    account: account.id,
                    lists: Dictionary(lists.map { ($0.name, $0.id) }) { first, _ in first },
                    key: key,
                    scope: givenScope,
                    list: list,
                    source: why.reason
                ),
                path: file,
                rejectsPath: csv.rejects ?? "\(file).rejects.csv",
                format: format,
                map: map,
                status: status
            )
            let summary = try await importer.run()
            try await session.database.audit(
                AuditEntry(
                    "suppressions.import",
                    "\(summary.stored.added) added, \(summary.stored.recalled) recalled, \(summary.rejected) rejected",
                    reason: why.reason
                ),
                account: account.id
            )
            await session.awaitJournal()
            report(summary, rejects: importer.rejectsPath, to: session.console)
            try ContactsImport.check(
                summary.rows,
                summary.rejected,
                unreadLines: summary.unreadLines,
                file,
                importer.rejectsPath
            )
        }
    }

    private func report(_ summary: SuppressionImporter.Summary, rejects: String, to console: Console) {
        for line in summary.notes + summary.firstReasons { console.say(line) }
        if summary.rejected > 0 {
            console.say("\(grouped(summary.rejected)) rows rejected, with reasons: \(rejects)")
        }
        let stored = summary.stored
        guard !output.json else {
            return console.print([
                "rows": .number(summary.rows), "rejected": .number(summary.rejected), "added": .number(stored.added),
                "recalled": .number(stored.recalled), "already_on_their_way": .number(stored.onTheirWay),
                "rejects": summary.rejected > 0 ? .string(rejects) : .null, "blank": .number(summary.blank),
                "tidied": .number(summary.tidied), "unread_lines": .number(summary.unreadLines),
                "charset": .string(summary.encoding),
                "reasons": .object(
                    SuppressionReason.allCases.map {
                        JSONValue.JSONField(name: $0.name, value: .number(summary.reasons[$0] ?? 0))
                    }
                ),
                "foreign_reasons": .number(summary.foreign), "blaming_sender": .number(summary.blamingSender),
            ])
        }
        var lines = [
            "\(grouped(summary.rows)) rows: \(grouped(stored.added)) suppressions added, \(grouped(stored.recalled)) "
                + "queued messages recalled, \(grouped(stored.onTheirWay)) already in flight"
        ]
        let reasons = SuppressionReason.allCases.compactMap { reason in
            summary.reasons[reason].map { "\(grouped($0)) \(reason.name)" }
        }
        if !reasons.isEmpty { lines.append("reasons: \(reasons.joined(separator: ", "))") }
        if summary.foreign > 0 {
            lines.append("\(grouped(summary.foreign)) reasons were in another system's words")
        }
        if summary.blamingSender > 0 {
            lines.append(
                "\(grouped(summary.blamingSender)) of them blame the sender, not the address: is this a list of blocks?"
            )
        }
        if summary.tidied > 0 {
            lines.append("\(grouped(summary.tidied)) addresses were cleaned of names, brackets or invisible marks")
        }
        if summary.blank > 0 { lines.append("\(grouped(summary.blank)) blank rows skipped") }
        console.print(lines.joined(separator: "\n"))
    }
}
