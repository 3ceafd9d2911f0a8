import Core
import DatabaseClient

/// Opt-outs by messages that the database does not know, since it was restored from before they were sent.
///
/// The message's list is not known any more. So it is all of the account's marketing that ends: less would leave the opt-out
/// unheard.
extension AccountDatabase {
    /// What recipients know the account of a lost message as; `nil` for an account that there is not.
    package func sender(ofLost mark: RecipientMark) async throws -> String? {
        try await transaction(account: mark.account) { try $0.lostRecipient(mark)?.senderName }
    }

    /// Carries out an opt-out by a lost message; safe to repeat.
    ///
    /// - Returns: `nil` for an account that there is not.
    package func optOut(lost mark: RecipientMark, _ key: DeliveryKey, by way: OptOutWay) async throws -> OptOutReceipt?
    {
        try await transaction(account: mark.account) { try $0.optOut(lost: mark, key, by: way) }
    }
}

extension PostgresConnection {
    /// Carries out the opt-out that a mail asks for, if the database does not know its message.
    ///
    /// - Returns: Whether it was one.
    func optOutIfLost(_ arrival: MailArrival) throws -> Bool {
        guard case .ours(let mail) = arrival, let mark = mail.optOutOf,
            try optOutMessage(mail.origin, mark) == nil
        else { return false }
        return try optOut(lost: mark, mail.origin, by: .mail) != nil
    }

    fileprivate func optOut(lost mark: RecipientMark, _ key: DeliveryKey, by way: OptOutWay) throws -> OptOutReceipt? {
        guard let found = try lostRecipient(mark) else { return nil }
        guard let addressHash = found.addressHash else {
            try run(.insertLostOptOut, [.int32(mark.account), .bytes(mark.bytes)])
            return OptOutReceipt(
                proof: 0,
                choice: .marketing,
                at: found.now,
                isNew: true,
                recalled: 0,
                onTheirWay: 0,
                canBeTakenBack: false
            )
        }
        let message = OptOutMessage(
            key: key,
            account: mark.account,
            senderName: found.senderName,
            list: 0,
            listName: "",
            kind: .marketing,
            language: nil,
            addressHash: addressHash,
            hashKey: found.hashKey
        )
        return try optOut(message, of: .marketing, by: way)
    }

    fileprivate func lostRecipient(
        _ mark: RecipientMark
    ) throws -> (senderName: String, addressHash: [UInt8]?, hashKey: Int16, now: Double)? {
        try rows(.lostRecipient, [.int32(mark.account), .bytes(mark.bytes)]) { row in
            (
                senderName: try row.text(0), addressHash: try row.optionalBytes(1),
                hashKey: try row.optionalInt16(2) ?? 0, now: try row.timestamp(3)
            )
        }.first
    }
}

extension Statement {
    /// `$1` account; `$2` how the hash begins.
    static let lostRecipient = Statement(
        "lost-recipient",
        roles: [.web, .inbound],
        isHot: true,
        """
        SELECT COALESCE(NULLIF(a.display_name, ''), a.name), c.address_hash, c.hash_key, now()
        FROM accounts a
        LEFT JOIN contacts c ON c.account_id = a.account_id
            AND c.address_hash BETWEEN $2::bytea AND $2::bytea || decode(repeat('ff', 26), 'hex')
        WHERE a.account_id = $1 LIMIT 1
        """
    )
    /// `$1` account; `$2` how the hash begins.
    static let insertLostOptOut = Statement(
        "insert-lost-opt-out",
        roles: [.web, .inbound],
        "INSERT INTO lost_opt_outs (account_id, mark) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    )
}
