import Core
import DatabaseClient

/// The state of a mail in the database.
package enum InboundState: Int16, WireNamed {
    /// Waits to be judged.
    case stored = 0
    case settled = 1
    /// Encrypted, for an operator to read, and dropped after ``InboundRetention/sealedHours``.
    case notUnderstood = 2
    /// Its judgement failed again and again.
    case givenUp = 3

    package var name: String {
        switch self {
        case .stored: "stored"
        case .settled: "settled"
        case .notUnderstood: "not-understood"
        case .givenUp: "given-up"
        }
    }
}

/// Mails that are only counted; `inbound_counts.what`.
package enum InboundCount: Int16, WireNamed {
    /// No signed address in it verified.
    case notOurs = 0
    /// Above the limits of size or depth.
    case beyondLimits = 1
    /// More than ``PostgresConnection/mostMailsOfShelf`` about one message.
    case tooMany = 2
    /// Signed for a message that is not in this database: it was restored. An opt-out is carried out all the same.
    case unknownCampaign = 3
    /// A webhook report that names no message: about other mail, or about a manual suppression at the provider.
    case namesNoMessage = 4
    /// An undocumented webhook event.
    case unknownEvent = 5

    package var name: String {
        switch self {
        case .notOurs: "not-ours"
        case .beyondLimits: "beyond-limits"
        case .tooMany: "too-many"
        case .unknownCampaign: "unknown-campaign"
        case .namesNoMessage: "names-no-message"
        case .unknownEvent: "unknown-event"
        }
    }
}

/// The result of storing a mail; in every case the sender need not repeat it.
package enum InboundOutcome: Sendable, Equatable {
    case stored
    /// Already stored.
    case known
    case counted(InboundCount)
}

/// How long returned mail is kept.
package struct InboundRetention: Sendable, Equatable {
    /// Mail that was not understood.
    package static let sealedHours = 72
    /// Rows without content: as long as the same mail is recognised.
    package static let rowDays = 400

    /// The content of settled mails.
    package let contentDays: Int

    package init(contentDays: Int) {
        self.contentDays = contentDays
    }
}

/// A stored mail that waits for its judgement.
package struct WaitingMail: Sendable, Equatable {
    package let mail: Int64
    /// Seconds since 1970, by the database's clock.
    package let receivedAt: Double
    /// The way in.
    package let mailbox: String
    package let origin: TrackingToken
    package let sentTo: [UInt8]?
    package let content: [UInt8]
}

extension PostgresConnection {
    /// The maximum number of stored mails per message and ``MailShelf``: the holder of a signed address cannot fill the
    /// disk.
    package static let mostMailsOfShelf = 32

    /// Stores a mail once for each mailbox, in the caller's transaction.
    ///
    /// Mail that is not stored is counted for the day. After the commit the sender need not repeat the mail; if a
    /// caller crashes before it acknowledges, the repeated mail is recognised.
    ///
    /// - Parameters:
    ///   - arrival: What the sorter made of it.
    ///   - mailbox: The way in, at most 200 characters.
    /// - Returns: Whether it was stored, known or counted.
    /// - Throws: ``PostgresError``.
    package func store(_ arrival: MailArrival, mailbox: String) throws -> InboundOutcome {
        let mail: ArrivedMail
        switch arrival {
        case .ours(let ours): mail = ours
        case .notOurs: return try count(.notOurs, mailbox: mailbox)
        case .beyondLimits: return try count(.beyondLimits, mailbox: mailbox)
        case .namesNoMessage: return try count(.namesNoMessage, mailbox: mailbox)
        case .unknownEvent: return try count(.unknownEvent, mailbox: mailbox)
        }
        let (state, content) =
            switch mail.content {
            case .report(let bytes): (InboundState.stored, bytes)
            case .sealed(let bytes): (InboundState.notUnderstood, bytes)
            }
        let added = try run(
            .storeInboundMail,
            [
                .text(mailbox), .bytes(mail.hash), .int32(mail.origin.campaign), .int32(mail.origin.seq),
                mail.attempt.map { .int32(Int32($0)) } ?? .null, mail.sentTo.map { .bytes($0) } ?? .null,
                .int32(Int32(clamping: mail.sizeBytes)), .int16(state.rawValue), .bytes(content),
                .int32(Int32(Self.mostMailsOfShelf)), .int16(mail.shelf.rawValue),
            ]
        )
        guard added == 0 else { return .stored }
        let why = try rows(
            .whyNotStored,
            [.text(mailbox), .bytes(mail.hash), .int32(mail.origin.campaign)]
        ) { (isKnown: try $0.bool(0), hasCampaign: try $0.bool(1)) }.first
        if why?.isKnown == true { return .known }
        return try count(why?.hasCampaign == true ? .tooMany : .unknownCampaign, mailbox: mailbox)
    }

    fileprivate func count(_ what: InboundCount, mailbox: String) throws -> InboundOutcome {
        try run(.countInbound, [.text(mailbox), .int16(what.rawValue)])
        return .counted(what)
    }
}

/// The store of returned mail, for `veredus-inbound`.
package struct InboundStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Stores what arrived, in a transaction of its own.
    ///
    /// - Parameters:
    ///   - arrival: What the sorter made of it.
    ///   - mailbox: The way in.
    ///   - deadline: How long to wait for a database.
    /// - Returns: When it has committed.
    /// - Throws: ``PostgresError``: the mail must come again.
    package func store(
        _ arrival: MailArrival,
        mailbox: String,
        within deadline: Duration = .seconds(5)
    ) async throws -> InboundOutcome {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.transaction { connection in
                try connection.optOutIfLost(arrival)
                    ? connection.count(.unknownCampaign, mailbox: mailbox) : connection.store(arrival, mailbox: mailbox)
            }
        }
    }

    /// The next mails to judge, without locks.
    package func waiting(limit: Int) async throws -> [WaitingMail] {
        try await pool.withConnection { connection in
            try await connection.rows(.waitingInbound, [.int32(Int32(limit))]) { try WaitingMail($0) }
        }
    }

    /// Applies a mail and marks it as settled, in one transaction.
    ///
    /// - Returns: `nil` if another program is settling it, or has.
    package func settle(_ mail: WaitingMail, report: MailReport) async throws -> MailSettlement? {
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                let locked = try connection.rows(.lockInboundMail, [.int64(mail.mail)]) { try $0.int64(0) }
                guard !locked.isEmpty else { return nil }
                let settlement = try connection.settle(
                    ReturnedMail(
                        mail: mail.mail,
                        receivedAt: mail.receivedAt,
                        report: report,
                        origin: mail.origin,
                        way: WebhookMailbox.isOne(mail.mailbox) ? .webhook : .mail
                    )
                )
                try connection.run(.markInboundSettled, [.int64(mail.mail), .int16(settlement.rawValue)])
                return settlement
            }
        }
    }

    /// Postpones a mail whose judgement failed, longer each time; after ``mostTries`` it is given up.
    package func putOff(_ mail: WaitingMail) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.putOffInbound, [.int64(mail.mail), .int16(Self.mostTries)])
        }
    }

    /// The maximum number of tries of a judgement.
    package static let mostTries: Int16 = 10

    /// Drops expired mail, a page at a time.
    ///
    /// - Returns: How many rows it touched; as many as `limit` or more when there is more to do.
    package func dropOld(_ retention: InboundRetention, limit: Int = 1_000) async throws -> Int {
        try await pool.withConnection { connection in
            let contents = try await connection.run(
                .dropInboundContent,
                [
                    .int32(Int32(retention.contentDays)), .int32(Int32(InboundRetention.sealedHours)),
                    .int32(Int32(limit)),
                ]
            )
            let rows = try await connection.run(
                .dropInboundRows,
                [.int32(Int32(InboundRetention.rowDays)), .int32(Int32(limit))]
            )
            try await connection.run(.dropInboundCounts, [.int32(Int32(InboundRetention.rowDays))])
            return max(contents, rows)
        }
    }
}

extension WaitingMail {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        mail = try row.int64(0)
        receivedAt = try row.timestamp(1)
        let key = DeliveryKey(campaign: try row.int32(2), seq: try row.int32(3))
        let attempt = try row.optionalInt32(4).map { UInt16(clamping: $0) }
        origin = attempt.map { .bounce(key, attempt: $0) } ?? .mailUnsubscribe(key)
        sentTo = try row.optionalBytes(5)
        content = try row.bytes(6)
        mailbox = try row.text(7)
    }
}
