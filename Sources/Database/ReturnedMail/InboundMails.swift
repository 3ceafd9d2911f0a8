import Core
import DatabaseClient

/// A stored mail as the command line shows it.
package struct InboundMailFacts: Sendable, Equatable {
    package let mail: Int64
    package let mailbox: String
    package let receivedAt: Double
    package let message: DeliveryKey
    package let sizeBytes: Int
    package let state: InboundState
    package let settlement: MailSettlement?
    /// Whether its text is still stored.
    package let hasContent: Bool
}

/// Mails of a kind that were only counted, over some days.
package struct InboundTally: Sendable, Equatable {
    package let mailbox: String
    package let what: InboundCount?
    package let count: Int64
}

extension AccountDatabase {
    /// Stores a mail from the command line.
    ///
    /// The transaction sees the account of the campaign that the mail's signed address names, and no other.
    package func storeInbound(_ arrival: MailArrival, mailbox: String) async throws -> InboundOutcome {
        var account: AccountID?
        if case .ours(let mail) = arrival { account = try await self.account(of: mail.origin.campaign) }
        return try await transaction(account: account) { try $0.store(arrival, mailbox: mailbox) }
    }

    /// The mails of an account before a number, newest first, without text.
    package func recentInbound(
        of account: AccountID,
        before mail: Int64 = .max,
        limit: Int32
    ) async throws -> [InboundMailFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .recentInbound,
                [.int32(account), .int64(mail), .int32(limit)]
            ) { try InboundMailFacts($0) }
        }
    }

    /// Mails that were only counted, of all accounts: their account is unknown.
    package func inboundTallies(days: Int) async throws -> [InboundTally] {
        try await transaction(account: nil) { connection in
            try connection.rows(.inboundCounts, [.int32(Int32(days))]) { row in
                InboundTally(
                    mailbox: try row.text(0),
                    what: InboundCount(rawValue: try row.int16(1)),
                    count: try row.int64(2)
                )
            }
        }
    }

    /// One stored mail, recorded in the audit log; `nil` if there is none.
    package func inboundMail(_ mail: Int64, reason: String) async throws -> (InboundMailFacts, content: [UInt8]?)? {
        let account = try await transaction(account: nil) { connection in
            try connection.rows(.accountOfInboundMail, [.int64(mail)]) { try $0.optionalInt32(0) }.first ?? nil
        }
        guard let account else { return nil }
        return try await transaction(account: account) { connection in
            let found = try connection.rows(.inboundMail, [.int64(mail)]) { row in
                (try InboundMailFacts(row), content: try row.optionalBytes(9))
            }.first
            guard let found else { return nil }
            try connection.write(
                AuditEntry("inbound.show", "mail \(mail)", reason: reason),
                by: actor,
                account: account
            )
            return found
        }
    }
}

extension InboundMailFacts {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        mail = try row.int64(0)
        mailbox = try row.text(1)
        receivedAt = try row.timestamp(2)
        message = DeliveryKey(campaign: try row.int32(3), seq: try row.int32(4))
        sizeBytes = Int(try row.int32(5))
        state = InboundState(rawValue: try row.int16(6)) ?? .stored
        settlement = try row.optionalInt16(7).flatMap { MailSettlement(rawValue: $0) }
        hasContent = try row.bool(8)
    }
}
