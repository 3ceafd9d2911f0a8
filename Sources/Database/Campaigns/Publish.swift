import Core
import DatabaseClient

extension ProducerStore {
    /// Moves the cursors of lanes past the confirmed jobs.
    package func moveCursors(_ cursors: [(campaign: CampaignID, lane: LeasedLane, cursor: Seq)]) async throws {
        guard !cursors.isEmpty else { return }
        // Always in the same order: two producers that both believe to have a lane must not wait for each other.
        let moves = cursors.sorted { ($0.campaign, $0.lane.lane) < ($1.campaign, $1.lane.lane) }
        _ = try await pool.withConnection { connection in
            try await connection.run(
                .moveCursors,
                [
                    .int32s(moves.map(\.campaign)), .int16s(moves.map(\.lane.lane)),
                    .int32s(moves.map(\.lane.generation)), .int32s(moves.map(\.cursor)), .int64(token),
                ]
            )
        }
    }

    /// The next rows of a lane that are still pending.
    package func pending(_ campaign: CampaignID, _ lane: LeasedLane, limit: Int) async throws -> [Seq] {
        try await pool.withConnection { connection in
            try await connection.rows(
                .pendingAfterCursor,
                [.int32(campaign), .int32(lane.cursor), .int32(lane.lastSeq), .int32(Int32(limit))]
            ) { try $0.int32(0) }
        }
    }

    /// Publishes lanes again: a new generation, from the lowest row that is still pending.
    package func renewGenerations(_ campaign: CampaignID, _ lanes: [LeasedLane]) async throws {
        let token = token
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                // First: it waits for a reopen in progress, whose rows the next statements then see.
                try connection.run(.clearRepublish, [.int32(campaign), .int64(token)])
                for lane in lanes {
                    try connection.run(
                        .renewGeneration,
                        [.int32(campaign), .int16(lane.lane), .int32(lane.generation), .int64(token)]
                    )
                }
                try connection.run(.hastenRetries, [.int32(campaign), .int64(token)])
            }
        }
    }
}

extension Statement {
    /// Moves the cursors of lanes past the confirmed jobs.
    ///
    /// `$1` campaigns; `$2` lanes; `$3` generations; `$4` cursors; `$5` this producer's token.
    static let moveCursors = Statement(
        "move-cursors",
        role: .producer,
        isHot: true,
        """
        UPDATE campaign_lanes l SET cursor = m.cursor
        FROM unnest($1::int[], $2::smallint[], $3::int[], $4::int[]) AS m(campaign_id, lane_id, generation, cursor)
        WHERE l.campaign_id = m.campaign_id AND l.lane_id = m.lane_id AND l.generation = m.generation
          AND l.cursor < m.cursor
          AND EXISTS (SELECT FROM campaigns c WHERE c.campaign_id = m.campaign_id AND c.lease_token = $5)
        """
    )

    /// The next unpublished rows of a lane; for lanes that are published again.
    ///
    /// `$1` campaign; `$2` cursor; `$3` last seq of the lane; `$4` how many.
    static let pendingAfterCursor = Statement(
        "pending-after-cursor",
        role: .producer,
        isHot: true,
        """
        SELECT seq FROM deliveries
        WHERE campaign_id = $1 AND seq > $2 AND seq <= $3 AND state = \(DeliveryState.pending.sql) ORDER BY seq LIMIT $4
        """
    )

    /// Publishes a lane again: a new generation, from the lowest row that is still pending.
    ///
    /// `$1` campaign; `$2` lane; `$3` the generation that was lost; `$4` this producer's token.
    static let renewGeneration = Statement(
        "renew-generation",
        role: .producer,
        isHot: true,
        """
        UPDATE campaign_lanes l SET generation = l.generation + 1, cursor = COALESCE(
            (SELECT d.seq - 1 FROM deliveries d
             WHERE d.campaign_id = $1 AND d.seq BETWEEN l.first_seq AND l.last_seq
               AND d.state = \(DeliveryState.pending.sql)
             ORDER BY d.campaign_id, d.seq LIMIT 1),
            l.last_seq)
        WHERE l.campaign_id = $1 AND l.lane_id = $2 AND l.generation = $3
          AND EXISTS (SELECT FROM campaigns c WHERE c.campaign_id = $1 AND c.lease_token = $4)
        """
    )

    /// Notes that a resumed campaign's lanes are published again.
    ///
    /// `$1` campaign; `$2` this producer's token.
    static let clearRepublish = Statement(
        "clear-republish",
        role: .producer,
        "UPDATE campaigns SET republish = false WHERE campaign_id = $1 AND lease_token = $2"
    )

    /// Publishes a resumed campaign's retries as soon as they are due: those published while it was paused were
    /// acknowledged.
    ///
    /// `$1` campaign; `$2` this producer's token.
    static let hastenRetries = Statement(
        "hasten-retries",
        role: .producer,
        """
        UPDATE retries SET publish_at = due WHERE ctid = ANY (ARRAY(
            SELECT r.ctid FROM retries r JOIN campaigns c USING (campaign_id)
            WHERE r.campaign_id = $1 AND r.publish_at > r.due AND c.lease_token = $2 FOR UPDATE OF r SKIP LOCKED
        ))
        """
    )
}
