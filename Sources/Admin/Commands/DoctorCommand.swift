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
            what was sent since. First the programs' journals bring back the opt-outs that it lacks; a journal that does not \
            report is named, and nothing is changed. Then it pauses every campaign that would send, and lets this database \
            send. Before you resume a campaign, compare it with what its recipients got.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Let this restored or promoted database send.") var adopt = false
    @Option(help: "The reason for --adopt, for the audit log.") var reason: String?
    @Option(
        name: .customLong("without-journal"),
        help: "With --adopt: a journal that is lost, whose opt-outs stay unknown. May be repeated."
    )
    var lostJournals: [String] = []

    func validate() throws {
        guard adopt == (reason != nil), reason != "" else {
            throw ValidationError("--adopt needs --reason, and --reason goes only with --adopt")
        }
        guard adopt || lostJournals.isEmpty else { throw ValidationError("--without-journal goes with --adopt only") }
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
                broker: broker,
                reason: reason,
                lostJournals: lostJournals
            )
            let outcome = try await adoption.run()
            if output.json {
                session.console.print([
                    "adopted": .bool(true), "was_restored": .bool(outcome.restored != nil),
                    "why": .string(orNull: outcome.restored?.reason),
                    "held_campaigns": .array(outcome.held.map { .number($0) }),
                    "journals": .array(outcome.journals.map(\.json)),
                    "journals_left_out": .array(outcome.lost.map { .string($0) }),
                    "given_back": .number(outcome.givenBack),
                ])
            } else {
                let why = outcome.restored?.reason ?? "the broker's restore guards agree"
                session.console.print("adopted this database (\(why))")
                for line in outcome.journalLines { session.console.print(line) }
                for campaign in outcome.held {
                    session.console.print(
                        "campaign \(campaign) is held: it is paused, or a draft if it had not begun. Check it, then resume or "
                            + "cancel it, or start it"
                    )
                }
            }
        }
    }
}
