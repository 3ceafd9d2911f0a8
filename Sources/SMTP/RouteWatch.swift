import Core

/// A change of a route's state: one log line each.
package enum RouteChange: Sendable, Equatable {
    /// Connections fail; one at a time probes it.
    case rests(why: String)
    /// Connections work, but message after message is refused for a reason that is not the recipient.
    case refuses(why: String)
    case worksAgain
}

/// Finds the changes of a route's state.
struct RouteWatch {
    /// How many consecutive messages are refused, not because of their recipients, before it is a state.
    static let refusalsInARow = 20

    private enum Standing { case works, rests, refuses }

    private var standing = Standing.works
    private var refusals = 0

    /// A connection failed, or broke before any reply to a message.
    mutating func rested(_ error: SMTPRouteError?) -> RouteChange? {
        guard standing != .rests else { return nil }
        standing = .rests
        let words = error.map(\.description) ?? "connections break before the server has answered for a message"
        return .rests(why: ReplyWords.blanked(words, most: 600))
    }

    /// The server replied to a message.
    mutating func ended(_ outcome: MessageOutcome) -> RouteChange? {
        switch outcome.judgement {
        case .accepted: refusals = 0
        // About the recipient only.
        case .never: break
        case .later, .notThisMessage: refusals += 1
        case .unknown, .notStarted: return nil
        }
        if refusals >= Self.refusalsInARow {
            guard standing != .refuses else { return nil }
            standing = .refuses
            let words = outcome.code == 0 ? outcome.text : "\(outcome.code) \(outcome.text)"
            return .refuses(why: ReplyWords.blanked("\(words) (\(outcome.step.name))"))
        }
        // A few refusals prove nothing, and a refused recipient does not prove that others are accepted.
        guard standing == .rests || standing == .refuses && refusals == 0 else { return nil }
        standing = .works
        return .worksAgain
    }
}
