import ArgumentParser
import Core
import Database

struct AccountTracking: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tracking",
        abstract: "Limit how an account's campaigns track opens and clicks.",
        discussion: """
            none: no tracking. aggregate: counts only. individual: counts per recipient; requires the account's \
            consent. It applies from the next campaign on; a campaign may track less.
            """
    )
    @OptionGroup var common: CommonOptions
    @Argument(help: "The account's name.") var name: String
    @Argument(help: "none, aggregate or individual.") var mode: String
    @Option(help: "The reason, for the audit log.") var reason: String

    func run() async throws {
        guard let tracking = TrackingMode(name: mode) else {
            throw AdminFailure(.usage, "\"\(mode)\" must be none, aggregate or individual")
        }
        try await Session.run(common) { session in
            let account = try await session.account(named: name)
            try await session.database.changeTracking(of: account.id, to: tracking, reason: reason)
            session.console.print("account \(account.id): tracking \(tracking.name), starting with the next campaign")
        }
    }
}
