import Core
import DatabaseClient

/// A delivery of a campaign, as listed on a page.
package struct DeliveryFacts: Sendable {
    package let seq: Seq
    package let contact: ContactID
    package let state: Int16
    package let reason: Int16
    /// Of the SMTP reply that decided; 0 without one.
    package let code: Int16
    package let attempts: Int16
    package let changedAt: Double
    /// Only with addresses requested; empty once erased.
    package let address: String?
}

/// A page of a campaign's deliveries.
package struct DeliveryPage: Sendable {
    package let rows: [DeliveryFacts]
    /// The start of the next page; `nil` on the last one. A page may be empty without being the last.
    package let next: Seq?
}

/// A suppression with its unique key.
package struct SuppressionPageRow: Sendable {
    package let facts: SuppressionFacts
    package let hash: [UInt8]
    package let hashKey: Int16
    /// The contact with that address, if any.
    package let contact: ContactID?
}

extension AccountDatabase {
    package func account(_ id: AccountID) async throws -> AccountFacts? {
        try await transaction(account: id) { connection in
            try connection.rows(.accountByID, [.int32(id)]) { row in
                AccountFacts(id: try row.int32(0), name: try row.text(1), createdAt: try row.timestamp(2))
            }.first
        }
    }

    /// The account's lists after a number, in order; `name`: part of their names.
    package func lists(
        of account: AccountID,
        named name: String,
        after list: Int32,
        limit: Int32
    ) async throws -> [ListFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .listPage,
                [.int32(account), .int32(list), .text(name), .int32(limit)],
                ListFacts.init
            )
        }
    }

    package func list(_ id: Int32, account: AccountID) async throws -> ListFacts? {
        try await transaction(account: account) { connection in
            try connection.rows(.listByID, [.int32(account), .int32(id)], ListFacts.init).first
        }
    }

    /// The name of a list; `nil` for none.
    package func listName(_ id: Int32, account: AccountID) async throws -> String? {
        try await transaction(account: account) { connection in
            try connection.rows(.listName, [.int32(account), .int32(id)]) { try $0.text(0) }.first
        }
    }

    /// Deliveries after a number, in order; of one state, or of all.
    ///
    /// There is no index on states, so a page reads at most ``deliveryWindow`` rows.
    package func deliveries(
        of campaign: CampaignID,
        account: AccountID,
        after seq: Seq,
        state: DeliveryState?,
        limit: Int32,
        withAddresses: Bool
    ) async throws -> DeliveryPage {
        try await transaction(account: account) { connection in
            let audience = try connection.reports(.reportOnCampaign, [.int32(campaign)]).first?.audience ?? 0
            let (sum, isOver) = seq.addingReportingOverflow(Self.deliveryWindow)
            let end = isOver ? Int32.max : sum
            let rows = try connection.rows(
                .deliveryPage,
                [
                    .int32(campaign), .int32(seq), .int32(end), state.map { .int16($0.rawValue) } ?? .null,
                    .bool(withAddresses), .int32(limit),
                ],
                DeliveryFacts.init
            )
            if withAddresses, let first = rows.first, let last = rows.last {
                let reason = "seq \(first.seq) to \(last.seq), \(rows.count) addresses"
                let entry = AuditEntry("deliveries.show", "campaign \(campaign)", reason: reason)
                try connection.write(entry, by: actor, account: account)
            }
            if rows.count == Int(limit), let last = rows.last { return DeliveryPage(rows: rows, next: last.seq) }
            return DeliveryPage(rows: rows, next: end < audience ? end : nil)
        }
    }

    /// The maximum number of rows read for one page of deliveries.
    package static var deliveryWindow: Seq { 50_000 }

    /// Suppressions after one of them, in the order of their unique keys.
    package func suppressions(
        of account: AccountID,
        after row: SuppressionPageRow.Key?,
        limit: Int32
    ) async throws -> [SuppressionPageRow] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .suppressionPage,
                [
                    .int32(account), .bytes(row?.hash ?? []), .int16(row?.hashKey ?? -1), .int16(row?.scope ?? -1),
                    .int32(row?.list ?? -1), .int16(row?.reason ?? -1), .int32(limit),
                ]
            ) { row in
                SuppressionPageRow(
                    facts: try SuppressionFacts(row),
                    hash: try row.bytes(5),
                    hashKey: try row.int16(6),
                    contact: try row.optionalInt64(7)
                )
            }
        }
    }

    /// Dead letters before a number, newest first; of one campaign, or of all.
    package func deadLetters(
        of account: AccountID,
        campaign: CampaignID?,
        before message: Int64,
        limit: Int32
    ) async throws -> [DeadLetterFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .deadLetterPage,
                [.int32(account), .optional(campaign), .int64(message), .int32(limit)],
                DeadLetterFacts.init
            )
        }
    }
}

extension SuppressionPageRow {
    /// A suppression's unique key within its account.
    package struct Key: Sendable, Equatable {
        package let hash: [UInt8]
        package let hashKey: Int16
        package let scope: Int16
        package let list: Int32
        package let reason: Int16

        package init(hash: [UInt8], hashKey: Int16, scope: Int16, list: Int32, reason: Int16) {
            self.hash = hash
            self.hashKey = hashKey
            self.scope = scope
            self.list = list
            self.reason = reason
        }
    }

    package var key: Key {
        Key(hash: hash, hashKey: hashKey, scope: facts.scope, list: facts.list, reason: facts.reason)
    }
}

extension DeliveryFacts {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            seq: try row.int32(0),
            contact: try row.int64(1),
            state: try row.int16(2),
            reason: try row.int16(3),
            code: try row.int16(4),
            attempts: try row.int16(5),
            changedAt: try row.timestamp(6),
            address: try row.optionalText(7)
        )
    }
}

extension Statement {
    /// `$1` account.
    static let accountByID = Statement(
        "account-by-id",
        role: .web,
        "SELECT account_id, name, created_at FROM accounts WHERE account_id = $1"
    )
    private static let listColumns = """
        SELECT l.list_id, l.name, l.created_at,
               (SELECT count(*) FROM list_members m
                WHERE m.list_id = l.list_id AND m.status = \(MembershipStatus.subscribed.sql)),
               (SELECT count(*) FROM list_members m
                WHERE m.list_id = l.list_id AND m.status = \(MembershipStatus.unsubscribed.sql))
        FROM lists l WHERE l.account_id = $1
        """
    /// `$1` account; `$2` after this list; `$3` part of the name; `$4` rows.
    static let listPage = Statement(
        "list-page",
        roles: [.admin, .web],
        listColumns + """
             AND l.list_id > $2 AND strpos(lower(l.name), lower($3::text)) > 0 ORDER BY l.list_id LIMIT $4::int
            """
    )
    /// `$1` account; `$2` list.
    static let listByID = Statement("list-by-id", role: .web, listColumns + " AND l.list_id = $2")
    /// `$1` account; `$2` list.
    static let listName = Statement(
        "list-name",
        role: .web,
        "SELECT name FROM lists WHERE account_id = $1 AND list_id = $2"
    )
    /// `$1` campaign; `$2` after this seq; `$3` up to this one; `$4` state or NULL; `$5` whether with addresses; `$6`
    /// rows.
    static let deliveryPage = Statement(
        "delivery-page",
        role: .web,
        """
        SELECT d.seq, d.contact_id, d.state, d.reason, d.code, d.attempt, d.changed_at, c.address
        FROM deliveries d LEFT JOIN contacts c ON $5::boolean AND c.contact_id = d.contact_id
        WHERE d.campaign_id = $1 AND d.seq > $2 AND d.seq <= $3 AND ($4::smallint IS NULL OR d.state = $4::smallint)
        ORDER BY d.seq LIMIT $6::int
        """
    )
    /// `$1` account; after `$2` hash, `$3` its key, `$4` scope, `$5` list, `$6` reason; `$7` rows.
    static let suppressionPage = Statement(
        "suppression-page",
        role: .web,
        """
        SELECT s.scope, s.list_id, s.reason, s.source, s.created_at, s.address_hash, s.key_version,
               (SELECT min(c.contact_id) FROM contacts c
                WHERE c.account_id = s.account_id AND c.address_hash = s.address_hash)
        FROM suppressions s
        WHERE s.account_id = $1
          AND (s.address_hash, s.key_version, s.scope, s.list_id, s.reason) > ($2::bytea, $3, $4, $5, $6)
        ORDER BY s.address_hash, s.key_version, s.scope, s.list_id, s.reason LIMIT $7::int
        """
    )
    /// `$1` account; `$2` campaign or NULL; `$3` before this message; `$4` rows.
    static let deadLetterPage = Statement(
        "dead-letter-page",
        role: .web,
        """
        SELECT l.dead_letter_id, l.account_id, l.campaign_id, l.seq, l.reason, l.detail, l.worker, l.attempt, l.queue,
               l.envelope, l.created_at, l.settled_at, l.settlement, d.state
        FROM dead_letters l LEFT JOIN deliveries d ON d.campaign_id = l.campaign_id AND d.seq = l.seq
        WHERE l.account_id = $1 AND ($2::int IS NULL OR l.campaign_id = $2::int) AND l.dead_letter_id < $3
        ORDER BY l.dead_letter_id DESC LIMIT $4::int
        """
    )
}
