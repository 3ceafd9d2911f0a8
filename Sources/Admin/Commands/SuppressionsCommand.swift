import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct SuppressionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suppressions",
        abstract: "Whom an account must not mail: look, add, remove, import, export.",
        subcommands: [
            SuppressionsAdd.self, SuppressionsList.self, SuppressionsRemove.self, SuppressionsImport.self,
            SuppressionsExport.self,
        ]
    )
}

/// Why somebody is suppressed, or is not any more.
struct ReasonOption: ParsableArguments {
    @Option(help: "Why; kept with it and in the audit log.") var reason: String

    func validate() throws {
        try checkReason(reason)
    }
}

struct SuppressionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show an account's suppressions, the newest first.",
        discussion: """
            The address stands there where a contact has it; of all others only the hash is kept, and its first digits are \
            shown. A page has --limit rows; --before with the last number shows the next one. The look is written to the \
            audit log.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "How many rows, 1 to 10,000.") var limit: Int32 = 100
    @Option(help: "Only those before this number.") var before: Int64 = .max
    @Option(help: "Why; for the audit log.") var reason = ""

    func validate() throws {
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000") }
    }

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            try await session.database.audit(
                AuditEntry("suppressions.list", "before \(before), \(limit) rows", reason: reason),
                account: account.id
            )
            let page = try await session.database.suppressions(of: account.id, before: before, limit: limit)
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
        abstract: "Take an address's suppressions away, so that it can be mailed again.",
        discussion: """
            For an address that asked to be mailed again, or whose mailbox works again. Says first what would go; without \
            --yes nothing is changed, unless a person at the terminal says yes. An erasure stays. Who unsubscribed from a \
            list stays unsubscribed there, and nothing that was recalled is sent after all.
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
                        : "the address was erased at its owner's wish, which stays; nothing was changed"
                )
            }
            if !output.json {
                for row in going { session.console.print("\(row.scopeName), \(row.reasonName) (\(row.source))") }
            }
            guard decision.isConfirmed("Take them away?", session.console) else {
                if output.json { session.console.print(["done": .bool(false), "suppressions": .number(going.count)]) }
                return
            }
            let removed = try await session.database.removeSuppressions(
                ofHash: hash,
                account: account.id,
                scope: scope,
                reason: decision.reason
            )
            if output.json {
                session.console.print(["done": .bool(true), "suppressions": .number(removed)])
            } else {
                session.console.print("removed \(grouped(removed)); from lists it is unsubscribed from, it stays so")
            }
        }
    }
}

extension SuppressionRow {
    /// The beginning of the hash, enough to tell rows apart.
    var shortHash: String { String(hash.prefix(12)) + "…" }

    var scopeText: String { scope == .list ? "list \(listName)" : scope.name }

}
