import Core

/// How a route's standing changed: one line of a log each.
package enum RouteChange: Sendable, Equatable {
    /// It cannot be connected to; one connection at a time goes to see.
    case rests(why: String)
    /// It is connected to, and refuses one message after the other for a reason that is not the recipient.
    case refuses(why: String)
    case worksAgain
}

/// Tells a change of a route's standing from more of the same.
struct RouteWatch {
    /// So many messages in a row that the route did not take, and that their recipients had no part in.
    static let refusalsInARow = 20

    private enum Standing { case works, rests, refuses }

    private var standing = Standing.works
    private var refusals = 0

    /// A connection could not be made, or broke before it had done anything.
    mutating func rested(_ error: SMTPRouteError?) -> RouteChange? {
        guard standing != .rests else { return nil }
        standing = .rests
        let words = error.map(\.description) ?? "connections break before the server has answered for a message"
        return .rests(why: ReplyWords.blanked(words))
    }

    /// The server has answered for a message.
    mutating func ended(_ outcome: MessageOutcome) -> RouteChange? {
        switch outcome.judgement {
        case .accepted: refusals = 0
        // It says something about the recipient only.
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
        // A few refusals tell nothing; nor does a recipient who is refused tell that the others are taken.
        guard standing == .rests || standing == .refuses && refusals == 0 else { return nil }
        standing = .works
        return .worksAgain
    }
}
