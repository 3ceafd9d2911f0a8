import Core
import DatabaseClient

/// The scope of an opt-out.
package enum OptOutChoice: Sendable, Equatable {
    case list(Int32)
    /// All mail of the account that needs consent.
    case marketing

    var scope: SuppressionScope { self == .marketing ? .marketing : .list }
    var list: Int32 {
        switch self {
        case .list(let list): list
        case .marketing: 0
        }
    }
}

/// A message's data for its opt-out pages, from a signed token.
package struct OptOutMessage: Sendable {
    package let key: DeliveryKey
    package let account: AccountID
    /// The account's display name.
    package let senderName: String
    package let list: Int32
    package let listName: String
    package let kind: CampaignKind
    /// The message's language; `nil` if unknown here.
    package let language: MessageLanguage?
    let addressHash: [UInt8]
    let hashKey: Int16
}

/// The result of an opt-out: for the receipt, and for undoing it.
package struct OptOutReceipt: Sendable, Equatable {
    /// The proof's number; names it to ``AccountDatabase/takeBack(_:of:by:)``.
    package let proof: Int64
    package let choice: OptOutChoice
    /// When it took effect, in seconds since 1970; earlier if the recipient had opted out before.
    package let at: Double
    /// Whether it was the first opt-out of this scope.
    package let isNew: Bool
    /// Recalled messages; they will not be sent.
    package let recalled: Int
    /// Messages in flight, which may arrive.
    package let onTheirWay: Int
    package let canBeTakenBack: Bool
}

/// The result of an undo.
package enum TakenBack: Sendable, Equatable {
    /// There is nothing to undo: too old, gone, or repeated since.
    case nothing
    /// It is undone, now or earlier, and the list's messages are sent again.
    case subscribed
    /// It is undone, but something else still stops the list's messages.
    case butStillOff
}

/// A list of the account that the recipient is or was on.
package struct ListPreference: Sendable, Equatable {
    package let list: Int32
    package let name: String
    package let isSubscribed: Bool
}

/// The preference page's data.
package struct MailPreferences: Sendable {
    package let message: OptOutMessage
    package let lists: [ListPreference]
    /// Whether a suppression stops all marketing mail to the recipient.
    package let isOffMarketing: Bool
    /// This message's opt-outs that can be undone, newest first.
    package let undoable: [OptOutReceipt]
}

/// Recipients' own acts, authorised by a message's token. They are kept as proofs, not in the audit log, which is about
/// staff and operators.
extension AccountDatabase {
    /// Unsubscribes a message's recipient; safe to repeat, and the first receipt is kept.
    ///
    /// Once this returns it is on the database's disk.
    /// - Returns: `nil` if there is no such message, or the list belongs to another account.
    package func optOut(
        _ key: DeliveryKey,
        _ mark: RecipientMark? = nil,
        of choice: @escaping @Sendable (OptOutMessage) -> OptOutChoice,
        by way: OptOutWay
    ) async throws -> (OptOutMessage, OptOutReceipt)? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key, mark) else { return nil }
            let choice = choice(message)
            if case .list(let list) = choice {
                guard try connection.listsOfContact(message).contains(where: { $0.list == list }) else { return nil }
            }
            return (message, try connection.optOut(message, of: choice, by: way))
        }
    }

    /// Undoes one opt-out made with this message less than a week ago and not repeated since.
    package func takeBack(
        _ proof: Int64,
        of key: DeliveryKey,
        _ mark: RecipientMark? = nil,
        by way: OptOutWay
    ) async throws -> TakenBack {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key, mark) else { return .nothing }
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

    /// The message, and its list's opt-out if it was made with this message and is in effect.
    package func message(
        _ key: DeliveryKey,
        _ mark: RecipientMark? = nil
    ) async throws -> (OptOutMessage, OptOutReceipt?)? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key, mark) else { return nil }
            return (message, try connection.standing(.list(message.list), of: message))
        }
    }

    package func preferences(of key: DeliveryKey, _ mark: RecipientMark? = nil) async throws -> MailPreferences? {
        try await transaction(account: nil) { connection in
            guard let message = try connection.optOutMessage(key, mark) else { return nil }
            return MailPreferences(
                message: message,
                lists: try connection.listsOfContact(message),
                isOffMarketing: try connection.rows(
                    .isOffMarketing,
                    [.int32(message.account), .bytes(message.addressHash)]
                ) { try $0.bool(0) }.only(of: .isOffMarketing),
                undoable: try connection.rows(
                    .undoableProofs,
                    [.int32(key.campaign), .int32(key.seq), .bytes(message.addressHash)],
                    OptOutReceipt.init
                )
            )
        }
    }

    /// Records the latency of an opt-out. The opt-out is stored: this must not delay the answer, not even by a disk
    /// write.
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
    ///
    /// `mark`: Whose the message was; `nil` for a message of an older program, which says it by its number alone.
    package func optOutMessage(_ key: DeliveryKey, _ mark: RecipientMark? = nil) throws -> OptOutMessage? {
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
        }.first { mark?.matches(account: account, addressHash: $0.addressHash) ?? true }
    }

    /// Suppresses and writes the proof, in the caller's transaction.
    ///
    /// One at a time for a message: of two clicks the second finds what the first has done.
    package func optOut(_ message: OptOutMessage, of choice: OptOutChoice, by way: OptOutWay) throws -> OptOutReceipt {
        try run(.lockMessage, [.int32(message.key.campaign), .int32(message.key.seq)])
        // Already made by this message, and in effect: not a second opt-out.
        if let standing = try standing(choice, of: message) { return standing }
        let done = try suppress(
            Suppression(
                account: message.account,
                addressHash: message.addressHash,
                hashKey: message.hashKey,
                scope: choice.scope,
                list: choice.list,
                reason: .unsubscribe,
                source: "\(way.name), campaign \(message.key.campaign) message \(message.key.seq)",
                way: way,
                message: message.key
            )
        )
        // No opt-out of this message is in effect, so this proof is new.
        let proof = try [done.proof].compactMap { $0 }.only(of: .insertProof)
        return OptOutReceipt(
            proof: proof.number,
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
                .int32(message.key.campaign), .int32(message.key.seq), .int16(OptOutAction(choice.scope).rawValue),
                .int32(choice.list), .int16(choice.scope.rawValue), .bytes(message.addressHash),
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
