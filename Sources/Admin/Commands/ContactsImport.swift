import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Glibc

struct ContactsImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Import a CSV file into a list; safe to repeat.",
        discussion: """
            The first line names the columns. The address is the column named email, e-mail, mail or address, or the \
            one of --map address=COLUMN; every other column becomes a field for messages. Invalid rows go to the \
            rejects file with line and reason; all others are imported. Unsubscribed contacts stay unsubscribed, \
            erased ones are skipped, and an empty cell removes a field. After Ctrl-C, run the same command to \
            continue.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The list's name.") var list: String
    @Option(help: "FIELD=COLUMN, separated by commas or repeated; the field address is the e-mail address.") var map:
        [String] = []
    @Option(help: "The source of consent, stored with each new subscription.") var source: String?
    @Option(help: "The file for rejected rows (default: FILE.rejects.csv).", completion: .file()) var rejects: String?
    @Option(help: "comma, semicolon or tab (default: detected from the first line).") var delimiter: CSVDelimiter?
    @Argument(help: "The CSV file, in UTF-8.", completion: .file()) var file: String

    func run() async throws {
        Self.sayWhenInterrupted()
        let map = try ColumnMap.parse(map)
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            let account = try await session.account(named: account.name)
            let list = try await session.list(named: list, of: account)
            try await session.confirm(key)
            let importer = Importer(
                session: session,
                target: ImportTarget(
                    account: account.id,
                    list: list,
                    source: source ?? "import of \(Self.lastPart(of: file))",
                    hashKey: key.number
                ),
                path: file,
                rejectsPath: rejects ?? "\(file).rejects.csv",
                delimiter: delimiter,
                map: map,
                identity: key.identity
            )
            let clock = ContinuousClock()
            let start = clock.now
            let summary = try await importer.run()
            let seconds = (clock.now - start) / .seconds(1)
            try await session.database.audit(
                AuditEntry(
                    "contacts.import",
                    "list \(list)",
                    reason: "\(summary.counts.added) added, \(summary.counts.changed) changed, "
                        + "\(summary.counts.subscribed) subscribed, \(summary.rejected) rejected"
                ),
                account: account.id
            )
            report(summary, seconds: seconds, rejects: importer.rejectsPath, to: session.console)
            guard summary.rows == 0 || summary.rejected < summary.rows else {
                throw AdminFailure(.badData, "\(file): all rows were rejected; see \(importer.rejectsPath)")
            }
        }
    }

    /// Ctrl-C ends the program as usual, but first says what has been stored.
    static func sayWhenInterrupted() {
        signal(SIGINT) { number in
            // Only calls that signal-safety(7) allows.
            let words: StaticString =
                "\nveredus: interrupted. Part of the file is imported; run the same command to continue.\n"
            _ = write(STDERR_FILENO, words.utf8Start, words.utf8CodeUnitCount)
            signal(number, SIG_DFL)
            raise(number)
        }
    }

    private func report(_ summary: Importer.Summary, seconds: Double, rejects: String, to console: Console) {
        for reason in summary.firstReasons { console.say(reason) }
        if summary.rejected > 0 {
            console.say("\(grouped(summary.rejected)) rows rejected, with reasons: \(rejects)")
        }
        let counts = summary.counts
        guard !output.json else {
            return console.print([
                "rows": .number(summary.rows), "rejected": .number(summary.rejected),
                "duplicates": .number(summary.duplicates), "added": .number(counts.added),
                "changed": .number(counts.changed), "subscribed": .number(counts.subscribed),
                "unsubscribed": .number(counts.unsubscribed), "erased": .number(counts.erased),
                "rejects": summary.rejected > 0 ? .string(rejects) : .null, "seconds": .decimal(seconds),
            ])
        }
        var lines = [
            "\(grouped(summary.rows)) rows in \(spoken(seconds: seconds)): \(grouped(counts.added)) contacts added, "
                + "\(grouped(counts.changed)) changed, \(grouped(counts.subscribed)) new on the list"
        ]
        if summary.duplicates > 0 {
            lines.append("\(grouped(summary.duplicates)) rows repeat an address; the last row counts")
        }
        if counts.unsubscribed > 0 { lines.append("\(grouped(counts.unsubscribed)) have unsubscribed and stay so") }
        if counts.erased > 0 { lines.append("\(grouped(counts.erased)) were erased earlier and are left out") }
        console.print(lines.joined(separator: "\n"))
    }

    private static func lastPart(of path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }
}

extension CSVDelimiter: ExpressibleByArgument {}

extension Session {
    /// Refuses a different address key: suppressions would no longer be found.
    func confirm(_ key: NumberedAddressHashKey) async throws {
        let isSame = try await database.confirmAddressKey(number: key.number, checkValue: key.identity.checkValue)
        guard !isSame else { return }
        throw AdminFailure(
            .configuration,
            "VEREDUS_ADDRESS_KEY is not the key \(key.number) that made the hashes in this database. "
                + "Set the previous key; with another key suppressions would not be found"
        )
    }

    /// Refuses token keys that differ from the programs'.
    func confirm(_ keys: KeyRing) async throws {
        do {
            try await database.pool.withConnection(deadline: .seconds(5)) { try await $0.assertTokenKeys(keys.checks) }
        } catch let error as PostgresError where error.kind == .other {
            throw AdminFailure(.configuration, "\(error)")
        }
    }
}
