import Broker
import Core
import DatabaseClient
import Glibc
import Logging
import RuntimeSupport

extension Bootstrap {
    /// Runs a program's body, then exits; an error goes to standard error as one text and determines the exit status.
    ///
    /// The numbers are those of sysexits.h: 78 for invalid settings, 75 for temporary failures, 77 for a refused login
    /// or permission, 70 for everything else.
    package static func exitAfter(_ body: () async throws -> Void) async -> Never {
        do {
            try await body()
            endProcess(0)
        } catch {
            var words = "\(error)\n"
            words.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
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
}
