import ArgumentParser
import Glibc
import RuntimeSupport

/// The operator's command line.
@main struct Veredus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus",
        abstract: "Operate the e-mail campaign service: set up the database, import contacts, send campaigns.",
        discussion: """
            Settings come from the environment and from the file that --settings or VEREDUS_SETTINGS names. `veredus \
            doctor` checks them. `veredus help exit-codes` lists the exit codes.
            """,
        version: "0.1.0",
        subcommands: [
            MigrateCommand.self,
            MaintainCommand.self,
            DoctorCommand.self,
            RecoverCommand.self,
            AccountCommand.self,
            UserCommand.self,
            ListCommand.self,
            LaneCommand.self,
            ContactsCommand.self,
            SuppressionsCommand.self,
            BlockCommand.self,
            CampaignCommand.self,
            DeadLettersCommand.self,
            InboundCommand.self,
            APIKeyCommand.self,
            ExitCodesCommand.self,
        ]
    )

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        endProcess(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs one command line.
    ///
    /// - Parameter arguments: Without the program's name.
    /// - Returns: The exit code; errors go to standard error.
    static func run(_ arguments: [String]) async -> Int32 {
        let console = CommandEnvironment.current.console
        do {
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            // Help and completion scripts arrive as errors, too.
            let parserCode = exitCode(for: error).rawValue
            if parserCode == 0 {
                console.print(message(for: error))
                return 0
            }
            if error is ValidationError || isParserError(error) {
                var text = fullMessage(for: error)
                if text.hasPrefix("Error: ") { text.removeFirst("Error: ".count) }
                console.complain(text)
                return ExitStatus.usage.rawValue
            }
            let failure = AdminFailure(error)
            console.complain(failure.message)
            return failure.status.rawValue
        }
    }

    /// Whether ArgumentParser could not parse the command line.
    private static func isParserError(_ error: any Error) -> Bool {
        String(reflecting: type(of: error)).hasPrefix("ArgumentParser.")
    }
}
