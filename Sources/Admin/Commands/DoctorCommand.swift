import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at settings, database, broker and mail route, and say what to do.",
        discussion: """
            Changes nothing and sends nothing. Run it with the settings of the program that does not work. Exit code 78 \
            when a setting is wrong, 69 when a server does not serve.

            --adopt is for a database that was restored, copied or promoted, which the programs refuse: it may not know \
            what was sent since. It pauses every campaign that would send, and then makes this database the one that \
            sends. Compare each campaign with what the receiving side got before you resume it.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Make this database, which was restored or promoted, the one that sends.") var adopt = false
    @Option(help: "Why, for --adopt; kept in the audit log.") var reason: String?

    func validate() throws {
        guard adopt == (reason != nil), reason != "" else {
            throw ValidationError("--adopt needs --reason, which says why, and --reason goes with --adopt only")
        }
    }

    func run() async throws {
        if let reason { return try await adopt(because: reason) }
        let console = CommandEnvironment.current.console
        var healthCheck = HealthCheck(settings: try Session.settings(common), actor: "doctor")
        await healthCheck.run()
        if output.json {
            console.print([
                "ok": .bool(healthCheck.isHealthy), "findings": .array(healthCheck.findings.map(\.json)),
            ])
        } else {
            for finding in healthCheck.findings { console.print(finding.line) }
        }
        guard !healthCheck.isHealthy else { return }
        let count = healthCheck.findings.count { $0.verdict == .problem }
        throw AdminFailure(
            healthCheck.hasSettingProblem ? .configuration : .unavailable,
            count == 1 ? "1 problem, see above" : "\(count) problems, see above"
        )
    }

    private func adopt(because reason: String) async throws {
        var reader = try Session.settings(common)
        let (settings, broker) = try reader.finished(
            PostgresSettings(reading: &reader),
            BrokerSettings(reading: &reader, clientName: "veredus doctor")
        )
        try await Session.run(settings) { session in
            let adoption = Adoption(
                database: session.database,
                pool: session.database.pool,
                broker: broker,
                reason: reason
            )
            let outcome = try await adoption.run()
            if output.json {
                session.console.print([
                    "adopted": .bool(true), "was_strange": .bool(outcome.strange != nil),
                    "why": .string(orNull: outcome.strange?.reason),
                    "held_campaigns": .array(outcome.held.map { .number($0) }),
                ])
            } else {
                let why = outcome.strange?.reason ?? "no restore guard in the broker speaks against it"
                session.console.print("adopted this database (\(why))")
                for campaign in outcome.held {
                    session.console.print(
                        "campaign \(campaign) is held: look at it, then start or resume it, or cancel it"
                    )
                }
            }
        }
    }
}
