import Core
import DatabaseClient

/// A contact, for an export or a dry run.
package struct ContactFacts: Sendable {
    package let id: ContactID
    package let address: String
    /// A JSON object, UTF-8.
    package let attributes: [UInt8]
    package let isErased: Bool
    package let version: Int32
    package let createdAt: Double
}

/// How many recipients a campaign would have, and between which contacts.
package struct AudienceSize: Sendable, Equatable {
    package let first: ContactID
    package let last: ContactID
    package let count: Int

    package init(first: ContactID, last: ContactID, count: Int) {
        self.first = first
        self.last = last
        self.count = count
    }
}

/// A contact on a list.
package struct MemberFacts: Sendable {
    package let contact: ContactFacts
    package let isSubscribed: Bool
    package let source: String
    package let consentedAt: Double
}

/// A contact, its lists past and present, and its opt-outs.
package struct ContactWithLists: Sendable {
    package let contact: ContactFacts
    package let memberships: [ContactCard.Membership]
    /// Oldest first.
    package let proofs: [OptOutProof]
}

/// Everything stored about one address in an account.
package struct ContactCard: Sendable {
    package struct Membership: Sendable {
        package let list: String
        package let isSubscribed: Bool
        package let source: String
        package let consentedAt: Double
        package let changedAt: Double
    }

    package struct Delivery: Sendable {
        package let campaign: CampaignID
        package let campaignName: String
        package let seq: Seq
        package let state: Int16
        package let reason: Int16
        package let code: Int16
        package let changedAt: Double
        /// What the server said last, or why it was not reached, blanked (``ReplyWords``); empty once it accepted.
        package let words: String
    }

    package let contact: ContactFacts?
    package let memberships: [Membership]
    package let suppressions: [SuppressionFacts]
    /// Newest first, at most 20.
    package let deliveries: [Delivery]
    /// The recipient's opt-outs and undos, in order.
    package let proofs: [OptOutProof]
}

extension AccountDatabase {
    /// The members of a list after a contact's number, in order; in a transaction of its own, so that a long export
    /// holds no snapshot.
    package func members(
        of list: Int32,
        account: AccountID,
        after contact: ContactID,
        limit: Int32
    ) async throws -> [MemberFacts] {
        try await transaction(account: account) { connection in
            try connection.readByIndexOnly()
            return try connection.rows(
                .members,
                [.int32(list), .int64(contact), .int32(limit)]
            ) { row in
                MemberFacts(
                    contact: try ContactFacts(row),
                    isSubscribed: try row.int16(6) == 0,
                    source: try row.text(7),
                    consentedAt: try row.timestamp(8)
                )
            }
        }
    }

    /// The recipients that a freeze would write rows for now, after a contact's number, in order; including opt-outs.
    package func audience(
        of campaign: CampaignID,
        account: AccountID,
        after contact: ContactID,
        limit: Int32
    ) async throws -> [ContactFacts] {
        try await transaction(account: account) { try $0.audience(of: campaign, after: contact, limit: limit) }
    }

    /// How many recipients that would be, those with an erased address among them, and between which contacts.
    package func audienceSize(of campaign: CampaignID, account: AccountID) async throws -> AudienceSize {
        try await transaction(account: account) { connection in
            try connection.rows(.audienceSize, [.int32(campaign)]) { row in
                AudienceSize(first: try row.int64(0), last: try row.int64(1), count: Int(try row.int64(2)))
            }.only(of: .audienceSize)
        }
    }

    /// A contact by its address.
    package func contact(at address: EmailAddress, account: AccountID) async throws -> ContactFacts? {
        let key = String(decoding: address.key, as: UTF8.self)
        return try await transaction(account: account) { connection in
            try connection.rows(.contactByKey, [.int32(account), .text(key)], ContactFacts.init).first
        }
    }

    /// Everything about one address, recorded in the audit log.
    package func card(
        of address: EmailAddress,
        hash: [UInt8],
        account: AccountID,
        reason: String
    ) async throws -> ContactCard {
        try await transaction(account: account) { connection in
            let key = String(decoding: address.key, as: UTF8.self)
            let contact = try connection.rows(.contactByKey, [.int32(account), .text(key)], ContactFacts.init).first
            let number = PostgresValue.int64(contact?.id ?? 0)
            let card = ContactCard(
                contact: contact,
                memberships: try connection.rows(.memberships, [number], ContactCard.Membership.init),
                suppressions: try connection.rows(
                    .suppressionsOfHash,
                    [.int32(account), .bytes(hash)],
                    SuppressionFacts.init
                ),
                deliveries: try connection.rows(
                    .deliveriesOfContact,
                    [.int32(account), number],
                    ContactCard.Delivery.init
                ),
                proofs: try connection.rows(
                    .proofsOfHash,
                    [.int32(account), .bytes(hash)],
                    OptOutProof.init
                )
            )
            let subject = contact.map { "contact \($0.id)" } ?? "an address that is no contact"
            try connection.write(AuditEntry("contacts.show", subject, reason: reason), by: actor, account: account)
            return card
        }
    }
}

extension ContactFacts {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int64(0),
            address: try row.text(1),
            attributes: try row.bytes(2),
            isErased: try row.int16(3) != 0,
            version: try row.int32(4),
            createdAt: try row.timestamp(5)
        )
    }
}

extension ContactCard.Membership {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            list: try row.text(0),
            isSubscribed: try row.int16(1) == 0,
            source: try row.text(2),
            consentedAt: try row.timestamp(3),
            changedAt: try row.timestamp(4)
        )
    }
}

extension ContactCard.Delivery {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            campaign: try row.int32(0),
            campaignName: try row.text(1),
            seq: try row.int32(2),
            state: try row.int16(3),
            reason: try row.int16(4),
            code: try row.int16(5),
            changedAt: try row.timestamp(6),
            words: ReplyWords.blanked(try row.text(7))
        )
    }
}

extension PostgresConnection {
    /// In a transaction that has chosen the campaign's account.
    package func audience(of campaign: CampaignID, after contact: ContactID, limit: Int32) throws -> [ContactFacts] {
        try readByIndexOnly()
        return try rows(.audienceNow, [.int32(campaign), .int64(contact), .int32(limit)], ContactFacts.init)
    }

    /// In a transaction that has chosen the account.
    package func countSuppressed(
        _ contacts: [ContactID],
        account: AccountID,
        list: Int32,
        kind: CampaignKind
    ) throws -> Int {
        try readByIndexOnly()
        return try rows(
            .countSuppressed,
            [.int32(account), .int64s(contacts), .int32(list), .int16(kind.rawValue)]
        ) { Int(try $0.int64(0)) }.only(of: .countSuppressed)
    }

    /// For the rest of the transaction: a page is read in the order of its index.
    ///
    /// Where the statistics of a list are old, the planner believes that little is left of it, and would read and sort all
    /// that is. Nor is a page worth other processes, which cost more than it does.
    func readByIndexOnly() throws {
        try execute(
            """
            SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;
            SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
            SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL jit = off
            """
        )
    }
}

extension Statement {
    /// A page of a list; `$1` list; `$2` after this contact; `$3` rows.
    static let members = Statement(
        "members",
        role: .admin,
        """
        SELECT c.*, m.status, m.source, m.consented_at
        FROM list_members m, LATERAL (
            -- As for a page of members.
            SELECT contact_id, address, attributes, status, version, created_at FROM contacts
            WHERE contact_id = m.contact_id OFFSET 0
        ) AS c
        WHERE m.list_id = $1 AND m.contact_id > $2
        ORDER BY m.contact_id LIMIT $3::int
        """
    )
    /// A page of a campaign's audience, by the rule of the freeze. It reads no more than its rows, wherever it begins.
    ///
    /// `$1` campaign; `$2` after this contact; `$3` rows.
    static let audienceNow = Statement(
        "audience-now",
        roles: [.admin, .web],
        """
        SELECT c.contact_id, c.address, c.attributes, c.status, c.version, c.created_at
        FROM campaigns k
        JOIN list_members m ON m.list_id = (SELECT list_id FROM campaigns WHERE campaign_id = $1)
            AND (m.status = \(MembershipStatus.subscribed.sql) OR k.kind = \(CampaignKind.transactional.sql))
        JOIN contacts c ON c.contact_id = m.contact_id AND c.contact_id > $2
            AND c.status = \(ContactStatus.active.sql)
        LEFT JOIN LATERAL (
            -- One row at a time: a hash would take every delivery.
            SELECT d.state FROM deliveries d WHERE d.campaign_id = k.follows AND d.contact_id = m.contact_id OFFSET 0
        ) AS d ON true
        WHERE k.campaign_id = $1 AND m.contact_id > $2 AND (k.follows IS NULL OR d.state = k.follows_state)
        ORDER BY m.contact_id LIMIT $3::int
        """
    )
    /// Reads the list once, or the rows of the campaign that is followed. `$1` campaign.
    static let audienceSize = Statement(
        "audience-size",
        roles: [.admin, .web],
        """
        SELECT COALESCE(min(m.contact_id), 0), COALESCE(max(m.contact_id), 0),
               COALESCE((SELECT count(*) FROM campaigns k JOIN deliveries d ON d.campaign_id = k.follows
                         WHERE k.campaign_id = $1 AND d.state = k.follows_state HAVING count(k.follows) > 0),
                        count(m.contact_id))
        FROM campaigns k
        JOIN list_members m ON m.list_id = k.list_id
            AND (m.status = \(MembershipStatus.subscribed.sql) OR k.kind = \(CampaignKind.transactional.sql))
        WHERE k.campaign_id = $1
        """
    )
    /// `$1` account; `$2` normalised address.
    static let contactByKey = Statement(
        "contact-by-key",
        role: .admin,
        """
        SELECT contact_id, address, attributes, status, version, created_at
        FROM contacts WHERE account_id = $1 AND address_key = $2
        """
    )
    /// `$1` contact.
    static let memberships = Statement(
        "memberships",
        roles: [.admin, .web],
        """
        SELECT l.name, m.status, m.source, m.consented_at, m.changed_at
        FROM list_members m JOIN lists l ON l.list_id = m.list_id WHERE m.contact_id = $1 ORDER BY m.list_id
        """
    )
    /// `$1` account; `$2` contact.
    static let deliveriesOfContact = Statement(
        "deliveries-of-contact",
        role: .admin,
        """
        SELECT c.campaign_id, c.name, d.seq, d.state, d.reason, d.code, d.changed_at,
               CASE WHEN d.state = \(DeliveryState.accepted.sql) THEN '' ELSE COALESCE(
                   (SELECT r.reply FROM replies r WHERE r.campaign_id = d.campaign_id AND r.seq = d.seq
                    ORDER BY r.reply_id DESC LIMIT 1), '') END
        FROM campaigns c JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = $2
        WHERE c.account_id = $1 ORDER BY c.campaign_id DESC LIMIT 20
        """
    )
}
