import ArgumentParser
import Core
import Database
import Service

struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Create and show lists of contacts.",
        subcommands: [Create.self, Show.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a list.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var account: AccountOption
        @Argument(help: "The list's name, unique in the account; recipients see it.") var name: String

        func run() async throws {
            try checkedName(name, of: "a list")
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                do {
                    let id = try await session.database.createList(named: name, account: account.id)
                    let facts: JSONValue = ["list": .number(id), "name": .string(name), "account": .number(account.id)]
                    if output.json {
                        session.console.print(facts)
                    } else {
                        session.console.print("list \(id): \(name)")
                    }
                } catch {
                    throw AdminFailure.naming(
                        error,
                        taken: "account \"\(account.name)\" already has a list named \"\(name)\""
                    )
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List an account's lists.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var page: PageOptions
        @OptionGroup var account: AccountOption
        @Option(help: "Only those with this in their name, in any case of letters.") var name = ""

        func run() async throws {
            let after = Int32(clamping: try page.after(.lists))
            try await Session.run(common) { session in
                let account = try await session.account(named: account.name)
                let lists = try await session.database.lists(
                    of: account.id,
                    named: name,
                    after: after,
                    limit: page.limit
                )
                let next = lists.next(page.limit) { PageCursor(.lists, [Int64($0.id)]) }
                session.console.show(lists.map(\.json), next: next, output) {
                    Table(
                        ["NUMBER", "NAME", "SUBSCRIBED", "UNSUBSCRIBED"],
                        lists.map { list in
                            [String(list.id), list.name, grouped(list.subscribed), grouped(list.unsubscribed)]
                        }
                    )
                }
            }
        }
    }
}
