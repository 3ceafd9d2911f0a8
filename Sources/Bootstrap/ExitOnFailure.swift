import AMQP
import Glibc
import Logging
import Postgres
import Shared

extension Bootstrap {
    /// Runs a program's body; what it throws goes to standard error in one piece, and becomes the exit status.
    ///
    /// The numbers are those of sysexits.h: 78 for settings that cannot be used, 75 for what a later start may mend,
    /// 77 for a log-in or a right that is refused, 70 for everything else.
    package static func exitOnFailure(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            var words = "\(error)\n"
            words.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
            switch error {
            case is SettingsError: exit(78)
            case let error where error.isTransientFailure: exit(75)
            case let error as PostgresError where [.loginRefused, .insufficientPrivilege].contains(error.kind): exit(77)
            case let error as AMQPError where error.kind == .accessRefused: exit(77)
            default: exit(70)
            }
        }
    }
}
