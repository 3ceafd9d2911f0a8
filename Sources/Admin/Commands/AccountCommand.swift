import ArgumentParser
import Core
import Database
import Service

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Create and show accounts, the tenants of this service.",
        subcommands: [
            Create.self,
            List.self,
            Show.self,
            AccountRulesCommand.self,
            AccountReleaseCommand.self,
            AccountTracking.self,
            Name.self,
        ]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create an account.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's name, unique in this installation.") var name: String

        func run() async throws {
            try checkedName(name, of: "an account")
            try await Session.run(common) { session in
                do {
                    let id = try await session.database.createAccount(named: name)
                    let facts: JSONValue = ["account": .number(id), "name": .string(name)]
                    if output.json {
                        session.console.print(facts)
                    } else {
                        session.console.print("account \(id): \(name)")
                    }
                } catch {
                    throw AdminFailure.naming(error, taken: "an account named \"\(name)\" already exists")
                }
            }
        }
    }

    struct Name: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the sender name that recipients' pages show for an account.",
            discussion: "The default is the name in a message's From, or else the account's name."
        )
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's name.") var name: String
        @Argument(help: "The name that recipients see; '' restores the default.") var displayName: String

        func run() async throws {
            if !displayName.isEmpty { try checkedName(displayName, of: "an account") }
            try await Session.run(common) { session in
                let account = try await session.account(named: name)
                try await session.database.name(account.id, forRecipients: displayName)
                let told = displayName.isEmpty ? "the default" : displayName
                session.console.print("account \(account.id): display name \(told)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var page: PageOptions
        @Option(help: "Only those with this in their name, in any case of letters.") var name = ""

        func run() async throws {
            let after = Int32(clamping: try page.after(.accounts))
            try await Session.run(common) { session in
                let accounts = try await session.database.accounts(named: name, after: after, limit: page.limit)
                let next = accounts.next(page.limit) { PageCursor(.accounts, [Int64($0.id)]) }
                session.console.show(accounts.map(\.json), next: next, output) {
                    Table(
                        ["NUMBER", "NAME", "CREATED"],
                        accounts.map { account in
                            [String(account.id), account.name, Timestamp.text(account.createdAt)]
                        }
                    )
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an account's counts.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The account's name.") var name: String

        func run() async throws {
            try await Session.run(common) { session in
                let account = try await session.account(named: name)
                let size = try await session.database.size(of: account.id)
                let lists = try await session.database.lists(of: account.id)
                let standing = try await AccountStanding(of: account.id, session)
                if output.json {
                    return session.console.print(
                        account.json(with: size).adding([
                            "erased": .number(size.erased), "lists": .array(lists.map(\.json)),
                            "complaints": standing.complaintsJSON, "rules": standing.rules.json,
                            "throttles": .array(standing.throttles.map(\.json)),
                        ])
                    )
                }
                session.console.print(
                    """
                    account \(account.id): \(account.name), since \(Timestamp.text(account.createdAt))
                    contacts      \(size.contacts), erased \(size.erased)
                    suppressions  \(size.suppressions)
                    campaigns     \(size.campaigns)
                    """
                )
                for line in standing.lines { session.console.print(line) }
                for list in lists {
                    session.console.print(
                        "list \(list.name): \(list.subscribed) subscribed, \(list.unsubscribed) unsubscribed"
                    )
                }
            }
        }
    }
}
