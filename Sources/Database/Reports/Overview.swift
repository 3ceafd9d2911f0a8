import Core
import DatabaseClient

/// An account's counts: the view for billing.
package struct AccountCounts: Sendable {
    package let account: AccountFacts
    package let contacts: Int64
    package let campaigns: Int64
    /// Accepted messages.
    package let accepted: Int64
}

/// The backlog of one lane, of all accounts together.
package struct LaneOverview: Sendable {
    package let lane: String
    package let pending: Int64
    package let sending: Int64
    package let deferred: Int64
    /// Campaigns with pending rows.
    package let campaigns: Int64
    /// The start of the oldest of them.
    package let oldestStart: Double?
}

/// One run of a worker.
package struct WorkerFacts: Sendable {
    package let workerRun: Int64
    package let name: String
    package let slots: Int32
    package let lanes: [String]
    package let startedAt: Double
    /// The rest of its lease in seconds; negative once it is dead.
    package let aliveSeconds: Double
    /// Messages claimed and not recorded.
    package let inFlight: Int64
}

/// A campaign's refused or deferred messages, by provider and reason.
package struct FailureGroup: Sendable {
    /// The domain of the recipients.
    package let domain: String
    package let isFinal: Bool
    /// Of SMTP; 0 without a reply.
    package let code: Int16
    /// `5.7.1`; empty where the reply had none.
    package let enhanced: String
    package let reason: DeliveryReason
    package let count: Int64
}

extension AccountDatabase {
    /// Names of accounts after a number, for staff; `name`: part of them.
    package func accountNames(
        _ name: String,
        after account: AccountID,
        limit: Int32
    ) async throws -> [AccountFacts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.accountNames, [.int32(account), .text(name), .int32(limit)]) { row in
                AccountFacts(id: try row.int32(0), name: try row.text(1), createdAt: try row.timestamp(2))
            }
        }
    }

    /// The counts of accounts after a number, for billing; `name`: part of their names.
    package func accountCounts(
        _ name: String,
        after account: AccountID,
        limit: Int32
    ) async throws -> [AccountCounts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.accountCounts, [.int32(account), .text(name), .int32(limit)]) { row in
                AccountCounts(
                    account: AccountFacts(id: try row.int32(0), name: try row.text(1), createdAt: try row.timestamp(2)),
                    contacts: try row.int64(3),
                    campaigns: try row.int64(4),
                    accepted: try row.int64(5)
                )
            }
        }
    }

    package func laneOverviews() async throws -> [LaneOverview] {
        try await transaction(account: nil) { connection in
            try connection.rows(.laneOverview) { row in
                LaneOverview(
                    lane: try row.text(0),
                    pending: try row.int64(1),
                    sending: try row.int64(2),
                    deferred: try row.int64(3),
                    campaigns: try row.int64(4),
                    oldestStart: try row.optionalTimestamp(5)
                )
            }
        }
    }

    package func workers() async throws -> [WorkerFacts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.workerOverview) { row in
                WorkerFacts(
                    workerRun: try row.int64(0),
                    name: try row.text(1),
                    slots: try row.int32(2),
                    lanes: try row.texts(3),
                    startedAt: try row.timestamp(4),
                    aliveSeconds: try row.double(5),
                    inFlight: try row.int64(6)
                )
            }
        }
    }

    /// A campaign's most frequent refusals, by provider and reason; `nil` if there are too many to count for a page.
    package func failures(of campaign: CampaignID, account: AccountID) async throws -> [FailureGroup]? {
        do {
            return try await transaction(account: account) { connection in
                // No snapshot is held for long beside sending.
                try connection.execute("SET LOCAL statement_timeout = '3s'")
                return try connection.rows(.failuresByProvider, [.int32(campaign)]) { row in
                    FailureGroup(
                        domain: try row.text(0),
                        isFinal: try row.bool(1),
                        code: try row.int16(2),
                        enhanced: try row.text(3),
                        reason: DeliveryReason(rawValue: try row.int16(4)) ?? .none,
                        count: try row.int64(5)
                    )
                }
            }
        } catch let error as PostgresError where error.kind == .queryCanceled {
            return nil
        }
    }
}

extension Statement {
    static let forOverview: [Statement] = [
        .accountNames, .accountCounts, .laneOverview, .workerOverview, .failuresByProvider,
    ]

    /// `$1` after this account; `$2` part of the name; `$3` rows; so in both.
    static let accountNames = Statement(
        "account-names",
        role: .web,
        "SELECT account_id, name, created_at FROM account_names($1::int, $2::text, $3::int)"
    )
    static let accountCounts = Statement(
        "account-counts",
        role: .web,
        """
        SELECT account_id, name, created_at, contacts, campaigns, accepted
        FROM account_counts($1::int, $2::text, $3::int)
        """
    )
    static let laneOverview = Statement(
        "lane-overview",
        role: .web,
        "SELECT lane, pending, sending, deferred, campaigns, oldest FROM lane_overview()"
    )
    static let workerOverview = Statement(
        "worker-overview",
        roles: [.admin, .web],
        """
        SELECT w.incarnation, w.name, w.slots, w.lanes, w.started_at,
               extract(epoch FROM w.alive_until - clock_timestamp())::float8,
               (SELECT COALESCE(sum(cardinality(k.seqs)), 0)::bigint FROM claims k WHERE k.incarnation = w.incarnation)
        FROM workers w ORDER BY w.alive_until > now() DESC, w.name, w.incarnation LIMIT 500
        """
    )
    /// The last reply of each row that failed or waits, by domain. The text of a reply is not in it: it may name the
    /// recipient. `$1` campaign.
    static let failuresByProvider = Statement(
        "failures-by-provider",
        roles: [.admin, .web],
        """
        WITH last AS (
            SELECT DISTINCT ON (seq) seq, code, COALESCE(substring(reply from '^([245]\\.[0-9]{1,3}\\.[0-9]{1,3})\\M'), '') AS enhanced
            FROM replies WHERE campaign_id = $1 ORDER BY seq, reply_id DESC
        )
        SELECT c.domain, d.state = \(DeliveryState.failed.sql), l.code, l.enhanced, d.reason, count(*)
        FROM last l
        JOIN deliveries d ON d.campaign_id = $1 AND d.seq = l.seq
            AND d.state IN (\(DeliveryState.deferred.sql), \(DeliveryState.failed.sql))
        JOIN contacts c ON c.contact_id = d.contact_id
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC, 1, 3 LIMIT 25
        """
    )
}
