import Core
import Database
import Logging

/// The queue filler: keeps the lanes' queues filled, publishes with confirms, and moves a lane's cursor only past
/// confirmed jobs.
actor Publish {
    private let store: ProducerStore
    private let publisher: any JobPublisher
    /// The most jobs of one message.
    private let jobsPerMessage: Int
    private let log: Logger

    private var windows: [String: PublishWindow] = [:]
    private var workers: [String: LaneWorkers] = [:]
    private var lastLook: ContinuousClock.Instant?
    private var declared: Set<String> = []
    /// How many shares were given so far: a tick begins where the last one ended, where there are too many campaigns
    /// for all of them.
    private var given = 0

    /// The fewest jobs that a campaign gets in a tick, where there are too many for all of them: each moves a cursor.
    private static let leastShare = 8

    init(store: ProducerStore, publisher: any JobPublisher, jobsPerMessage: Int, log: Logger) {
        self.store = store
        self.publisher = publisher
        self.jobsPerMessage = jobsPerMessage
        self.log = log
    }

    /// The queue of a lane.
    static func queue(of lane: String) -> String { "jobs.\(lane)" }

    /// Updates the set of live workers.
    func note(workers: [String: LaneWorkers]) { self.workers = workers }

    /// Publishes as many jobs as the lanes have room for.
    ///
    /// - Returns: Each lane's queue depth before publishing, in jobs.
    func fill(_ campaigns: [LeasedCampaign]) async throws -> [String: Int] {
        let now = ContinuousClock.now
        let elapsed = lastLook.map { now - $0 } ?? .zero
        lastLook = now
        var depths: [String: Int] = [:]
        let running = campaigns.filter { $0.state == .running && !$0.isExpired && !$0.isToBeRepublished }
        for name in Set(running.flatMap { $0.lanes.map(\.name) }).sorted() {
            try await declare(name)
            let depth = try await depth(of: name)
            depths[name] = depth
            let room = windows[name, default: PublishWindow()].room(
                depth: depth,
                slots: workers[name]?.slots ?? 0,
                elapsedSeconds: elapsed / .seconds(1)
            )
            let waiting = running.flatMap { campaign in
                campaign.lanes.filter { $0.name == name && $0.cursor < $0.lastSeq && !$0.isThrottled }
                    .map { (campaign, $0) }
            }
            guard room > 0, !waiting.isEmpty else { continue }
            try await fill(name, room, waiting)
        }
        return depths
    }

    /// Lanes with room in their windows: retries may go there.
    func lanesWithRoom(_ depths: [String: Int]) -> Set<String> {
        Set(depths.filter { $0.value <= windows[$0.key]?.size ?? 0 }.keys)
    }

    /// Publishes due retries; those that the broker refuses are due again in a second.
    func publish(_ retries: [DueRetry], lanes: [LaneID: String], generations: [DeliveryKey.Lane: Generation])
        async throws
    {
        for (lane, due) in Dictionary(grouping: retries, by: \.lane) {
            guard let name = lanes[lane] else { continue }
            try await declare(name)
            let jobs = due.map { retry in
                PublishedJob(
                    campaign: retry.key.campaign,
                    generation: generations[.init(campaign: retry.key.campaign, lane: lane)] ?? 1,
                    seq: retry.key.seq
                )
            }
            var refused: [DeliveryKey] = []
            let size = jobsPerMessage(of: name, publishing: jobs.count)
            try await publish(jobs, to: name, size) { refusedJobs, _ in refused += due[refusedJobs].map(\.key) }
            if !refused.isEmpty { try await store.undueRetries(refused) }
        }
    }

    /// Ready jobs in a lane's queue. A deleted queue is declared again at the next tick.
    private func depth(of lane: String) async throws -> Int {
        do {
            let messages = try await publisher.depth(of: Self.queue(of: lane))
            return windows[lane]?.jobs(inNewest: messages) ?? messages
        } catch {
            declared.remove(lane)
            throw error
        }
    }

    private func declare(_ lane: String) async throws {
        guard !declared.contains(lane) else { return }
        try await publisher.declare([Self.queue(of: lane)])
        declared.insert(lane)
    }

    private func fill(_ name: String, _ room: Int, _ waiting: [(LeasedCampaign, LeasedLane)]) async throws {
        let demands = waiting.map { campaign, lane in
            FairShare.Demand(
                account: campaign.account,
                campaign: campaign.campaign,
                remaining: Int(lane.lastSeq - lane.cursor)
            )
        }
        let size = jobsPerMessage(of: name, publishing: min(room, demands.reduce(0) { $0 + $1.remaining }))
        let shares = FairShare.split(
            room,
            among: demands,
            atLeast: max(Self.leastShare, size),
            startingAt: given
        )
        var turns: [Turn] = []
        for ((campaign, lane), share) in zip(waiting, shares) where share > 0 {
            turns.append(
                Turn(
                    campaign: campaign.campaign,
                    lane: lane,
                    seqs: try await nextSeqs(campaign.campaign, lane, share)
                )
            )
        }
        given &+= turns.count
        let order = Turn.interleaved(turns, runs: size)
        let jobs = order.map { place in
            let turn = turns[place.turn]
            return PublishedJob(campaign: turn.campaign, generation: turn.lane.generation, seq: turn.seqs[place.job])
        }
        try await publish(jobs, to: name, size) { refused, reason in
            declared.remove(name)
            log.warning("the broker refused jobs", metadata: ["lane": "\(name)", "reason": "\(reason)"])
            for place in order[refused] { turns[place.turn].refuse(from: place.job) }
        }
        try await store.moveCursors(
            turns.compactMap { turn in turn.confirmedCursor.map { (turn.campaign, turn.lane, $0) } }
        )
    }

    /// As many as the lane's fullness asks for.
    private func jobsPerMessage(of lane: String, publishing jobs: Int) -> Int {
        (workers[lane] ?? LaneWorkers()).jobsPerMessage(publishing: jobs, atMost: jobsPerMessage)
    }

    /// Publishes jobs in messages of `size`.
    ///
    /// `refused`: Called with the places of the jobs that the broker did not accept, and its reason.
    private func publish(
        _ jobs: [PublishedJob],
        to lane: String,
        _ size: Int,
        refused: (Range<Int>, String) -> Void
    ) async throws {
        let ranges = stride(from: 0, to: jobs.count, by: size).map { $0..<min(jobs.count, $0 + size) }
        let outcomes = try await publisher.publish(
            ranges.map { JobMessage(packing: jobs[$0]).encoded() },
            to: Self.queue(of: lane)
        )
        var confirmed = (jobs: 0, messages: 0)
        for (range, outcome) in zip(ranges, outcomes) {
            switch outcome {
            case .confirmed: confirmed = (confirmed.jobs + range.count, confirmed.messages + 1)
            case .refused(let reason): refused(range, reason)
            }
        }
        windows[lane, default: PublishWindow()].note(published: confirmed.jobs, in: confirmed.messages)
    }

    /// A lane's first publication is a plain range; later ones include only pending rows.
    private func nextSeqs(_ campaign: CampaignID, _ lane: LeasedLane, _ share: Int) async throws -> [Seq] {
        guard lane.generation > 1 else {
            return Array((lane.cursor + 1)...min(lane.lastSeq, lane.cursor + Seq(share)))
        }
        return try await store.pending(campaign, lane, limit: share)
    }
}

extension DeliveryKey {
    /// One lane of one campaign.
    struct Lane: Hashable, Sendable {
        let campaign: CampaignID
        let lane: LaneID
    }
}
