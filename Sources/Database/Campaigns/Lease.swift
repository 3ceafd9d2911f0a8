import Core
import DatabaseClient

/// One lane of a campaign that this producer runs.
package struct LeasedLane: Sendable, Equatable {
    package let lane: LaneID
    package let name: String
    package let firstSeq: Seq
    package let lastSeq: Seq
    package let cursor: Seq
    package let generation: Generation
    package let pending: Int32
    package let sending: Int32
    package let deferred: Int32
    /// Too many refusals of the sender: nothing is published until the throttle ends.
    package let isThrottled: Bool

    package init(
        lane: LaneID,
        name: String,
        firstSeq: Seq,
        lastSeq: Seq,
        cursor: Seq,
        generation: Generation,
        pending: Int32,
        sending: Int32,
        deferred: Int32,
        isThrottled: Bool = false
    ) {
        self.lane = lane
        self.name = name
        self.firstSeq = firstSeq
        self.lastSeq = lastSeq
        self.cursor = cursor
        self.generation = generation
        self.pending = pending
        self.sending = sending
        self.deferred = deferred
        self.isThrottled = isThrottled
    }
}

/// One campaign that this producer runs.
package struct LeasedCampaign: Sendable, Equatable {
    package let campaign: CampaignID
    package let account: AccountID
    package let state: CampaignState
    /// Resumed: its jobs must be published again.
    package let isToBeRepublished: Bool
    package let isExpired: Bool
    package var lanes: [LeasedLane]

    package init(
        campaign: CampaignID,
        account: AccountID,
        state: CampaignState,
        isToBeRepublished: Bool,
        isExpired: Bool,
        lanes: [LeasedLane]
    ) {
        self.campaign = campaign
        self.account = account
        self.state = state
        self.isToBeRepublished = isToBeRepublished
        self.isExpired = isExpired
        self.lanes = lanes
    }
}

extension ProducerStore {
    /// Leases the campaigns without a lease, those whose time has come among them, and renews this producer's own.
    ///
    /// `startGrace`: How many seconds late a scheduled start may be.
    package func lease(seconds: Double, startGrace: Double = 3_600) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.leaseCampaigns, [.int64(token), .double(seconds), .double(startGrace)])
        }
    }

    /// Campaigns that missed their start by more than the grace: no producer runs them.
    package func missedStarts(startGrace: Double) async throws -> [CampaignID] {
        try await pool.withConnection { connection in
            try await connection.rows(.missedStarts, [.double(startGrace)]) { try $0.int32(0) }
        }
    }

    /// Releases the campaigns that this producer runs; it must not change them afterwards.
    package func release() async throws {
        _ = try await pool.withConnection(deadline: .seconds(2)) {
            try await $0.run(.releaseCampaigns, [.int64(token)])
        }
    }

    /// The campaigns that this producer runs.
    package func leased() async throws -> [LeasedCampaign] {
        let rows = try await pool.withConnection { connection in
            try await connection.rows(.leasedCampaigns, [.int64(token)]) { try LeasedCampaign($0) }
        }
        // One row a lane, ordered by campaign.
        return rows.reduce(into: []) { campaigns, row in
            if campaigns.last?.campaign == row.campaign {
                campaigns[campaigns.count - 1].lanes += row.lanes
            } else {
                campaigns.append(row)
            }
        }
    }
}

extension Statement {
    /// Leases the campaigns without a lease, and renews this producer's own.
    ///
    /// A due campaign starts. A start missed by more than its grace is left alone: the operator must start it again.
    /// `$1` this producer's token; `$2` seconds of the lease; `$3` seconds of grace.
    static let leaseCampaigns = Statement(
        "lease-campaigns",
        role: .producer,
        """
        UPDATE campaigns c
        SET lease_token = $1, lease_until = now() + $2::float8 * interval '1 second',
            state = CASE WHEN c.state = \(CampaignState.scheduled.sql) THEN \(CampaignState.starting.sql)
                         ELSE c.state END
        FROM (
            SELECT campaign_id FROM campaigns
            WHERE state IN (\(CampaignState.awaited.sql))
              AND (state NOT IN (\(CampaignState.toStart.sql))
                   OR start_at <= now() AND start_at > now() - $3::float8 * interval '1 second')
              AND (lease_until < now() OR lease_token = $1 AND lease_until < now() + $2::float8 * interval '0.7 second'
                   -- Whoever had it before its time was changed does not drive it.
                   OR state = \(CampaignState.scheduled.sql))
            FOR UPDATE SKIP LOCKED
        ) AS free
        WHERE c.campaign_id = free.campaign_id
        """
    )

    /// Campaigns whose start was missed by more than its grace.
    ///
    /// `$1` seconds of grace.
    static let missedStarts = Statement(
        "missed-starts",
        role: .producer,
        """
        SELECT campaign_id FROM campaigns
        WHERE state IN (\(CampaignState.toStart.sql)) AND start_at <= now() - $1::float8 * interval '1 second'
        """
    )

    /// Releases the campaigns that this producer runs: another one leases them at its next tick.
    ///
    /// `$1` this producer's token.
    static let releaseCampaigns = Statement(
        "release-campaigns",
        role: .producer,
        """
        UPDATE campaigns SET lease_until = now() - interval '1 second'
        WHERE lease_token = $1 AND lease_until > now() AND state IN (\(CampaignState.open.sql))
        """
    )

    /// The campaigns that this producer runs, with the progress of each lane.
    ///
    /// `$1` this producer's token.
    static let leasedCampaigns = Statement(
        "driven-campaigns",
        role: .producer,
        """
        SELECT c.campaign_id, c.account_id, c.state, c.republish, COALESCE(c.expires_at <= now(), false),
               l.lane_id, n.name, l.first_seq, l.last_seq, l.cursor, l.generation,
               COALESCE(k.pending, 0), COALESCE(k.sending, 0), COALESCE(k.deferred, 0),
               c.kind = \(CampaignKind.marketing.sql) AND EXISTS (
                   SELECT FROM brakes b WHERE b.account_id = c.account_id AND b.lane_id = l.lane_id AND b.until > now())
        FROM campaigns c
        LEFT JOIN campaign_lanes l USING (campaign_id)
        LEFT JOIN lanes n USING (lane_id)
        LEFT JOIN LATERAL (
            SELECT sum(pending)::int AS pending, sum(sending)::int AS sending, sum(deferred)::int AS deferred
            FROM counters k WHERE k.campaign_id = c.campaign_id AND k.lane_id = l.lane_id
        ) AS k ON true
        WHERE c.lease_token = $1 AND c.lease_until > now() AND c.state IN (\(CampaignState.open.sql))
        ORDER BY c.campaign_id, l.lane_id
        """
    )
}

extension LeasedCampaign {
    /// Reads a row of `driven-campaigns`: a campaign, and one of its lanes.
    fileprivate init(_ row: borrowing PostgresRow) throws {
        campaign = try row.int32(0)
        account = try row.int32(1)
        state = CampaignState(rawValue: try row.int16(2)) ?? .draft
        isToBeRepublished = try row.bool(3)
        isExpired = try row.bool(4)
        guard let lane = try row.optionalInt16(5) else {
            lanes = []
            return
        }
        lanes = [
            LeasedLane(
                lane: lane,
                name: try row.text(6),
                firstSeq: try row.int32(7),
                lastSeq: try row.int32(8),
                cursor: try row.int32(9),
                generation: try row.int32(10),
                pending: try row.int32(11),
                sending: try row.int32(12),
                deferred: try row.int32(13),
                isThrottled: try row.bool(14)
            )
        ]
    }
}
