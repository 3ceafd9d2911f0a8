import ArgumentParser
import Core
import Database

struct DeadLettersDiscard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Discard dead letters; their recipients stay dead.",
        discussion: """
            The dead letters are kept and marked as settled. Shows their number first, and changes nothing without \
            --yes or a confirmation at the terminal.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var decision: DecisionOptions
    @OptionGroup var selected: DeadLetterSelectionOptions

    func run() async throws {
        try await Session.run(common) { session in
            let (accounts, selection) = try await selected.resolve(session)
            var waiting: [(account: AccountID?, ids: [Int64])] = []
            for account in accounts {
                var last: Int64 = 0
                while true {
                    let page = try await session.database.waitingDeadLetters(
                        of: account,
                        selection,
                        after: last,
                        through: .max,
                        limit: AccountDatabase.reopenLimit
                    )
                    guard let end = page.last else { break }
                    waiting.append((account, page.map(\.id)))
                    last = end.id
                }
            }
            let count = waiting.reduce(0) { $0 + $1.ids.count }
            if !output.json {
                session.console.print("\(grouped(count)) dead letters to discard; their recipients stay dead")
            }
            guard count > 0, decision.isConfirmed("Discard them?", session.console) else {
                if output.json { session.console.print(["done": .bool(false), "messages": .number(count)]) }
                return
            }
            var discarded = 0
            for (account, ids) in waiting {
                discarded += try await session.database.settle(
                    ids,
                    as: .discarded,
                    account: account,
                    reason: decision.reason
                )
            }
            if output.json {
                session.console.print(["done": .bool(true), "messages": .number(discarded)])
            } else {
                session.console.print("discarded \(grouped(discarded))")
            }
        }
    }
}
