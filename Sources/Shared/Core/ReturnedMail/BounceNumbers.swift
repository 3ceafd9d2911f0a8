/// The numbers of ``BounceReason`` in the database; 0 is unused.
extension BounceReason {
    package var number: Int16 {
        switch self {
        case .mailboxUnknown: 1
        case .domainUnknown: 2
        case .mailboxFull: 3
        case .policy: 4
        case .rateLimited: 5
        case .size: 6
        case .content: 7
        case .expired: 8
        case .autoReply: 9
        case .challenge: 10
        case .unknown: 11
        }
    }

    package init?(number: Int16) {
        guard let reason = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = reason
    }
}

/// The numbers of ``BounceConsequence`` in the database.
extension BounceConsequence {
    package var number: Int16 {
        switch self {
        case .nothing: 0
        case .hard: 1
        case .soft: 2
        case .block: 3
        }
    }

    package init?(number: Int16) {
        guard let consequence = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = consequence
    }
}
