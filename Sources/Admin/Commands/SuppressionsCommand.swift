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
            Shows the address if a contact has it, otherwise the first digits of its hash. The audit log records the \
            access.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @OptionGroup var page: PageOptions
    @Option(help: "The reason, for the audit log.") var reason = ""

    func run() async throws {
        let (before, limit) = (try page.before(.suppressionNumbers), page.limit)
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            try await session.database.audit(
                AuditEntry("suppressions.list", "before \(before), \(limit) rows", reason: reason),
                account: account.id
            )
            let rows = try await session.database.suppressions(of: account.id, before: before, limit: limit)
            let next = rows.next(limit) { PageCursor(.suppressionNumbers, [$0.id]) }
            session.console.show(rows.map(\.json), next: next, output) {
                Table(
                    ["NUMBER", "ADDRESS", "SCOPE", "REASON", "SINCE", "SOURCE"],
                    rows.map { row in
                        [
                            String(row.id), row.address ?? row.shortHash, row.scopeText, row.reason.name,
                            Timestamp.text(row.createdAt), row.source,
                        ]
                    }
                )
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
