import Broker
import Core
import DatabaseClient
import Glibc
import Logging
import Observability
import RuntimeSupport

extension Bootstrap {
    /// Runs a program's body, then exits; an error becomes the last line of its log and determines the exit status.
    ///
    /// The numbers are those of sysexits.h: 78 for invalid settings, 75 for temporary failures, 77 for a refused login
    /// or permission, 70 for everything else.
    ///
    /// `program`: Its name in the log.
    package static func exitAfter(_ program: String, _ body: () async throws -> Void) async -> Never {
        do {
            try await body()
            endProcess(0)
        } catch {
            let output = LogOutput(descriptor: STDERR_FILENO)
            say(
                error,
                to: Logger(label: program) { _ in JSONLogHandler(program: program, level: .info, output: output) }
            )
            switch error {
            case is SettingsError: endProcess(78)
            case let error where error.isTransientFailure: endProcess(75)
            case let error as PostgresError where [.loginRefused, .insufficientPrivilege].contains(error.kind):
                endProcess(77)
            case let error as AMQPError where error.kind == .accessRefused: endProcess(77)
            default: endProcess(70)
            }
        }
    }

    /// Logs why a program ends; problems of settings one by one.
    static func say(_ error: any Error, to log: Logger) {
        guard let settings = error as? SettingsError else { return log.critical("\(error)") }
        log.critical(
            "the settings cannot be used",
            metadata: ["problems": .array(settings.problems.map { .string("\($0)") })]
        )
    }
}
