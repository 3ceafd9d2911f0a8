import Core
import DatabaseClient

/// An account's limits for bounces and complaints.
package struct AccountRules: Sendable, Equatable {
    /// Consecutive soft bounces that suppress, and the days within which they count.
    package var softBounces: Int16
    package var softBounceDays: Int16
    /// Of a million accepted messages.
    package var complaintsWarn: Int32
    package var complaintsPause: Int32
    /// Fewer complaints pause nothing.
    package var complaintsLeast: Int32
    /// Refusals of the sender within ten minutes that start a throttle.
    package var throttleBlocks: Int32

    package var complaints: ComplaintRule {
        ComplaintRule(
            warnMillionths: Int(complaintsWarn),
            pauseMillionths: Int(complaintsPause),
            least: Int(complaintsLeast)
        )
    }
}

/// A lane that is throttled for an account's marketing.
package struct ThrottleFacts: Sendable {
    package let lane: String
    package let until: Double
    /// 0 for the first one in a while.
    package let level: Int16
    package let blocked: Int32
}

extension AccountDatabase {
    package func rules(of account: AccountID) async throws -> AccountRules {
        try await transaction(account: account) { connection in
            try connection.rows(.accountRules, [.int32(account)], AccountRules.init).only(of: .accountRules)
        }
    }

    /// Changes an account's rules, with a row in the audit log.
    package func change(
        _ account: AccountID,
        reason: String,
        _ change: @escaping @Sendable (inout AccountRules) -> Void
    ) async throws -> AccountRules {
        try await transaction(account: account) { connection in
            var rules = try connection.rows(.accountRules, [.int32(account)], AccountRules.init).only(of: .accountRules)
            change(&rules)
            try connection.run(
                .changeAccountRules,
                [
                    .int32(account), .int16(rules.softBounces), .int16(rules.softBounceDays),
                    .int32(rules.complaintsWarn), .int32(rules.complaintsPause), .int32(rules.complaintsLeast),
                    .int32(rules.throttleBlocks),
                ]
            )
            try connection.write(AuditEntry("account.rules", "\(rules)", reason: reason), by: actor, account: account)
            return rules
        }
    }

    /// Complaints and accepted messages of an account's last 30 days.
    package func complaintRate(of account: AccountID) async throws -> ComplaintRate {
        try await transaction(account: account) { connection in
            try connection.rows(.complaintsOfAccount, [.int32(account)]) { row in
                ComplaintRate(complaints: Int(try row.int64(0)), accepted: Int(try row.int64(1)))
            }.only(of: .complaintsOfAccount)
        }
    }

    /// Lanes that an account is throttled in now.
    package func throttles(of account: AccountID) async throws -> [ThrottleFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(.throttlesOfAccount, [.int32(account)]) { row in
                ThrottleFacts(
                    lane: try row.text(0),
                    until: try row.timestamp(1),
                    level: try row.int16(2),
                    blocked: try row.int32(3)
                )
            }
        }
    }

    /// Lifts an account's throttles.
    ///
    /// - Returns: The number lifted.
    package func releaseThrottles(of account: AccountID, reason: String) async throws -> Int {
        try await transaction(account: account) { connection in
            let released = try connection.run(.releaseThrottles, [.int32(account)])
            try connection.write(
                AuditEntry("lane.release", "\(released) throttles", reason: reason),
                by: actor,
                account: account
            )
            return released
        }
    }
}

extension AccountRules {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        softBounces = try row.int16(0)
        softBounceDays = try row.int16(1)
        complaintsWarn = try row.int32(2)
        complaintsPause = try row.int32(3)
        complaintsLeast = try row.int32(4)
        throttleBlocks = try row.int32(5)
    }
}

extension AccountRules: CustomStringConvertible {
    package var description: String {
        "soft \(softBounces) in \(softBounceDays) days, complaints \(complaintsWarn) and \(complaintsPause) of a million, "
            + "at least \(complaintsLeast), throttle at \(throttleBlocks)"
    }
}

extension Statement {
    static let complaints: [Statement] = [
        .accountRules, .changeAccountRules, .complaintsOfAccount, .complainedCampaigns, .throttlesOfAccount,
        .releaseThrottles,
    ]

    /// `$1` account.
    static let accountRules = Statement(
        "account-rules",
        roles: [.admin, .web],
        """
        SELECT soft_bounces, soft_bounce_days, complaints_warn, complaints_pause, complaints_least, brake_blocks
        FROM accounts WHERE account_id = $1
        """
    )
    /// `$1` account; the rules in the order of `account-rules`.
    static let changeAccountRules = Statement(
        "change-account-rules",
        role: .admin,
        """
        UPDATE accounts SET soft_bounces = $2, soft_bounce_days = $3, complaints_warn = $4, complaints_pause = $5,
            complaints_least = $6, brake_blocks = $7
        WHERE account_id = $1
        """
    )
    /// `$1` account. Of a campaign that began before, accepted messages and complaints are left out alike.
    static let complaintsOfAccount = Statement(
        "complaints-of-account",
        role: .admin,
        """
        SELECT (SELECT count(DISTINCT (b.campaign_id, b.seq)) FROM bounces b JOIN campaigns c USING (campaign_id)
                WHERE b.account_id = $1 AND b.kind = \(BounceKind.complaint.sql)
                  AND c.started_at > now() - interval '30 days'),
               (SELECT COALESCE(sum(k.accepted), 0)::int8 FROM campaigns c JOIN counters k USING (campaign_id)
                WHERE c.account_id = $1 AND c.started_at > now() - interval '30 days')
        """
    )
    /// Marketing campaigns with too many complaints, about the campaign or about the whole account in 30 days.
    ///
    /// Complaints before the last resume do not count towards the minimum: an operator has seen them.
    /// `$1` the producer's token.
    static let complainedCampaigns = Statement(
        "complained-campaigns",
        role: .producer,
        """
        WITH driven AS MATERIALIZED (
            SELECT campaign_id, account_id, complaints_before, account_complaints_before FROM campaigns
            WHERE lease_token = $1 AND state = \(CampaignState.running.sql) AND kind = \(CampaignKind.marketing.sql)
        ), whole AS MATERIALIZED (
            SELECT a.account_id, a.complaints_pause AS pause, a.complaints_least AS least, b.complaints, k.accepted
            FROM (SELECT DISTINCT account_id FROM driven) AS o
            JOIN accounts a ON a.account_id = o.account_id
            CROSS JOIN LATERAL (
                SELECT count(DISTINCT (b.campaign_id, b.seq)) AS complaints
                FROM bounces b JOIN campaigns c USING (campaign_id)
                WHERE b.account_id = a.account_id AND b.kind = \(BounceKind.complaint.sql)
                  AND b.created_at > now() - interval '30 days' AND c.started_at > now() - interval '30 days'
            ) AS b
            CROSS JOIN LATERAL (
                -- Only of an account with enough complaints: this reads all its campaigns.
                SELECT COALESCE(sum(k.accepted), 0)::int8 AS accepted
                FROM campaigns c JOIN counters k USING (campaign_id)
                WHERE b.complaints >= a.complaints_least AND c.account_id = a.account_id
                  AND c.started_at > now() - interval '30 days'
            ) AS k
            WHERE b.complaints >= a.complaints_least
        )
        SELECT DISTINCT ON (d.campaign_id) d.campaign_id, r.complaints, r.accepted, r.of_account
        FROM driven d
        JOIN whole w ON w.account_id = d.account_id
        CROSS JOIN LATERAL (
            SELECT w.complaints, w.accepted, d.account_complaints_before AS before, true AS of_account
            UNION ALL
            SELECT (SELECT count(DISTINCT b.seq) FROM bounces b
                    WHERE b.account_id = d.account_id AND b.campaign_id = d.campaign_id
                      AND b.kind = \(BounceKind.complaint.sql)),
                   (SELECT COALESCE(sum(k.accepted), 0)::int8 FROM counters k WHERE k.campaign_id = d.campaign_id),
                   d.complaints_before, false
        ) AS r
        WHERE r.complaints - r.before >= w.least AND r.accepted > 0
          AND r.complaints * 1000000 >= w.pause * r.accepted
        ORDER BY d.campaign_id, r.of_account
        """
    )
    /// `$1` account.
    static let throttlesOfAccount = Statement(
        "throttles-of-account",
        roles: [.admin, .web],
        """
        SELECT l.name, b.until, b.level, b.blocked FROM brakes b JOIN lanes l ON l.lane_id = b.lane_id
        WHERE b.account_id = $1 AND b.until > now() ORDER BY l.lane_id
        """
    )
    /// `$1` account.
    static let releaseThrottles = Statement(
        "release-throttles",
        role: .admin,
        "DELETE FROM brakes WHERE account_id = $1 AND until > now()"
    )
}
