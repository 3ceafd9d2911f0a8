import Core
import DatabaseClient

/// The database's part of `veredus doctor`.
package struct DatabaseHealth: Sendable {
    package let serverVersion: String
    package let user: String
    package let workersAlive: Int64
    package let lanes: [String]
    /// Those that no living worker serves.
    package let unservedLanes: [String]
    /// By key number.
    package let addressKeyChecks: [Int16: [UInt8]]
    /// By key number: those that a program has started with.
    package let tokenKeyChecks: [Int16: [UInt8]]
    /// Whether the next campaigns have a partition.
    package let hasPartitionsAhead: Bool
    /// The process that serves the connection, where it is on this machine as far as addresses tell.
    package let localBackend: Int32?
    /// Of all accounts.
    package let deadLetters: (waiting: Int64, total: Int64)
    package let optOutLatency: LatencyHistogram
    /// Of all accounts.
    package let campaigns: [CampaignsUnderWay]
}

/// How many campaigns stand in one way, of all accounts.
package struct CampaignsUnderWay: Sendable, Equatable {
    package let state: CampaignState
    /// Whether a producer drives them, or did some seconds ago.
    package let isDriven: Bool
    /// Whether they were to start some seconds ago, or earlier.
    package let isDue: Bool
    package let count: Int64
    /// When the first of them starts, or was to start.
    package let firstStart: Double?
    /// The numbers of a few.
    package let examples: [CampaignID]

    package init(
        _ state: CampaignState,
        isDriven: Bool,
        isDue: Bool = false,
        count: Int64,
        firstStart: Double? = nil,
        examples: [CampaignID]
    ) {
        self.state = state
        self.isDriven = isDriven
        self.isDue = isDue
        self.count = count
        self.firstStart = firstStart
        self.examples = examples
    }
}

extension AccountDatabase {
    package func health() async throws -> DatabaseHealth {
        let deadLetters = try await countDeadLetters()
        let optOutLatency = try await latencies(of: .optOut)
        return try await transaction(account: nil) { connection in
            let facts = try connection.rows(.healthFacts) { row in
                (
                    version: try row.text(0), user: try row.text(1), workers: try row.int64(2),
                    lanes: try row.texts(3), partitions: try row.bool(4), backend: try row.optionalInt32(5),
                    unserved: try row.texts(6)
                )
            }.only(of: .healthFacts)
            return DatabaseHealth(
                serverVersion: facts.version,
                user: facts.user,
                workersAlive: facts.workers,
                lanes: facts.lanes,
                unservedLanes: facts.unserved,
                addressKeyChecks: try connection.keyChecks(of: "address"),
                tokenKeyChecks: try connection.keyChecks(of: "token"),
                hasPartitionsAhead: facts.partitions,
                localBackend: facts.backend,
                deadLetters: deadLetters,
                optOutLatency: optOutLatency,
                campaigns: try connection.rows(.campaignsUnderWay, [], CampaignsUnderWay.init)
            )
        }
    }

    /// The number of workers with a lease, by the database's clock.
    package func workersAlive() async throws -> Int64 {
        try await transaction(account: nil) { connection in
            try connection.rows(.workersAlive) { try $0.int64(0) }.only(of: .workersAlive)
        }
    }

    /// Records the first address key's check value, or compares it with the recorded one: it cannot change.
    ///
    /// `number`: The key's number.
    /// `checkValue`: The key's hash of a fixed text.
    /// - Returns: Whether it is the key that made the stored hashes.
    /// - Throws: ``PostgresError``.
    package func confirmAddressKey(number: Int16, checkValue: [UInt8]) async throws -> Bool {
        try await transaction(account: nil) { connection in
            try connection.run(.noteKeyCheck, [.int16(number), .bytes(checkValue)])
            return try connection.keyChecks(of: "address")[number] == checkValue
        }
    }
}

extension PostgresConnection {
    fileprivate func keyChecks(of purpose: String) throws -> [Int16: [UInt8]] {
        let checks = try rows(.keyChecks, [.text(purpose)]) { (number: try $0.int16(0), value: try $0.bytes(1)) }
        return Dictionary(uniqueKeysWithValues: checks.map { ($0.number, $0.value) })
    }
}

extension CampaignsUnderWay {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        let number = try row.int16(0)
        guard let state = CampaignState(rawValue: number) else {
            throw PostgresError.misuse("state \(number) is unknown", statement: Statement.campaignsUnderWay.name)
        }
        self.init(
            state,
            isDriven: try row.bool(1),
            isDue: try row.bool(2),
            count: try row.int64(3),
            firstStart: try row.optionalTimestamp(4),
            examples: try row.int32s(5)
        )
    }
}

extension Statement {
    static let healthFacts = Statement(
        "health-facts",
        role: .admin,
        """
        SELECT current_setting('server_version'), current_user::text,
               (SELECT count(*) FROM workers WHERE alive_until > clock_timestamp()),
               (SELECT array_agg(name ORDER BY lane_id) FROM lanes),
               to_regclass(format('deliveries_p%s', (SELECT last_value / 2000 + 1 FROM campaigns_campaign_id_seq)))
                   IS NOT NULL,
               CASE WHEN inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr() THEN pg_backend_pid() END,
               ARRAY(
                   SELECT name FROM lanes l WHERE NOT EXISTS (
                       SELECT FROM workers w WHERE w.alive_until > clock_timestamp() AND l.name = ANY (w.lanes))
                   ORDER BY lane_id)
        """
    )
    static let campaignsUnderWay = Statement(
        "campaigns-under-way",
        role: .admin,
        "SELECT state, driven, due, campaigns, first_start, examples FROM campaigns_under_way()"
    )
    static let workersAlive = Statement(
        "workers-alive",
        roles: [.admin, .web],
        "SELECT count(*) FROM workers WHERE alive_until > clock_timestamp()"
    )
    /// `$1` address or token.
    static let keyChecks = Statement(
        "key-checks",
        role: .admin,
        "SELECT key_version, check_value FROM key_checks WHERE purpose = $1"
    )
    /// Only the first is noted: the key cannot be changed. `$1` key; `$2` check value.
    static let noteKeyCheck = Statement(
        "note-key-check",
        role: .admin,
        """
        INSERT INTO key_checks (purpose, key_version, check_value)
        SELECT 'address', $1::smallint, $2::bytea WHERE NOT EXISTS (SELECT FROM key_checks WHERE purpose = 'address')
        ON CONFLICT DO NOTHING
        """
    )
}
