import Core
import DatabaseClient

/// The mail that a suppression stops; `suppressions.scope`.
package enum SuppressionScope: Int16, WireNamed {
    case all = 0
    /// Everything that needs consent.
    case marketing = 1
    case list = 2

    package var name: String {
        switch self {
        case .all: "all"
        case .marketing: "marketing"
        case .list: "list"
        }
    }
}

/// Why an address is suppressed; `suppressions.reason`.
package enum SuppressionReason: Int16, WireNamed {
    case unsubscribe = 0
    case hardBounce = 1
    case complaint = 2
    case byHand = 3
    case erasure = 4
    /// Several soft bounces in a row.
    case softBounces = 5

    package var name: String {
        switch self {
        case .unsubscribe: "unsubscribe"
        case .hardBounce: "hard-bounce"
        case .complaint: "complaint"
        case .byHand: "by-hand"
        case .erasure: "erasure"
        case .softBounces: "soft-bounces"
        }
    }

    package static var oldNames: [String: Self] {
        ["hardBounce": .hardBounce, "byHand": .byHand, "softBounces": .softBounces]
    }
}

/// The address to suppress, and its account.
package struct Suppression: Sendable {
    package let account: AccountID
    package let addressHash: [UInt8]
    package let hashKey: Int16
    package let scope: SuppressionScope
    /// 0 unless the scope is a list.
    package let list: Int32
    package let reason: SuppressionReason
    package let source: String
    /// The way of the opt-out, for its proof; `nil` for a bounce and an erasure.
    package let way: OptOutWay?
    /// The message that names the recipient.
    package let message: DeliveryKey?

    package init(
        account: AccountID,
        addressHash: [UInt8],
        hashKey: Int16,
        scope: SuppressionScope,
        list: Int32,
        reason: SuppressionReason,
        source: String,
        way: OptOutWay?,
        message: DeliveryKey? = nil
    ) {
        self.account = account
        self.addressHash = addressHash
        self.hashKey = hashKey
        self.scope = scope
        self.list = list
        self.reason = reason
        self.source = source
        self.way = way
        self.message = message
    }
}

/// The effect of a suppression on queued messages.
package struct SuppressionReceipt: Sendable, Equatable {
    /// The contact with that address, if any.
    package let contact: ContactID?
    /// Whether it is new.
    package let isNew: Bool
    /// Recalled messages; they will not be sent.
    package let recalled: Int
    /// Messages already claimed: they may arrive, and are not retried.
    package let alreadyOnTheirWay: Int
    /// `nil` if it needs none, or has one already.
    package var proof: ProofMark?
}

extension PostgresConnection {
    /// Stores a suppression and recalls queued messages, in the caller's transaction: after its commit, no message to
    /// that address is claimed any more.
    ///
    /// Every suppression is made here, by the command line, the web program and returned mail, so that every opt-out has
    /// its proof. The caller's transaction sees the account, and writes the audit log last.
    package func suppress(_ suppression: Suppression) throws -> SuppressionReceipt {
        let account = PostgresValue.int32(suppression.account)
        // A freeze holds it alone: its second look at the suppressions either sees this one, or waits for it.
        try run(.shareAccount, [account])
        let isNew = try rows(
            .insertSuppression,
            [
                account, .int16(suppression.hashKey), .bytes(suppression.addressHash),
                .int16(suppression.scope.rawValue), .int32(suppression.list),
                .int16(suppression.reason.rawValue), .text(suppression.source),
            ]
        ) { try $0.bool(0) }.only(of: .insertSuppression)
        let contacts = try rows(.contactsByHash, [account, .bytes(suppression.addressHash)]) { try $0.int64(0) }
        if suppression.scope == .list {
            try run(.unsubscribeMembers, [.int32(suppression.list), .int64s(contacts)])
        }
        var receipt = try recall(suppression, contacts: contacts, isNew: isNew)
        if let way = suppression.way { receipt.proof = try prove(suppression, by: way, receipt) }
        return receipt
    }

    /// Recalls the contacts' rows in open campaigns.
    ///
    /// Two statements: the second has a snapshot younger than the locks, and so sees the changes they waited for.
    private func recall(
        _ suppression: Suppression,
        contacts: [ContactID],
        isNew: Bool
    ) throws -> SuppressionReceipt {
        guard !contacts.isEmpty else {
            return SuppressionReceipt(contact: nil, isNew: isNew, recalled: 0, alreadyOnTheirWay: 0)
        }
        let rows = try rows(
            .lockOpenDeliveries,
            [
                .int32(suppression.account), .int64s(contacts), .int16(suppression.scope.rawValue),
                .int32(suppression.list),
            ]
        ) { DeliveryKey(campaign: try $0.int32(0), seq: try $0.int32(1)) }
        let keys: [PostgresValue] = [.int32s(rows.map(\.campaign)), .int32s(rows.map(\.seq))]
        try run(.dropRetries, keys)
        let recalled = try run(.recallQueued, keys)
        let onTheirWay = try run(.markRecalled, keys)
        return SuppressionReceipt(
            contact: contacts.first,
            isNew: isNew,
            recalled: recalled,
            alreadyOnTheirWay: onTheirWay
        )
    }
}

extension Statement {
    /// Whether suppression `s` withholds a campaign's message: of all mail, of all marketing, or of its list's.
    ///
    /// - Parameters:
    ///   - kind: SQL for the campaign's kind.
    ///   - list: SQL for its list.
    /// - Returns: A condition on the row `s`.
    static func withholds(kind: String, list: String) -> String {
        """
        (s.scope = \(SuppressionScope.all.sql) OR \(kind) = \(CampaignKind.marketing.sql) \
        AND (s.scope = \(SuppressionScope.marketing.sql) \
        OR s.scope = \(SuppressionScope.list.sql) AND s.list_id = \(list)))
        """
    }

    /// Waits for a freeze of the account's campaigns, and makes the next one wait; `$1` account.
    static let shareAccount = Statement(
        "share-account",
        roles: [.admin, .web, .inbound],
        "SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.account.sql), $1)::text"
    )
    /// Tells whether it is new; one that was there is noted as repeated, so that nobody takes the first one back.
    ///
    /// `$1` account; `$2` key; `$3` hash; `$4` scope; `$5` list; `$6` reason; `$7` source.
    static let insertSuppression = Statement(
        "insert-suppression",
        roles: [.admin, .web, .inbound],
        """
        INSERT INTO suppressions (account_id, key_version, address_hash, scope, list_id, reason, source)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account_id, address_hash, key_version, scope, list_id, reason) DO UPDATE SET repeated_at = now()
        RETURNING repeated_at IS NULL
        """
    )
    /// `$1` account; `$2` hash.
    static let contactsByHash = Statement(
        "contacts-by-hash",
        roles: [.admin, .web, .inbound],
        "SELECT contact_id FROM contacts WHERE account_id = $1 AND address_hash = $2 ORDER BY contact_id"
    )
    /// `$1` list; `$2` contacts.
    static let unsubscribeMembers = Statement(
        "unsubscribe-members",
        roles: [.admin, .web, .inbound],
        """
        UPDATE list_members SET status = \(MembershipStatus.unsubscribed.sql), changed_at = now()
        WHERE list_id = $1 AND contact_id = ANY($2::bigint[]) AND status = \(MembershipStatus.subscribed.sql)
        """
    )
    /// Locks, in the order of the claim, what is not final in campaigns that the scope is about.
    ///
    /// `$1` account; `$2` contacts; `$3` scope; `$4` list. Transactional campaigns only obey the scope `all`.
    static let lockOpenDeliveries = Statement(
        "lock-open-deliveries",
        roles: [.admin, .web, .inbound],
        """
        SELECT d.campaign_id, d.seq
        FROM campaigns c JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = ANY($2::bigint[])
        WHERE c.account_id = $1 AND c.state IN (\(CampaignState.open.sql)) AND d.state IN (\(DeliveryState.open.sql))
          AND ($3::smallint = \(SuppressionScope.all.sql) OR c.kind = \(CampaignKind.marketing.sql))
          AND ($3::smallint <> \(SuppressionScope.list.sql) OR d.list_id = $4)
        ORDER BY d.campaign_id, d.seq FOR UPDATE OF d
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let dropRetries = Statement(
        "drop-retries",
        roles: [.admin, .web, .inbound],
        """
        DELETE FROM retries r USING unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE r.campaign_id = k.campaign_id AND r.seq = k.seq
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let recallQueued = Statement(
        "recall-queued",
        roles: [.admin, .web, .inbound],
        """
        UPDATE deliveries d SET state = \(DeliveryState.suppressed.sql), reason = \(DeliveryReason.recalled.sql),
            changed_at = now()
        FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state IN (\(DeliveryState.waiting.sql))
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let markRecalled = Statement(
        "mark-recalled",
        roles: [.admin, .web, .inbound],
        """
        UPDATE deliveries d SET recalled = true
        FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state = \(DeliveryState.sending.sql)
        """
    )
}
