import ArgumentParser
import Core
import Database
import Service

struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Inspect, requeue and discard jobs that could not be processed.",
        discussion: """
            These commands read and update the table, never the broker's queue dead-letters, which holds copies for \
            the broker's own tools. A dead letter waits until an operator requeues or discards it, and is never \
            deleted.
            """,
        subcommands: [
            DeadLettersList.self, DeadLettersShow.self, DeadLettersRequeue.self, DeadLettersDiscard.self,
        ]
    )
}

struct DeadLettersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the dead letters that need a decision, by cause."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only this campaign's.") var campaign: CampaignID?
    @Option(help: "Only this account's.") var account: String?

    func run() async throws {
        try await Session.run(common) { session in
            let names = Dictionary(uniqueKeysWithValues: try await session.database.accounts().map { ($0.id, $0.name) })
            var groups: [DeadLetterGroup] = []
            for account in try await session.deadLetterAccounts(campaign: campaign, account: account) {
                groups += try await session.database.deadLetterGroups(of: account, campaign: campaign)
            }
            groups.sort { ($0.count, $0.example) > ($1.count, $1.example) }
            guard !output.json else {
                return session.console.print(.array(groups.map { $0.json(account: $0.account.flatMap { names[$0] }) }))
            }
            guard !groups.isEmpty else { return session.console.print("no dead letters need a decision") }
            session.console.print(
                Table(
                    ["COUNT", "REASON", "ACCOUNT", "EXAMPLE", "NEWEST", "CAUSE"],
                    groups.map { group in
                        [
                            grouped(group.count), group.reason.name, group.account.flatMap { names[$0] } ?? "none",
                            String(group.example), Timestamp.text(group.newestAt), group.cause,
                        ]
                    }
                ).text
            )
        }
    }
}

struct DeadLettersShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one dead letter.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Argument(help: "Its number.") var id: Int64

    func run() async throws {
        try await Session.run(common) { session in
            let message = try await session.deadLetter(id)
            if output.json { session.console.print(message.json) } else { session.console.print(message.text) }
        }
    }
}

extension Session {
    /// An existing dead letter of any account.
    func deadLetter(_ id: Int64) async throws -> DeadLetterFacts {
        let account = try await database.account(ofDeadLetter: id)
        guard let message = try await database.deadLetter(id, account: account) else {
            throw AdminFailure(.badData, "there is no dead letter \(id). `veredus dead-letters list` lists them")
        }
        return message
    }

    /// The accounts of the selected dead letters; includes `nil` for those without an account.
    func deadLetterAccounts(campaign: CampaignID?, account: String?) async throws -> [AccountID?] {
        if let campaign { return [try await self.account(of: campaign)] }
        if let account { return [try await self.account(named: account).id] }
        return try await database.accounts().map(\.id) + [nil]
    }
}

extension DeadLetterGroup {
    func json(account name: String?) -> JSONValue {
        [
            "reason": .string(reason.name), "cause": .string(cause), "account": .string(orNull: name),
            "count": .number(count), "example": .number(example), "newest_at": .string(Timestamp.text(newestAt)),
        ]
    }
}

extension DeadLetterFacts {
    var text: String {
        var lines = ["dead letter \(id): \(reason.name), \(detail)"]
        if let campaign, let seq {
            lines.append(
                "campaign \(campaign), seq \(seq)" + (state.map { ", now \($0.name)" } ?? ", no such recipient")
            )
        }
        lines.append("worker \(worker), attempts before \(attempt), queue \(queue), \(Timestamp.text(createdAt))")
        lines.append("job message \(messageText ?? "in hexadecimal \(messageHexadecimal)")")
        if let settlement, let settledAt {
            lines.append("settled \(Timestamp.text(settledAt)): \(settlement.name)")
        } else {
            lines.append("needs a decision: veredus dead-letters requeue \(id), or discard \(id)")
        }
        return lines.joined(separator: "\n")
    }
}
