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
            The first line names the columns; a file of addresses alone needs no such line. The address is the column \
            named email, e-mail, mail or address, or the one of --map address=COLUMN; every other column becomes a field \
            for messages. Invalid rows go to the rejects file with line and reason; all others are imported. Unsubscribed \
            contacts stay unsubscribed, erased ones are skipped, and an empty cell removes a field. Columns with another \
            system's status (status, unsubscribed, …) are obeyed: addresses that opted out, bounced or complained there \
            are suppressed here, and an unknown word stops the import. After Ctrl-C, run the same command to continue.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @OptionGroup var csv: CSVOptions
    @Option(help: "The list's name.") var list: String
    @Option(help: "The source of consent, stored with each new subscription.") var source: String?
    @Argument(help: "The CSV file.", completion: .file()) var file: String

    func run() async throws {
        Self.sayWhenInterrupted()
        let (map, format, status) = (try ColumnMap.parse(csv.map), try csv.format(), try csv.status())
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
                rejectsPath: csv.rejects ?? "\(file).rejects.csv",
                format: format,
                map: map,
                status: status,
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
                        + "\(summary.counts.subscribed) subscribed, \(summary.rejected) rejected, "
                        + "\(summary.suppressed.added) suppressed"
                ),
                account: account.id
            )
            await session.awaitJournal()
            report(summary, seconds: seconds, rejects: importer.rejectsPath, to: session.console)
            try Self.check(summary.rows, summary.rejected, unreadLines: summary.unreadLines, file, importer.rejectsPath)
        }
    }

    /// Ends with an error where little or nothing of the file could be used.
    static func check(_ rows: Int, _ rejected: Int, unreadLines: Int, _ file: String, _ rejects: String)
        throws(AdminFailure)
    {
        guard unreadLines == 0 else {
            throw AdminFailure(
                .badData,
                "\(file): the last \(grouped(unreadLines)) lines were not read: a quotation mark before them is never closed. "
                    + "Correct the last row in \(rejects), and import the file again: what is in already stays as it is"
            )
        }
        guard rows == 0 || rejected < rows else {
            throw AdminFailure(.badData, "\(file): all rows were rejected; see \(rejects)")
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

    private func report(_ summary: ImportSummary, seconds: Double, rejects: String, to console: Console) {
        summary.say(rejects: rejects, to: console)
        guard !output.json else { return console.print(summary.json(rejects: rejects, seconds: seconds)) }
        let counts = summary.counts
        let first =
            "\(grouped(summary.rows)) rows in \(spoken(seconds: seconds)): \(grouped(counts.added)) contacts added, "
            + "\(grouped(counts.changed)) changed, \(grouped(counts.subscribed)) new on the list"
        console.print(([first] + summary.text).joined(separator: "\n"))
    }

    private static func lastPart(of path: String) -> String {
        path.split(separator: "/").last.map { String($0) } ?? path
    }
}

extension Session {
    /// Refuses a different address key: suppressions would no longer be found.
    func confirm(_ key: NumberedAddressHashKey) async throws {
        let isSame = try await database.confirmAddressKey(number: key.number, checkValue: key.identity.checkValue)
        guard !isSame else { return }
        throw AdminFailure(
            .configuration,
            "VEREDUS_ADDRESS_KEY \(key.number) is not the key that made the hashes in this database. "
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
