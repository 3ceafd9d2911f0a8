import Core
import DatabaseClient

/// A campaign's returned mail.
package struct ReturnedFacts: Sendable {
    /// Messages that failed for one reason at one provider.
    package struct Bounced: Sendable {
        package let reason: BounceReason
        package let consequence: BounceConsequence
        package let lane: String
        /// Empty where all recipients are erased.
        package let domain: String
        package let count: Int64
    }

    /// The most frequent first.
    package let bounced: [Bounced]
    /// Recipients whose message failed, during SMTP or later; who complained; who opted out by mail.
    package let failed: Int64
    package let complaints: Int64
    package let unsubscribed: Int64
    /// Recipients who opted out through the message's link or their mail program's button, and did not undo it.
    package let left: Int64
    package let rule: ComplaintRule
}

extension AccountDatabase {
    /// A campaign's returned mail; at most `limit` reasons and providers.
    package func returned(
        of campaign: CampaignID,
        account: AccountID,
        limit: Int32 = 20
    ) async throws -> ReturnedFacts {
        let rules = try await rules(of: account)
        return try await transaction(account: account, hasOneSnapshot: true) { connection in
            let counts = try connection.rows(.returnedCounts, [.int32(campaign)]) { row in
                (
                    failed: try row.int64(0), complaints: try row.int64(1), unsubscribed: try row.int64(2),
                    left: try row.int64(3)
                )
            }.only(of: .returnedCounts)
            return ReturnedFacts(
                bounced: try connection.rows(.bouncesByProvider, [.int32(campaign), .int32(limit)]) { row in
                    ReturnedFacts.Bounced(
                        reason: BounceReason(number: try row.int16(0)) ?? .unknown,
                        consequence: BounceConsequence(number: try row.int16(1)) ?? .nothing,
                        lane: try row.text(2),
                        domain: try row.text(3),
                        count: try row.int64(4)
                    )
                },
                failed: counts.failed,
                complaints: counts.complaints,
                unsubscribed: counts.unsubscribed,
                left: counts.left,
                rule: rules.complaints
            )
        }
    }

    /// The number of throttled accounts, their lanes, and the latest end.
    package func throttles() async throws -> (accounts: Int64, lanes: [String], until: Double?) {
        try await transaction(account: nil) { connection in
            try connection.rows(.countThrottles) { row in
                (accounts: try row.int64(0), lanes: try row.texts(1), until: try row.optionalTimestamp(2))
            }.only(of: .countThrottles)
        }
    }
}

extension Statement {
    static let returnedFacts: [Statement] = [.returnedCounts, .bouncesByProvider, .countThrottles]

    /// `$1` campaign.
    static let returnedCounts = Statement(
        "returned-counts",
        roles: [.admin, .web],
        isHot: true,
        """
        SELECT count(DISTINCT seq) FILTER (WHERE kind IN (\(BounceKind.bounces.sql))),
               count(DISTINCT seq) FILTER (WHERE kind = \(BounceKind.complaint.sql)),
               count(DISTINCT seq) FILTER (WHERE kind = \(BounceKind.unsubscribe.sql)),
               (SELECT count(DISTINCT p.seq) FROM opt_out_proofs p
                WHERE p.campaign_id = $1 AND p.action IN (\(OptOutAction.list.sql), \(OptOutAction.marketing.sql))
                  AND p.way IN (\(OptOutWay.ofPages.sql))
                  AND NOT EXISTS (SELECT FROM opt_out_proofs u WHERE u.undoes = p.proof_id))
        FROM bounces WHERE campaign_id = $1
        """
    )
    /// `$1` campaign; `$2` how many rows. The domain is the contact's now: an erasure takes it from here, too.
    static let bouncesByProvider = Statement(
        "bounces-by-provider",
        roles: [.admin, .web],
        isHot: true,
        """
        SELECT b.reason, b.consequence, l.name, c.domain, count(DISTINCT b.seq)
        FROM bounces b
        JOIN lanes l ON l.lane_id = b.lane_id
        JOIN contacts c ON c.contact_id = b.contact_id
        WHERE b.campaign_id = $1 AND b.kind IN (\(BounceKind.bounces.sql))
        GROUP BY b.reason, b.consequence, l.name, c.domain
        ORDER BY count(DISTINCT b.seq) DESC, b.reason, l.name, c.domain LIMIT $2
        """
    )
    static let countThrottles = Statement(
        "count-throttles",
        role: .admin,
        "SELECT accounts, lanes, until FROM count_brakes()"
    )
}
