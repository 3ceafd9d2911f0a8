import Core
import DatabaseClient

/// The leases of workers: the right to send, by the database's clock.
package struct WorkerRegister: Sendable {
    private let pool: PostgresPool
    private let workerRun: WorkerRun
    private let leaseSeconds: Double

    /// `leaseSeconds`: How long one renewal lasts.
    package init(_ pool: PostgresPool, workerRun: WorkerRun, leaseSeconds: Double) {
        self.pool = pool
        self.workerRun = workerRun
        self.leaseSeconds = leaseSeconds
    }

    /// Registers this worker run; it may send until its lease ends.
    ///
    /// `keepsLog`: Whether it has a flight log.
    package func register(name: String, slots: Int, lanes: [String], keepsLog: Bool = false) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(
                .registerWorker,
                [
                    .int64(workerRun), .text(name), .int32(Int32(slots)), .texts(lanes), .double(leaseSeconds),
                    .bool(keepsLog),
                ]
            )
        }
    }

    /// Renews the lease.
    ///
    /// - Returns: `false` if it had expired: another worker may have taken over what was in flight.
    package func renew() async throws -> Bool {
        try await pool.withConnection { connection in
            try await connection.run(.renewWorker, [.int64(workerRun), .double(leaseSeconds)])
        } == 1
    }

    /// Ends the lease; remaining claims are swept at once.
    package func end() async throws {
        _ = try await pool.withConnection(deadline: .seconds(2)) { connection in
            try await connection.run(.endWorker, [.int64(workerRun)])
        }
    }

    /// Claims of this worker run older than a minute, with their rows, to compare with what is in flight.
    package func oldClaims() async throws -> [(token: ClaimToken, key: DeliveryKey)] {
        try await pool.withConnection { connection in
            try await connection.rows(.oldClaims, [.int64(workerRun)]) { row in
                (try row.int64(0), DeliveryKey(campaign: try row.int32(1), seq: try row.int32(2)))
            }
        }
    }
}

extension Statement {
    /// Registers a worker run with its lease.
    ///
    /// `$1` worker run; `$2` name; `$3` slots; `$4` lanes; `$5` seconds; `$6` whether it keeps a flight log.
    static let registerWorker = Statement(
        "register-worker",
        role: .worker,
        """
        INSERT INTO workers (incarnation, name, slots, lanes, alive_until, keeps_log)
        VALUES ($1, $2, $3, $4::text[], now() + $5::float8 * interval '1 second', $6)
        """
    )

    /// Renews the lease; changes no row if it has run out, or was ended by who settles the worker's flight log, by the
    /// clock at the very moment: the transaction may have begun, and waited, while the lease lasted.
    ///
    /// `$1` worker run; `$2` seconds from now.
    static let renewWorker = Statement(
        "renew-worker",
        role: .worker,
        """
        UPDATE workers SET alive_until = now() + $2::float8 * interval '1 second'
        WHERE incarnation = $1 AND alive_until > clock_timestamp()
        """
    )

    /// Claims older than a minute, row by row: one whose COMMIT was executed after its connection was abandoned has
    /// messages that are not in flight.
    ///
    /// `$1` worker run.
    static let oldClaims = Statement(
        "old-claims",
        role: .worker,
        """
        SELECT token, campaign_id, unnest(seqs) FROM claims
        WHERE incarnation = $1 AND claimed_at < now() - interval '1 minute'
        """
    )

    /// Ends the lease of a gracefully stopping worker; remaining claims are swept at once.
    ///
    /// `$1` worker run.
    static let endWorker = Statement(
        "end-worker",
        role: .worker,
        """
        WITH left_behind AS (SELECT 1 FROM claims WHERE incarnation = $1),
        expired AS (UPDATE workers SET alive_until = now(), keeps_log = false WHERE incarnation = $1 AND EXISTS (SELECT FROM left_behind))
        DELETE FROM workers WHERE incarnation = $1 AND NOT EXISTS (SELECT FROM left_behind)
        """
    )
}
