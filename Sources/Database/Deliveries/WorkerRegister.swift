import Core
import DatabaseClient

/// The leases of workers: who may send, by the database's clock.
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
    package func register(name: String, slots: Int, lanes: [String]) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(
                .registerWorker,
                [.int64(workerRun), .text(name), .int32(Int32(slots)), .texts(lanes), .double(leaseSeconds)]
            )
        }
    }

    /// Renews the lease.
    ///
    /// - Returns: `false` when it had run out: what was in flight may be another worker's now.
    package func renew() async throws -> Bool {
        try await pool.withConnection { connection in
            try await connection.run(.renewWorker, [.int64(workerRun), .double(leaseSeconds)])
        } == 1
    }

    /// Ends the lease; what is left behind is swept at once.
    package func end() async throws {
        _ = try await pool.withConnection(deadline: .seconds(2)) { connection in
            try await connection.run(.endWorker, [.int64(workerRun)])
        }
    }

    /// Claims of this worker run that are older than a minute, with their rows: to be compared with what is in flight.
    package func oldClaims() async throws -> [(token: ClaimToken, key: DeliveryKey)] {
        try await pool.withConnection { connection in
            try await connection.rows(.oldClaims, [.int64(workerRun)]) { row in
                (try row.int64(0), DeliveryKey(campaign: try row.int32(1), seq: try row.int32(2)))
            }
        }
    }
}
