extension MailDialogue {
    /// What became of a mail for one recipient.
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

    /// The one answer of SMTP: what must come again comes for all, and who has it already knows it.
    static func ofAll(_ verdicts: [Self]) -> Self {
        if verdicts.contains(.later) { return .later }
        return verdicts.allSatisfy { $0 == .beyondLimits } ? .beyondLimits : .taken
    }
}
