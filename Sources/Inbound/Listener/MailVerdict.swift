extension MailDialogue {
    /// The outcome of a mail for one recipient.
    enum Verdict: Sendable, Equatable {
        case taken
        case beyondLimits
        case later
    }
}

extension MailDialogue.Verdict {
    var reply: String {
        switch self {
        case .taken: "250 2.0.0 stored"
        case .beyondLimits: "554 5.6.0 too deeply nested, or too many parts"
        case .later: "451 4.3.0 cannot store mail at the moment, try again later"
        }
    }

    /// SMTP has one answer for all: if one recipient's copy must come again, all do; copies already stored are
    /// recognised.
    static func ofAll(_ verdicts: [Self]) -> Self {
        if verdicts.contains(.later) { return .later }
        return verdicts.allSatisfy { $0 == .beyondLimits } ? .beyondLimits : .taken
    }
}
