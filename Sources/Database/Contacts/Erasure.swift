import Core
import DatabaseClient

/// The result of an erasure.
package struct ErasureReceipt: Sendable, Equatable {
    /// Blanked contacts; 0 if the address was not a contact, or already erased.
    package let contacts: Int
    package let suppression: SuppressionReceipt
}

extension AccountDatabase {
    /// Erases a person's data from an account for good, in one transaction: address and fields, and texts of servers
    /// and mails that may name the address. The row's number stays for the totals, the keyed hash prevents imports, and
    /// the suppression prevents mailing.
    package func erase(
        _ addressHash: [UInt8],
        hashKey: Int16,
        account: AccountID,
        reason: String
    ) async throws -> ErasureReceipt {
        try await transaction(account: account) { connection in
            let receipt = try connection.suppress(
                Suppression(
                    account: account,
                    addressHash: addressHash,
                    hashKey: hashKey,
                    scope: .all,
                    list: 0,
                    reason: .erasure,
                    source: "erased",
                    way: nil
                )
            )
            let key: [PostgresValue] = [.int32(account), .bytes(addressHash)]
            try connection.run(.eraseReplies, key)
            try connection.run(.eraseBounces, key)
            try connection.run(.eraseMails, key)
            try connection.run(.leaveLists, key)
            let erased = try connection.run(.eraseContact, key)
            let subject = receipt.contact.map { "contact \($0)" } ?? "an address that is no contact"
            try connection.write(
                AuditEntry("contacts.erase", subject, reason: reason),
                by: actor,
                account: account
            )
            return ErasureReceipt(contacts: erased, suppression: receipt)
        }
    }
}

extension Statement {
    static let erasure: [Statement] = [.eraseReplies, .eraseBounces, .eraseMails, .leaveLists, .eraseContact]

    /// The messages of a hash's contacts: by campaign, since that is how deliveries are found.
    private static let messages = """
        SELECT d.campaign_id, d.seq FROM campaigns k
        JOIN contacts c ON c.account_id = k.account_id AND c.address_hash = $2
        JOIN deliveries d ON d.campaign_id = k.campaign_id AND d.contact_id = c.contact_id
        WHERE k.account_id = $1
        """

    /// `$1` account; `$2` hash; so in all of these.
    fileprivate static let eraseReplies = Statement(
        "erase-replies",
        role: .admin,
        """
        UPDATE replies r SET reply = '' FROM (\(messages)) AS l
        WHERE r.campaign_id = l.campaign_id AND r.seq = l.seq
        """
    )
    fileprivate static let eraseBounces = Statement(
        "erase-bounces",
        role: .admin,
        """
        UPDATE bounces b SET detail = '' FROM (\(messages)) AS l
        WHERE b.campaign_id = l.campaign_id AND b.seq = l.seq
        """
    )
    /// Unjudged mail is settled without consequence: the suppression exists already.
    fileprivate static let eraseMails = Statement(
        "erase-mails",
        role: .admin,
        """
        UPDATE inbound_mails m SET content = NULL,
            state = CASE m.state WHEN \(InboundState.stored.sql) THEN \(InboundState.settled.sql)
                    ELSE m.state END::smallint,
            settlement = CASE m.state WHEN \(InboundState.stored.sql) THEN \(MailSettlement.nothing.sql)
                    ELSE m.settlement END::smallint,
            settled_at = CASE m.state WHEN \(InboundState.stored.sql) THEN now() ELSE m.settled_at END
        FROM (\(messages)) AS l WHERE m.campaign_id = l.campaign_id AND m.seq = l.seq
        """
    )
    fileprivate static let leaveLists = Statement(
        "leave-lists",
        role: .admin,
        """
        UPDATE list_members m SET status = \(MembershipStatus.unsubscribed.sql), changed_at = now() FROM contacts c
        WHERE c.account_id = $1 AND c.address_hash = $2 AND m.contact_id = c.contact_id
          AND m.status = \(MembershipStatus.subscribed.sql)
        """
    )
    fileprivate static let eraseContact = Statement(
        "erase-contact",
        role: .admin,
        """
        UPDATE contacts SET address = '', address_key = 'erased:' || contact_id, domain = '', attributes = '{}',
            status = \(ContactStatus.erased.sql), version = version + 1
        WHERE account_id = $1 AND address_hash = $2 AND status <> \(ContactStatus.erased.sql)
        """
    )
}
