import ArgumentParser
import Shared

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at settings, database, broker and mail route, and say what to do.",
        discussion: """
            Changes nothing and sends nothing. Run it with the settings of the program that does not work. Exit code 78 \
            when a setting is wrong, 69 when a server does not serve.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = Surroundings.current.console
        var examination = Examination(settings: try Session.settings(common), actor: "doctor")
        await examination.run()
        if output.json {
            console.print([
                "ok": .bool(examination.isHealthy), "findings": .array(examination.findings.map(\.json)),
            ])
        } else {
            for finding in examination.findings { console.print(finding.line) }
        }
        guard !examination.isHealthy else { return }
        let count = examination.findings.count { $0.verdict == .problem }
        throw AdminFailure(
            examination.hasSettingProblem ? .configuration : .unavailable,
            count == 1 ? "1 problem, see above" : "\(count) problems, see above"
        )
    }
}
