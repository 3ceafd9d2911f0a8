import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions",
        abstract: "List, add, remove, import, export and replay an account's suppressions.",
        subcommands: [
            SuppressionsAdd.self, SuppressionsList.self, SuppressionsRemove.self, SuppressionsImport.self,
            SuppressionsExport.self, SuppressionsReplay.self,
        ]
    )
}

/// The reason for a change.
struct ReasonOption: ParsableArguments {
    @Option(help: "The reason, stored with it and in the audit log.") var reason: String

    func validate() throws {
        try checkReason(reason)
    }
}

struct SuppressionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List an account's suppressions, newest first.",
        discussion: """
            Shows the address if a contact has it, otherwise the first digits of its hash. A page has --limit rows; \
            --before with the last number shows the next page. The audit log records the access.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "Maximum number of rows, 1 to 10,000.") var limit: Int32 = 100
    @Option(help: "Only entries below this number.") var before: Int64?
    @Option(help: "The reason, for the audit log.") var reason = ""

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000") }
    }

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            try await session.database.audit(
                AuditEntry("suppressions.list", "before \(before ?? .max), \(limit) rows", reason: reason),
                account: account.id
            )
            let page = try await session.database.suppressions(of: account.id, before: before ?? .max, limit: limit)
            if output.json { return session.console.print(.array(page.map(\.json))) }
            session.console.print(
                Table(
                    ["NUMBER", "ADDRESS", "SCOPE", "REASON", "SINCE", "SOURCE"],
                    page.map { row in
                        [
                            String(row.id), row.address ?? row.shortHash, row.scopeText, row.reason.name,
                            Timestamp.text(row.createdAt), row.source,
                        ]
                    }
                ).text
            )
            if page.count == Int(limit), let last = page.last {
                session.console.say("more: --before \(last.id)")
            }
        }
    }
}

struct SuppressionsRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove an address's suppressions.",
        discussion: """
            For an address that asked to be mailed again, or whose mailbox works again. Lists the suppressions first, \
            and changes nothing without --yes or a confirmation at the terminal. Erasures and list unsubscriptions \
            stay. Recalled messages are not sent.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var decision: DecisionOptions
    @OptionGroup var account: AccountOption
    @Option(help: "Only this scope: all, marketing or list.") var scope: SuppressionScope?
    @Argument(help: "The address.") var address: String

    func run() async throws {
        let address = try EmailAddress(address)
        var reader = try Session.settings(common)
        let (settings, key) = try reader.finished(
            PostgresSettings(reading: &reader),
            NumberedAddressHashKey(reading: &reader)
        )
        try await Session.run(settings) { session in
            let account = try await session.account(named: account.name)
            try await session.confirm(key)
            let hash = key.identity.addressHash(address)
            let found = try await session.database.suppressions(ofHash: hash, account: account.id)
                .filter { scope == nil || $0.scope == scope?.rawValue }
            let going = found.filter { $0.reason != SuppressionReason.erasure.rawValue }
            guard !going.isEmpty else {
                throw AdminFailure(
                    .badData,
                    found.isEmpty
                        ? "the address is not suppressed in that account; nothing was changed"
                        : "the address was erased at its owner's request and stays suppressed; nothing was changed"
                )
            }
            if !output.json {
                for row in going { session.console.print("\(row.scopeName), \(row.reasonName) (\(row.source))") }
            }
            guard decision.isConfirmed("Remove them?", session.console) else {
                if output.json { session.console.print(["done": .bool(false), "suppressions": .number(going.count)]) }
                return
            }
            let removed = try await session.database.removeSuppressions(
                ofHash: hash,
                account: account.id,
                scope: scope,
                reason: decision.reason
            )
            await session.awaitJournal()
            if output.json {
                session.console.print(["done": .bool(true), "suppressions": .number(removed)])
            } else {
                session.console.print("removed \(grouped(removed)); list unsubscriptions stay")
            }
        }
    }
}

extension SuppressionRow {
    /// The first digits of the hash, to tell rows apart.
    var shortHash: String { String(hash.prefix(12)) + "…" }

    var scopeText: String { scope == .list ? "list \(listName)" : scope.name }

}
