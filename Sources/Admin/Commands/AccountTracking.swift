import ArgumentParser
import Core
import Database

struct AccountTracking: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking",
        abstract: "Say the most that an account's campaigns may learn of opens and clicks.",
        discussion: """
            none: nothing. aggregate: figures, and nobody can say whose. individual: who it was; only with the account's \
            consent. Holds from the next campaign on; each campaign may learn less.
            """
    )
    @OptionGroup var common: CommonOptions
    @Argument(help: "The account's name.") var name: String
    @Argument(help: "none, aggregate or individual.") var mode: String
    @Option(help: "Why; kept in the audit log.") var reason: String

    func run() async throws {
        guard let tracking = TrackingMode(name: mode) else {
            throw AdminFailure(.usage, "\"\(mode)\" is none of none, aggregate, individual")
        }
        try await Session.run(common) { session in
            let account = try await session.account(named: name)
            try await session.database.changeTracking(of: account.id, to: tracking, reason: reason)
            session.console.print("account \(account.id): tracking \(tracking.name) from the next campaign on")
        }
    }
}
