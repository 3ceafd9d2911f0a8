import ArgumentParser
import Core
import Database
import Service

struct SuppressionsExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write an account's suppressions to standard output, as CSV or JSON lines.",
        discussion: """
            Columns: email (empty where only the hash is stored), hash, key, scope, list, reason, source, created_at. \
            `suppressions import` reads the file back, including rows without an address, as long as the address key \
            is the same. An apostrophe precedes a cell that a spreadsheet would take for a formula. The audit log \
            records the export.
            """
    )
    private static let pageRows: Int32 = 1_000
    private static let header = ["email", "hash", "key", "scope", "list", "reason", "source", "created_at"]

    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The reason, for the audit log.") var reason = ""

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            // Before the first row: an interrupted export also counts.
            try await session.database.audit(
                AuditEntry("suppressions.export", "all", reason: reason),
                account: account.id
            )
            if !output.json {
                session.console.write(CSVText.row(Self.header.map { Array($0.utf8) }))
            }
            var before = Int64.max
            var count = 0
            while true {
                let page = try await session.database.suppressions(
                    of: account.id,
                    before: before,
                    limit: Self.pageRows
                )
                var bytes: [UInt8] = []
                for row in page {
                    bytes += output.json ? row.json.bytes + [UInt8(ascii: "\n")] : CSVText.row(row.cells)
                }
                session.console.write(bytes)
                count += page.count
                guard page.count == Int(Self.pageRows), let last = page.last else { break }
                before = last.id
            }
            session.console.say("\(grouped(count)) suppressions")
        }
    }
}

extension SuppressionRow {
    fileprivate var cells: [[UInt8]] {
        [
            address ?? "", hash, String(hashKey), scope.name, listName, reason.name, source,
            Timestamp.text(createdAt),
        ].map { Array($0.utf8) }
    }
}
