import Core
import DatabaseClient

/// A lane with its recipient domains.
package struct LaneFacts: Sendable {
    package let id: LaneID
    package let name: String
    package let domains: [String]
}

/// A domain that already belongs to a lane.
package struct DomainTaken: Error, Equatable, Sendable {
    package let domain: String
    package let lane: String
}

extension AccountDatabase {
    package func lanes() async throws -> [LaneFacts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.lanes) { row in
                LaneFacts(id: try row.int16(0), name: try row.text(1), domains: try row.texts(2))
            }
        }
    }

    /// Creates a lane; campaigns already frozen keep their lanes.
    ///
    /// - Throws: ``DomainTaken``; ``PostgresError`` of kind `uniqueViolation` if the name is taken.
    package func createLane(named name: String, domains: [String]) async throws -> LaneID {
        try await transaction(account: nil) { connection in
            // One at a time: the number is the highest and one.
            try connection.run(.lockLanes)
            let taken = try connection.rows(.takenDomains, [.texts(domains)]) { row in
                DomainTaken(domain: try row.text(0), lane: try row.text(1))
            }
            if let first = taken.first { throw first }
            let ids = try connection.rows(.insertLane, [.text(name)]) { try $0.int16(0) }
            let id = try ids.only(of: .insertLane)
            try connection.run(.insertLaneDomains, [.int16(id), .texts(domains)])
            try connection.write(AuditEntry("lane.create", name), by: actor, account: nil)
            return id
        }
    }
}

extension Statement {
    static let lanes = Statement(
        "lanes",
        role: .admin,
        """
        SELECT l.lane_id, l.name, COALESCE(array_agg(d.domain ORDER BY d.domain) FILTER (WHERE d.domain <> ''), '{}')
        FROM lanes l LEFT JOIN lane_domains d ON d.lane_id = l.lane_id GROUP BY l.lane_id ORDER BY l.lane_id
        """
    )
    static let lockLanes = Statement(
        "lock-lanes",
        role: .admin,
        "SELECT pg_advisory_xact_lock(\(AdvisoryLock.lanes.sql), 0)::text"
    )
    static let insertLane = Statement(
        "insert-lane",
        role: .admin,
        "INSERT INTO lanes (lane_id, name) SELECT max(lane_id) + 1, $1 FROM lanes RETURNING lane_id"
    )
    /// `$1` domains.
    static let takenDomains = Statement(
        "taken-domains",
        role: .admin,
        """
        SELECT d.domain, l.name FROM lane_domains d JOIN lanes l ON l.lane_id = d.lane_id
        WHERE d.domain = ANY($1::text[]) ORDER BY d.domain
        """
    )
    /// `$1` lane; `$2` domains.
    static let insertLaneDomains = Statement(
        "insert-lane-domains",
        role: .admin,
        "INSERT INTO lane_domains (lane_id, domain) SELECT $1, domain FROM unnest($2::text[]) AS d(domain)"
    )
}
