import Core
import ReturnedMail

/// The consequence of a provider's event for the message's recipient.
enum ProviderMeaning: Sendable, Equatable {
    /// Sent, delivered, opened, answered automatically, or done by the sender.
    case nothing
    case delayed
    /// The reply of the server that refused decides, then its status; without either, this reason or nothing.
    case refused(orElse: BounceReason?)
    /// This reason, whatever the reply.
    case failed(BounceReason)
    /// The feedback type, RFC 5965 §7.3.
    case complaint(String)
    /// The provider did not send because of an earlier complaint: suppresses like a complaint, but does not count as one of
    /// this campaign.
    case complainedBefore
    case optOut

    /// Returns the report to store.
    ///
    /// - Parameters:
    ///   - event: The event's name, shown if there is no reply.
    ///   - words: The reply of the server that refused.
    ///   - status: Its enhanced status code.
    /// - Returns: `nil` if there is nothing to report.
    func report(of event: String, words: String = "", status: String = "") -> ProviderReport.Kind? {
        switch self {
        case .nothing: return nil
        case .delayed: return .delayed(status: status.isEmpty ? "4.0.0" : status, words: words)
        case .failed(let reason):
            return .failed(status: reason.nearestStatus, words: words.isEmpty ? event : words, reason: reason)
        case .refused(let reason):
            // 5.0.0 is vague, and so is a class 4 status without a reply.
            let given = EnhancedStatus(startOf: status.utf8).flatMap { $0.subject == 0 ? nil : $0 }
            let saysSo = given.map { reason != nil || $0.statusClass == 5 } ?? false
            if words.isEmpty, !saysSo {
                return reason.map { .failed(status: $0.nearestStatus, words: event, reason: $0) }
            }
            return .failed(status: given == nil ? reason?.nearestStatus ?? status : status, words: words)
        case .complaint(let type): return .complaint(type: type)
        case .complainedBefore: return .complaint(type: FeedbackType.optOut.name)
        case .optOut: return .unsubscribe
        }
    }
}

extension BounceReason {
    /// The closest enhanced status code (RFC 3463).
    fileprivate var nearestStatus: String {
        switch self {
        case .mailboxUnknown: "5.1.1"
        case .domainUnknown: "5.1.2"
        case .mailboxFull: "4.2.2"
        case .policy: "5.7.1"
        case .rateLimited: "4.7.0"
        case .size: "5.3.4"
        case .content: "5.6.0"
        case .expired: "4.4.7"
        case .autoReply, .challenge, .unknown: "5.0.0"
        }
    }
}

/// A provider's documented events and their meanings.
struct ProviderTable: Sendable {
    /// As the provider writes them: `Bounce/Permanent/General`.
    let rows: [(event: String, means: ProviderMeaning)]
    private let places: [String: ProviderMeaning]

    init(_ rows: [(event: String, means: ProviderMeaning)]) {
        self.rows = rows
        places = Dictionary(rows.map { ($0.event.lowercased(), $0.means) }) { first, _ in first }
    }

    /// Case-insensitive: Amazon's two APIs differ in case.
    ///
    /// - Returns: `nil` for an undocumented event.
    subscript(_ event: String) -> ProviderMeaning? { places[event.lowercased()] }
}

/// The content of one request from a provider.
struct ProviderNews: Sendable, Equatable {
    var reports: [ProviderReport] = []
    /// Undocumented events, which are only counted.
    var unknown: [String] = []
}
