import Core
import DatabaseClient

/// One lane of a campaign that this producer drives.
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
    /// Refused too often for who sends: nothing is published until the throttle is off.
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

/// One campaign that this producer drives.
package struct LeasedCampaign: Sendable, Equatable {
    package let campaign: CampaignID
    package let account: AccountID
    package let state: CampaignState
    /// Resumed: its jobs are to be published anew.
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

/// A deferred delivery whose time has come.
package struct DueRetry: Sendable {
    package let key: DeliveryKey
    package let lane: LaneID
}

/// The producer's side of PostgreSQL. Every write tests the lease of `token`.
package struct ProducerStore: Sendable {
    let pool: PostgresPool
    let token: Int64

    package init(_ pool: PostgresPool, token: Int64) {
        self.pool = pool
        self.token = token
    }

    /// Takes the campaigns that nobody drives, and keeps those that this producer drives.
    ///
    /// `startGrace`: How many seconds late a scheduled start may be.
    package func lease(seconds: Double, startGrace: Double = 3_600) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.leaseCampaigns, [.int64(token), .double(seconds), .double(startGrace)])
        }
    }

    /// Campaigns whose start was missed by more than that: nobody drives them.
    package func missedStarts(startGrace: Double) async throws -> [CampaignID] {
        try await pool.withConnection { connection in
            try await connection.rows(.missedStarts, [.double(startGrace)]) { try $0.int32(0) }
        }
    }

    /// Gives back the campaigns that this producer drives; it must change none of them afterwards.
    package func release() async throws {
        _ = try await pool.withConnection(deadline: .seconds(2)) {
            try await $0.run(.releaseCampaigns, [.int64(token)])
        }
    }

    /// The campaigns that this producer drives.
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

    /// Moves a lane's cursor past what was confirmed.
    package func moveCursor(_ campaign: CampaignID, _ lane: LeasedLane, to cursor: Seq) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(
                .moveCursor,
                [.int32(campaign), .int16(lane.lane), .int32(lane.generation), .int32(cursor), .int64(token)]
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

    /// Publishes lanes anew: a new generation, from the lowest row that is still pending.
    package func renewGenerations(_ campaign: CampaignID, _ lanes: [LeasedLane]) async throws {
        let token = token
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                // First: it waits for a reopen that is under way, whose rows the next statements then see.
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

    /// Retries whose time has come; they come again in `againSeconds` unless they are claimed.
    package func dueRetries(limit: Int, againSeconds: Double, lanes: [LaneID]) async throws -> [DueRetry] {
        try await pool.withConnection { connection in
            try await connection.rows(
                .dueRetries,
                [.int64(token), .int32(Int32(limit)), .double(againSeconds), .int16s(lanes)]
            ) { row in
                DueRetry(key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)), lane: try row.int16(2))
            }
        }
    }

    /// Gives back retries that the broker refused.
    package func undueRetries(_ keys: [DeliveryKey]) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.undueRetries, [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))])
        }
    }

    /// Ends the next rows of a campaign that is cancelled or has expired.
    ///
    /// - Returns: How many.
    package func closeRows(
        _ campaign: CampaignID,
        above seq: Seq,
        upTo last: Seq,
        as state: DeliveryState
    ) async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.run(
                .closeRows,
                [.int32(campaign), .int32(seq), .int32(last), .int16(state.rawValue), .int64(token)]
            )
        }
    }

    /// Ends a campaign of which every row is final.
    ///
    /// - Returns: Whether it ended now.
    package func finish(_ campaign: CampaignID) async throws -> Bool {
        let token = token
        return try await pool.withConnection { connection in
            try await connection.transaction { connection in
                guard try connection.run(.finishCampaign, [.int32(campaign), .int64(token)]) == 1 else { return false }
                try connection.run(.mergeCounters, [.int32(campaign)])
                try connection.run(.dropLeftRetries, [.int32(campaign)])
                return true
            }
        }
    }

    /// The slots of the workers that are alive, by lane.
    package func workerSlots() async throws -> [String: Int] {
        let rows = try await pool.withConnection { connection in
            try await connection.rows(.workerSlots) { (try $0.text(0), Int(try $0.int32(1))) }
        }
        return Dictionary(rows) { $0 + $1 }
    }

    /// Pauses the campaigns of which too much is dead: a wrong template is a slow disaster.
    ///
    /// `most`: How many dead letters are too many.
    /// - Returns: Their numbers.
    /// - Throws: ``PostgresError``.
    package func holdBrokenCampaigns(most: Int) async throws -> [CampaignID] {
        let token = token
        return try await pool.withConnection { connection in
            let broken = try await connection.rows(.brokenCampaigns, [.int64(token), .int64(Int64(most))]) { row in
                (campaign: try row.int32(0), dead: try row.int64(1))
            }
            for (campaign, dead) in broken {
                let why =
                    "\(dead) messages could not be made; `veredus dead-letters list --campaign \(campaign)` says why"
                try await connection.transaction { try $0.hold(campaign, of: token, because: why) }
            }
            return broken.map(\.campaign)
        }
    }

    /// Pauses marketing campaigns that too many complain about, or whose account they complain about.
    ///
    /// - Returns: Their numbers.
    package func holdComplainedCampaigns() async throws -> [CampaignID] {
        let token = token
        return try await pool.withConnection { connection in
            let complained = try await connection.rows(.complainedCampaigns, [.int64(token)]) { row in
                (
                    campaign: try row.int32(0),
                    rate: ComplaintRate(complaints: Int(try row.int64(1)), accepted: Int(try row.int64(2))),
                    isOfAccount: try row.bool(3)
                )
            }
            for (campaign, rate, isOfAccount) in complained {
                let what = isOfAccount ? "the account's messages of 30 days" : "this campaign"
                let why = "\(rate.complaints) complaints about \(what), of \(rate.accepted) accepted: too many"
                try await connection.transaction { try $0.hold(campaign, of: token, because: why) }
            }
            return complained.map(\.campaign)
        }
    }

    /// Ends what workers left behind that went away.
    ///
    /// - Parameters:
    ///   - limit: How many claims at once.
    ///   - attempts: How often a message may be tried in all.
    /// - Returns: How many claims.
    /// - Throws: ``PostgresError``.
    package func sweepDeadWorkers(limit: Int, attempts: Int = 12) async throws -> Int {
        try await pool.withConnection { connection in
            let swept = try await connection.run(.sweepDeadWorkers, [.int32(Int32(limit)), .int16(Int16(attempts))])
            if swept == 0 { try await connection.run(.forgetWorkers) }
            return swept
        }
    }
}

extension PostgresConnection {
    fileprivate func hold(_ campaign: CampaignID, of token: Int64, because why: String) throws {
        // A statement of its own, so that the change's snapshot is younger than the lock.
        try run(.lockCampaignToHold, [.int32(campaign)])
        try run(.holdCampaign, [.int32(campaign), .int64(token), .text(why)])
    }
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
