import Core
import DatabaseClient

/// How a no reached us; `opt_out_proofs.way`.
package enum OptOutWay: Int16, WireNamed {
    /// A mail program's own button (RFC 8058).
    case oneClick = 0
    /// The page that the message's link leads to.
    case page = 1
    case preferences = 2
    /// A mail to the message's unsubscribe address.
    case mail = 3

    package var name: String {
        switch self {
        case .oneClick: "one-click"
        case .page: "page"
        case .preferences: "preferences"
        case .mail: "mail"
        }
    }
}

/// What an opt-out did, or that it was taken back; `opt_out_proofs.action`.
package enum OptOutAction: Int16, WireNamed {
    case list = 0
    case marketing = 1
    case undo = 2

    package var name: String {
        switch self {
        case .list: "list"
        case .marketing: "marketing"
        case .undo: "undo"
        }
    }
}

/// What somebody says no to.
package enum OptOutChoice: Sendable, Equatable {
    case list(Int32)
    /// All mail of the account that needs consent.
    case marketing

    var action: OptOutAction { self == .marketing ? .marketing : .list }
    var scope: SuppressionScope { self == .marketing ? .marketing : .list }
    var list: Int32 {
        switch self {
        case .list(let list): list
        case .marketing: 0
        }
    }
}

/// What is known of a message that a signed token names, for the pages that it leads to.
package struct OptOutMessage: Sendable {
    package let key: DeliveryKey
    package let account: AccountID
    /// What recipients know the account as.
    package let senderName: String
    package let list: Int32
    package let listName: String
    package let kind: CampaignKind
    /// The message's language; `nil` when it has none that is known here.
    package let language: MessageLanguage?
    let addressHash: [UInt8]
    let hashKey: Int16
}

/// What an opt-out did: for the receipt, and for undoing it.
package struct OptOutReceipt: Sendable, Equatable {
    /// The proof's number; names it to ``AccountDatabase/takeBack(_:of:by:)``.
    package let proof: Int64
    package let choice: OptOutChoice
    /// When it took effect, in seconds since 1970: for who had said no before, then.
    package let at: Double
    /// Whether it was the first no to this.
    package let isNew: Bool
    /// Queued messages that are not sent now.
    package let recalled: Int
    /// Messages that were being sent already, and may arrive.
    package let onTheirWay: Int
    package let canBeTakenBack: Bool
}

/// What an undo did.
package enum TakenBack: Sendable, Equatable {
    /// There is nothing to take back: too long ago, gone, or said again since.
    case nothing
    /// It is taken back, by this call or by an earlier one, and the list's messages come again.
    case subscribed
    /// It is taken back, and something else keeps the list's messages away.
    case butStillOff
}

/// A list of the account that the message's recipient is on, or was.
package struct ListPreference: Sendable, Equatable {
    package let list: Int32
    package let name: String
    package let isSubscribed: Bool
}

/// What the preference page shows.
package struct MailPreferences: Sendable {
    package let message: OptOutMessage
    package let lists: [ListPreference]
    /// Whether no marketing mail of the account is sent to the recipient, whatever the lists say.
    package let isOffMarketing: Bool
    /// What was done by this message and can be taken back, the newest first.
    package let undoable: [OptOutReceipt]
}

/// What recipients do themselves, with a message's token as their right to do it. Their acts are kept as proofs, not in
/// the audit log, which is about those who work here.
extension AccountDatabase {
    /// Unsubscribes whom a message was written to; safe to repeat, and the first receipt is kept.
    ///
    /// Once this returns it is on the database's disk.
    /// - Returns: `nil` when there is no such message, or when the list is not the account's.
    package func optOut(
        _ key: DeliveryKey,
        of choice: @escaping @Sendable (OptOutMessage) -> OptOutChoice,
        by way: OptOutWay
    ) async throws -> (OptOutMessage, OptOutReceipt)? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key) else { return nil }
            let choice = choice(message)
            if case .list(let list) = choice {
                guard try connection.listsOfContact(message).contains(where: { $0.list == list }) else { return nil }
            }
            return (message, try connection.optOut(message, of: choice, by: way))
        }
    }

    /// Takes one opt-out back that was made with this message less than a week ago, and not said again since.
    package func takeBack(_ proof: Int64, of key: DeliveryKey, by way: OptOutWay) async throws -> TakenBack {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key) else { return .nothing }
            try connection.run(.lockMessage, [.int32(key.campaign), .int32(key.seq)])
            let isTakenBack = try connection.rows(
                .takeBackOptOut,
                [.int32(key.campaign), .int32(key.seq), .int64(proof), .int16(way.rawValue)]
            ) { try $0.bool(0) }.only(of: .takeBackOptOut)
            guard isTakenBack else { return .nothing }
            return try connection.rows(
                .isStillOff,
                [.int32(message.account), .bytes(message.addressHash), .int64(proof), .int32(message.list)]
            ) { try $0.bool(0) }.only(of: .isStillOff) ? .butStillOff : .subscribed
        }
    }

    /// The message, and its list's opt-out when it was made with this very message and stands.
    package func message(_ key: DeliveryKey) async throws -> (OptOutMessage, OptOutReceipt?)? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key) else { return nil }
            return (message, try connection.standing(.list(message.list), of: message))
        }
    }

    package func preferences(of key: DeliveryKey) async throws -> MailPreferences? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key) else { return nil }
            return MailPreferences(
                message: message,
                lists: try connection.listsOfContact(message),
                isOffMarketing: try connection.rows(
                    .isOffMarketing,
                    [.int32(message.account), .bytes(message.addressHash)]
                ) { try $0.bool(0) }.only(of: .isOffMarketing),
                undoable: try connection.rows(
                    .undoableProofs,
                    [.int32(key.campaign), .int32(key.seq)],
                    OptOutReceipt.init
                )
            )
        }
    }

    /// Counts how long an opt-out took. What was done is done: nobody waits long for this, nor for its way to the disk.
    package func noteOptOut(_ duration: Duration) async throws {
        let hurried = AccountDatabase(pool: pool, actor: actor, deadline: .seconds(1))
        try await hurried.transaction(account: nil) { connection in
            try connection.execute("SET LOCAL synchronous_commit = off")
            try connection.run(
                .noteLatency,
                [.text(MeasuredLatency.optOut.rawValue), .int32(LatencyHistogram.bucket(of: duration))]
            )
        }
    }
}

extension PostgresConnection {
    /// The message of a verified token, and from here on the transaction sees its account.
    package func optOutMessage(_ key: DeliveryKey) throws -> OptOutMessage? {
        let accounts = try rows(.accountOfCampaign, [.int32(key.campaign)]) { try $0.optionalInt32(0) }
        guard let account = accounts.first ?? nil else { return nil }
        try run(.chooseAccount, [.text(String(account))])
        return try rows(.optOutMessage, [.int32(key.campaign), .int32(key.seq)]) { row in
            OptOutMessage(
                key: key,
                account: account,
                senderName: try row.text(0),
                list: try row.int32(1),
                listName: try row.text(2),
                kind: CampaignKind(rawValue: try row.int16(3)) ?? .marketing,
                language: try row.optionalText(4).flatMap { MessageLanguage(rawValue: $0) },
                addressHash: try row.bytes(5),
                hashKey: try row.int16(6)
            )
        }.first
    }

    /// Suppresses and writes the proof, in the caller's transaction; what a mail's reader calls, too.
    ///
    /// One at a time for a message: of two clicks the second finds what the first has done.
    package func optOut(_ message: OptOutMessage, of choice: OptOutChoice, by way: OptOutWay) throws -> OptOutReceipt {
        try run(.lockMessage, [.int32(message.key.campaign), .int32(message.key.seq)])
        // Said by this very message before, and in force: that is no second no.
        if let standing = try standing(choice, of: message) { return standing }
        let done = try suppress(
            Suppression(
                account: message.account,
                addressHash: message.addressHash,
                hashKey: message.hashKey,
                scope: choice.scope,
                list: choice.list,
                reason: .unsubscribe,
                source: "\(way.name), campaign \(message.key.campaign) message \(message.key.seq)"
            )
        )
        let proofs = try rows(
            .insertProof,
            [
                .int32(message.account), .int32(message.key.campaign), .int32(message.key.seq),
                .bytes(message.addressHash), .int16(way.rawValue), .int16(choice.action.rawValue), .int32(choice.list),
                .bool(done.isNew), .int32(Int32(done.recalled)), .int32(Int32(done.alreadyOnTheirWay)),
            ]
        ) { (proof: try $0.int64(0), at: try $0.timestamp(1)) }
        let proof = try proofs.only(of: .insertProof)
        return OptOutReceipt(
            proof: proof.proof,
            choice: choice,
            at: done.isNew ? proof.at : try earlier(choice, of: message) ?? proof.at,
            isNew: done.isNew,
            recalled: done.recalled,
            onTheirWay: done.alreadyOnTheirWay,
            canBeTakenBack: done.isNew
        )
    }

    fileprivate func standing(_ choice: OptOutChoice, of message: OptOutMessage) throws -> OptOutReceipt? {
        try rows(
            .standingOptOut,
            [
                .int32(message.key.campaign), .int32(message.key.seq), .int16(choice.action.rawValue),
                .int32(choice.list), .int16(choice.scope.rawValue),
            ],
            OptOutReceipt.init
        ).first
    }

    private func earlier(_ choice: OptOutChoice, of message: OptOutMessage) throws -> Double? {
        try rows(
            .earlierOptOut,
            [
                .int32(message.account), .bytes(message.addressHash), .int16(choice.scope.rawValue),
                .int32(choice.list),
            ]
        ) { try $0.optionalTimestamp(0) }.first ?? nil
    }

    fileprivate func listsOfContact(_ message: OptOutMessage) throws -> [ListPreference] {
        try rows(
            .listsOfContact,
            [.int32(message.account), .bytes(message.addressHash), .int32(message.list)]
        ) { row in
            ListPreference(list: try row.int32(0), name: try row.text(1), isSubscribed: try row.bool(2))
        }
    }
}

extension OptOutReceipt {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            proof: try row.int64(0),
            choice: try row.int16(1) == 1 ? .marketing : .list(try row.int32(2)),
            at: try row.timestamp(3),
            isNew: try row.bool(4),
            recalled: Int(try row.int32(5)),
            onTheirWay: Int(try row.int32(6)),
            canBeTakenBack: try row.bool(7)
        )
    }
}
