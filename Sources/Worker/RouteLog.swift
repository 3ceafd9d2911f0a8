import Logging
import SMTP
import Synchronization

/// Logs each change of the route's state once for all lanes, which share the relay.
final class RouteLog: Sendable {
    private enum Standing { case works, rests, refuses }

    private let route: String
    private let log: Logger
    private let standing = Mutex(Standing.works)

    /// `route`: Its name in the log, without the password.
    init(route: String, log: Logger) {
        self.route = route
        self.log = log
    }

    func note(_ change: RouteChange) {
        let (next, level, what, why): (Standing, Logger.Level, Logger.Message, String?) =
            switch change {
            case .rests(let why): (.rests, .warning, "the route rests: the relay cannot be reached", why)
            case .refuses(let why): (.refuses, .warning, "the route refuses one message after the other", why)
            case .worksAgain: (.works, .notice, "the route works again", nil)
            }
        let isNews = standing.withLock { standing in
            defer { standing = next }
            return standing != next
        }
        guard isNews else { return }
        var fields: Logger.Metadata = ["route": "\(route)"]
        if let why { fields["why"] = "\(why)" }
        log.log(level: level, what, metadata: fields)
    }
}
