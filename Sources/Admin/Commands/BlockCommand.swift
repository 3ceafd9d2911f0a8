import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct BlockCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "block",
        abstract: "Whom the service itself does not mail, whichever account asks: abuse.",
        discussion: """
            Apart from what accounts know: no account sees a block, and it stops transactional mail too. Only a keyed hash \
            of the address is kept.
            """,
        subcommands: [Add.self, Remove.self, List.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Block an address for all accounts, and recall what is queued for it; safe to repeat."
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
                if output.json {
                    return session.console.print([
                        "blocked": .bool(true), "new": .bool(receipt.isNew), "recalled": .number(receipt.recalled),
                        "already_on_their_way": .number(receipt.alreadyOnTheirWay),
                    ])
                }
                session.console.print(
                    "\(receipt.isNew ? "blocked" : "was blocked already"): \(receipt.recalled) queued messages recalled, "
                        + "\(receipt.alreadyOnTheirWay) already on their way"
                )
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let accounts mail an address again.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var why: ReasonOption
        @Argument(help: "The address.") var address: String

        func run() async throws {
            try await withHash(of: address, common) { session, hash, _ in
                guard try await session.database.unblock(hash, reason: why.reason) else {
                    throw AdminFailure(.badData, "the service does not block that address; nothing was changed")
                }
                session.console.print("the service blocks it no more; what accounts know of it stays")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the blocks, the newest first.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "How many rows, 1 to 10,000.") var limit: Int32 = 100
        @Option(help: "Only those before this number.") var before: Int64 = .max

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be 1 to 10000") }
        }

        func run() async throws {
            try await Session.run(common) { session in
                let blocks = try await session.database.blocks(before: before, limit: limit)
                if output.json {
                    return session.console.print(
                        .array(
                            blocks.map { block in
                                [
                                    "number": .number(block.id), "reason": .string(block.reason),
                                    "by": .string(block.createdBy),
                                    "created_at": .string(Timestamp.text(block.createdAt)),
                                ]
                            }
                        )
                    )
                }
                session.console.print(
                    Table(
                        ["NUMBER", "SINCE", "BY", "REASON"],
                        blocks.map { [String($0.id), Timestamp.text($0.createdAt), $0.createdBy, $0.reason] }
                    ).text
                )
                if blocks.count == Int(limit), let last = blocks.last {
                    session.console.say("more: --before \(last.id)")
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
