import Core
import ReturnedMail

/// What a provider's event means for the recipient of the message that it is about.
enum ProviderMeaning: Sendable, Equatable {
    /// It arrived, was opened, is on its way, a machine answered, or it is the sender's own doing.
    case nothing
    case delayed
    /// The words of the server that refused decide, then its status; without both it is this, or nothing.
    case refused(orElse: BounceReason?)
    /// It is this, whatever the words are.
    case failed(BounceReason)
    /// The feedback type, RFC 5965 §7.3.
    case complaint(String)
    /// The provider does not send because the recipient complained, of this message or an earlier one: suppressed like a
    /// complaint, and not counted as one of this campaign.
    case complainedBefore
    case optOut

    /// As a report.
    ///
    /// - Parameters:
    ///   - event: The event's name, for people where nobody said a word.
    ///   - words: What the server that refused said.
    ///   - status: Its enhanced status code.
    /// - Returns: `nil` where there is nothing to report.
    func report(of event: String, words: String = "", status: String = "") -> ProviderReport.Kind? {
        switch self {
        case .nothing: return nil
        case .delayed: return .delayed(status: status.isEmpty ? "4.0.0" : status, words: words)
        case .failed(let reason):
            return .failed(status: reason.nearestStatus, words: words.isEmpty ? event : words, reason: reason)
        case .refused(let reason):
            // 5.0.0 says nothing, and without words 4.4.7 may be anything.
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
    /// The enhanced status code that says the most of it (RFC 3463).
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

/// The events that a provider documents, each with its meaning.
struct ProviderTable: Sendable {
    /// As the provider writes them: `Bounce/Permanent/General`.
    let rows: [(event: String, means: ProviderMeaning)]
    private let places: [String: ProviderMeaning]

    init(_ rows: [(event: String, means: ProviderMeaning)]) {
        self.rows = rows
        places = Dictionary(rows.map { ($0.event.lowercased(), $0.means) }) { first, _ in first }
    }

    /// Upper and lower case are the same: Amazon's two interfaces differ in it.
    ///
    /// - Returns: `nil` for an event that is not documented.
    subscript(_ event: String) -> ProviderMeaning? { places[event.lowercased()] }
}

/// What one request of a provider told.
struct ProviderNews: Sendable, Equatable {
    var reports: [ProviderReport] = []
    /// Events that are not documented: counted, and nothing else.
    var unknown: [String] = []
}
