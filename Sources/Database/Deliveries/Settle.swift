import Core
import DatabaseClient

/// A message that a dead worker had in flight, as its flight log settles it.
package struct SettledMessage: Sendable {
    /// What the log proved; a column of `settlements`.
    package enum Kind: Int, Sendable, CaseIterable {
        /// No connection had it.
        case putBack
        /// It was on a connection, and its final dot was never sent. The worker may have died of it.
        case begun
        /// The server had answered.
        case recorded
        /// Past the dot and without a reply: decided by the campaign's policy.
        case unknown
    }

    package let kind: Kind
    package let result: DeliveryResult

    package init(_ kind: Kind, _ result: DeliveryResult) {
        self.kind = kind
        self.result = result
    }
}

extension AccountDatabase {
    /// How many of a campaign's messages were settled from flight logs, by what the logs proved.
    package func settled(of campaign: CampaignID, account: AccountID) async throws -> [SettledMessage.Kind: Int] {
        try await transaction(account: account) { connection in
            let counts = try connection.rows(.settledOfCampaign, [.int32(campaign)]) { row in
                try SettledMessage.Kind.allCases.map { ($0, Int(try row.int32(Int32($0.rawValue)))) }
            }
            return Dictionary(uniqueKeysWithValues: counts.first ?? [])
        }
    }
}

/// The database's side of settling flight logs, with the rights of a worker.
package struct SettlementStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// The worker run may send: whoever has its log must leave it alone.
    package struct LeaseLasts: Error {}

    /// Whether a worker run's lease lasts, or ended so short a while ago that it may not know yet.
    package func leaseLasts(_ run: WorkerRun) async throws -> Bool {
        try await pool.withConnection { try await $0.run(.runningLease, [.int64(run), .double(2)]) } > 0
    }

    /// Ends the lease of a worker run: no claim of it commits any more but those under way.
    package func endLease(of run: WorkerRun) async throws {
        _ = try await pool.withConnection { try await $0.run(.endLease, [.int64(run)]) }
    }

    /// Settles messages of a worker run whose lease has ended, by their tokens, in one transaction.
    ///
    /// Safe to repeat: a row takes only what it would have taken from the worker itself. It waits for claims of the
    /// worker run that are under way. Of a worker run that the database does not know to keep a log only what a server
    /// has said is recorded: a database that was restored may not know that a message was put back already and sent.
    /// - Returns: How many rows changed, by kind.
    /// - Throws: ``LeaseLasts``; ``PostgresError``.
    package func settle(_ messages: [SettledMessage], of run: WorkerRun) async throws -> [SettledMessage.Kind: Int] {
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                try connection.run(.lockWorkerRun, [.int32(AdvisoryLock.number(of: run))])
                guard try connection.run(.runningLease, [.int64(run), .double(0)]) == 0 else { throw LeaseLasts() }
                let isKnown = try connection.run(.workerKeepsLog, [.int64(run)]) > 0
                let messages = isKnown ? messages : messages.filter { $0.kind == .recorded && $0.result.state.isFinal }
                var settled: [SettledMessage.Kind: Int] = [:]
                let campaigns = Dictionary(grouping: messages, by: \.result.key.campaign).sorted { $0.key < $1.key }
                for (campaign, messages) in campaigns {
                    var counts: [SettledMessage.Kind: Int] = [:]
                    for (kind, messages) in Dictionary(grouping: messages, by: \.kind) {
                        let results = messages.map(\.result).sorted { $0.key < $1.key }
                        if kind == .begun { try connection.raiseBegun(results) }
                        counts[kind] = try connection.recordResults(results, finished: [])
                    }
                    try connection.run(
                        .countSettled,
                        [.int32(campaign)] + SettledMessage.Kind.allCases.map { .int32(Int32(counts[$0] ?? 0)) }
                    )
                    settled.merge(counts) { $0 + $1 }
                }
                try connection.run(.endSettledClaims, [.int64(run)])
                return settled
            }
        }
    }

    /// How many claims of a worker run have rows that are not settled.
    package func claimsLeft(of run: WorkerRun) async throws -> Int {
        try await pool.withConnection { try await $0.rows(.claimsLeft, [.int64(run)]) { Int(try $0.int32(0)) } }.first
            ?? 0
    }

    /// Leaves the rest of a worker run's claims to the sweep, which waits no longer.
    package func endWait(for run: WorkerRun) async throws {
        _ = try await pool.withConnection { try await $0.run(.endWait, [.int64(run)]) }
    }
}

extension PostgresConnection {
    fileprivate func raiseBegun(_ results: [DeliveryResult]) throws {
        try run(
            .raiseBegun,
            [
                .int32s(results.map(\.key.campaign)), .int32s(results.map(\.key.seq)), .int64s(results.map(\.token)),
            ]
        )
    }
}

extension Statement {
    /// A row if a worker run's lease lasts, or ended within some seconds.
    ///
    /// `$1` worker run; `$2` seconds.
    static let runningLease = Statement(
        "running-lease",
        role: .worker,
        """
        SELECT FROM workers
        WHERE incarnation = $1 AND alive_until > clock_timestamp() - $2::float8 * interval '1 second'
        """
    )

    /// `$1` worker run.
    static let endLease = Statement(
        "end-lease",
        role: .worker,
        "UPDATE workers SET alive_until = clock_timestamp() WHERE incarnation = $1 AND alive_until > clock_timestamp()"
    )

    /// A row if a worker run keeps a log, and nothing speaks against believing it.
    ///
    /// `$1` worker run.
    static let workerKeepsLog = Statement(
        "worker-keeps-log",
        role: .worker,
        "SELECT FROM workers WHERE incarnation = $1 AND keeps_log FOR NO KEY UPDATE"
    )

    /// Waits for the claims of a worker run that are under way.
    ///
    /// `$1` the worker run's number.
    static let lockWorkerRun = Statement(
        "lock-worker-run",
        role: .worker,
        "SELECT pg_advisory_xact_lock(\(AdvisoryLock.workerRun.sql), $1)::text"
    )

    /// Counts rows that were on a connection when their worker died.
    ///
    /// `$1` campaigns; `$2` seqs, ascending with them; `$3` tokens.
    static let raiseBegun = Statement(
        "raise-begun",
        role: .worker,
        """
        WITH begun AS MATERIALIZED (
            SELECT d.campaign_id, d.seq
            FROM unnest($1::int[], $2::int[], $3::bigint[]) AS g(campaign_id, seq, token)
            JOIN deliveries d ON d.campaign_id = g.campaign_id AND d.seq = g.seq AND d.token = g.token
                AND d.state = \(DeliveryState.sending.sql)
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE OF d
        )
        UPDATE deliveries d SET suspect = d.suspect + 1
        FROM begun b WHERE d.campaign_id = b.campaign_id AND d.seq = b.seq
        """
    )

    /// `$1` campaign; `$2` to `$5` how many, in the order of ``SettledMessage/Kind``.
    static let countSettled = Statement(
        "count-settled",
        role: .worker,
        """
        INSERT INTO settlements AS s (campaign_id, account_id, put_back, begun, recorded, unknown)
        SELECT campaign_id, account_id, $2::int, $3::int, $4::int, $5::int FROM campaigns
        WHERE campaign_id = $1 AND $2::int + $3::int + $4::int + $5::int > 0
        ON CONFLICT (campaign_id) DO UPDATE SET put_back = s.put_back + excluded.put_back,
            begun = s.begun + excluded.begun, recorded = s.recorded + excluded.recorded,
            unknown = s.unknown + excluded.unknown
        """
    )

    /// `$1` campaign. In the order of ``SettledMessage/Kind``.
    static let settledOfCampaign = Statement(
        "settled-of-campaign",
        roles: [.admin, .web],
        "SELECT put_back, begun, recorded, unknown FROM settlements WHERE campaign_id = $1"
    )

    /// Ends claims of a worker run with nothing in flight.
    ///
    /// `$1` worker run.
    static let endSettledClaims = Statement(
        "end-settled-claims",
        role: .worker,
        """
        DELETE FROM claims k WHERE k.incarnation = $1 AND NOT EXISTS (
            SELECT FROM unnest(k.seqs) AS s(seq) JOIN deliveries d
                ON d.campaign_id = k.campaign_id AND d.seq = s.seq AND d.token = k.token
                AND d.state = \(DeliveryState.sending.sql)
        )
        """
    )

    /// `$1` worker run.
    static let claimsLeft = Statement(
        "claims-left",
        role: .worker,
        "SELECT count(*)::int FROM claims WHERE incarnation = $1"
    )

    /// `$1` worker run.
    static let endWait = Statement(
        "end-wait",
        role: .worker,
        "UPDATE workers SET keeps_log = false WHERE incarnation = $1 AND keeps_log"
    )
}
