import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check settings, database, broker and mail route, and say how to fix problems.",
        discussion: """
            Changes nothing and sends nothing. Run it with the settings of the program that has the problem. Exits \
            with 78 when a setting is wrong, with 69 when a server is down or a campaign needs a program that is not \
            running.

            --adopt is for a restored, copied or promoted database, which the programs refuse because it may not know \
            what was sent since. It pauses every campaign that would send, and then lets this database send. Before \
            you resume a campaign, compare it with what its recipients got.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Let this restored or promoted database send.") var adopt = false
    @Option(help: "The reason for --adopt, for the audit log.") var reason: String?

    func validate() throws {
        guard adopt == (reason != nil), reason != "" else {
            throw ValidationError("--adopt needs --reason, and --reason goes only with --adopt")
        }
    }

    func run() async throws {
        if let reason { return try await adopt(because: reason) }
        let console = CommandEnvironment.current.console
        let secrets = SecretFiles()
        let environment = CommandEnvironment.current.environment
        let settings = try Bootstrap.settings(file: common.settings, environment: environment, secrets: secrets)
        var healthCheck = HealthCheck(settings: settings, secrets: secrets, actor: "doctor")
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
                let why = outcome.strange?.reason ?? "the broker's restore guards agree"
                session.console.print("adopted this database (\(why))")
                for campaign in outcome.held {
                    session.console.print(
                        "campaign \(campaign) is paused: check it, then start, resume or cancel it"
                    )
                }
            }
        }
    }
}
