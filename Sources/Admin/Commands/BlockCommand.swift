import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import Service

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Block addresses for every account, for example after abuse reports.",
        discussion: """
            Accounts do not see blocks. A block also stops transactional mail. Only a keyed hash of the address is \
            stored.
            """,
        subcommands: [Add.self, Remove.self, List.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Block an address for every account and recall its queued messages; safe to repeat."
        )
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var why: ReasonOption
        @Argument(help: "The address.") var address: String

        func run() async throws {
            let askedAt = ContinuousClock.now
            try await withHash(of: address, common) { session, hash, key in
                let receipt = try await session.database.block(hash, key: key, reason: why.reason)
                _ = await session.note(.optOut, since: askedAt)
                await session.awaitJournal()
                if output.json {
                    return session.console.print([
                        "blocked": .bool(true), "new": .bool(receipt.isNew), "recalled": .number(receipt.recalled),
                        "already_on_their_way": .number(receipt.alreadyOnTheirWay),
                    ])
                }
                session.console.print(
                    "\(receipt.isNew ? "blocked" : "already blocked"): \(receipt.recalled) queued messages recalled, "
                        + "\(receipt.alreadyOnTheirWay) already in flight"
                )
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Unblock an address.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var why: ReasonOption
        @Argument(help: "The address.") var address: String

        func run() async throws {
            try await withHash(of: address, common) { session, hash, _ in
                guard try await session.database.unblock(hash, reason: why.reason) else {
                    throw AdminFailure(.badData, "that address is not blocked; nothing was changed")
                }
                await session.awaitJournal()
                session.console.print("unblocked; the accounts' own suppressions remain")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the blocks, newest first.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var page: PageOptions

        func run() async throws {
            let before = try page.before(.blocks)
            try await Session.run(common) { session in
                let blocks = try await session.database.blocks(before: before, limit: page.limit)
                let items = blocks.map { block -> JSONValue in
                    [
                        "number": .number(block.id), "reason": .string(block.reason), "by": .string(block.createdBy),
                        "created_at": .string(Timestamp.text(block.createdAt)),
                    ]
                }
                session.console.show(items, next: blocks.next(page.limit) { PageCursor(.blocks, [$0.id]) }, output) {
                    Table(
                        ["NUMBER", "SINCE", "BY", "REASON"],
                        blocks.map { [String($0.id), Timestamp.text($0.createdAt), $0.createdBy, $0.reason] }
                    )
                }
            }
        }
    }
}

/// Opens the database, and lends it with an address's hash and the number of its key.
private func withHash(
    of address: String,
    _ common: CommonOptions,
    _ body: (Session, [UInt8], Int16) async throws -> Void
) async throws {
    let address = try EmailAddress(address)
    var reader = try Session.settings(common)
    let (settings, key) = try reader.finished(
        PostgresSettings(reading: &reader),
        NumberedAddressHashKey(reading: &reader)
    )
    try await Session.run(settings) { session in
        try await session.confirm(key)
        try await body(session, key.identity.addressHash(address), key.number)
    }
}
