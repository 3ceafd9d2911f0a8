import Core
import Database
import Logging

/// The queue filler: keeps the lanes' queues filled, publishes with confirms, and moves a lane's cursor only past
/// confirmed jobs.
actor Publish {
    private let store: ProducerStore
    private let publisher: any JobPublisher
    private let jobsPerMessage: Int
    private let log: Logger

    private var windows: [String: PublishWindow] = [:]
    private var slots: [String: Int] = [:]
    private var lastLook: ContinuousClock.Instant?
    private var declared: Set<String> = []

    init(store: ProducerStore, publisher: any JobPublisher, jobsPerMessage: Int, log: Logger) {
        self.store = store
        self.publisher = publisher
        self.jobsPerMessage = jobsPerMessage
        self.log = log
    }

    /// The queue of a lane.
    static func queue(of lane: String) -> String { "jobs.\(lane)" }

    /// Updates the set of live workers.
    func note(slots: [String: Int]) { self.slots = slots }

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
                slots: slots[name] ?? 0,
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
            let bodies = due.map { retry in
                let generation = generations[.init(campaign: retry.key.campaign, lane: lane)] ?? 1
                return JobMessage(campaign: retry.key.campaign, generation: generation, seqs: [retry.key.seq])
                    .encoded()
            }
            let outcomes = try await publisher.publish(bodies, to: Self.queue(of: name))
            windows[name, default: PublishWindow()].note(published: due.count)
            let refused = zip(due, outcomes).filter { $0.1 != .confirmed }.map(\.0.key)
            if !refused.isEmpty { try await store.undueRetries(refused) }
        }
    }

    /// Ready jobs in a lane's queue. A deleted queue is declared again at the next tick.
    private func depth(of lane: String) async throws -> Int {
        do {
            return try await publisher.depth(of: Self.queue(of: lane)) * jobsPerMessage
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
        let shares = FairShare.split(
            room,
            among: waiting.map { campaign, lane in
                let left = Int(lane.lastSeq - lane.cursor)
                return .init(account: campaign.account, campaign: campaign.campaign, remaining: left)
            }
        )
        var turns: [Turn] = []
        for ((campaign, lane), share) in zip(waiting, shares) where share > 0 {
            let seqs = try await nextSeqs(campaign.campaign, lane, share)
            turns.append(Turn(campaign: campaign.campaign, lane: lane, seqs: seqs, jobsPerMessage: jobsPerMessage))
        }
        let order = Turn.interleaved(turns)
        let outcomes = try await publisher.publish(
            order.map { turns[$0.turn].bodies[$0.body] },
            to: Self.queue(of: name)
        )
        for (place, outcome) in zip(order, outcomes) {
            if case .refused(let reason) = outcome { turns[place.turn].refuse(place.body, reason) }
        }
        for turn in turns {
            if let reason = turn.refusal {
                declared.remove(name)
                log.warning("the broker refused jobs", metadata: ["lane": "\(name)", "reason": "\(reason)"])
            }
            windows[name]?.note(published: turn.confirmedJobs)
            guard let cursor = turn.confirmedCursor else { continue }
            try await store.moveCursor(turn.campaign, turn.lane, to: cursor)
        }
    }

    /// A lane's first publication is a plain range; later ones include only pending rows.
    private func nextSeqs(_ campaign: CampaignID, _ lane: LeasedLane, _ share: Int) async throws -> [Seq] {
        guard lane.generation > 1 else {
            return Array((lane.cursor + 1)...min(lane.lastSeq, lane.cursor + Seq(share)))
        }
        return try await store.pending(campaign, lane, limit: share)
    }
}

/// One campaign's share of a lane's publication.
struct Turn: Sendable {
    let campaign: CampaignID
    let lane: LeasedLane
    let bodies: [[UInt8]]
    private let chunks: [ArraySlice<Seq>]
    private var firstRefused: Int
    private(set) var refusal: String?

    init(campaign: CampaignID, lane: LeasedLane, seqs: [Seq], jobsPerMessage: Int) {
        self.campaign = campaign
        self.lane = lane
        chunks = stride(from: 0, to: seqs.count, by: jobsPerMessage).map {
            seqs[$0..<min(seqs.count, $0 + jobsPerMessage)]
        }
        bodies = chunks.map {
            JobMessage(campaign: campaign, generation: lane.generation, seqs: Array($0)).encoded()
        }
        firstRefused = chunks.count
    }

    /// Records a body that the broker did not accept.
    mutating func refuse(_ body: Int, _ reason: String) {
        firstRefused = min(firstRefused, body)
        refusal = reason
    }

    /// The cursor's new position: behind the last body before the first that was refused. With nothing left to publish,
    /// that is the end of the lane.
    var confirmedCursor: Seq? {
        guard !chunks.isEmpty else { return lane.lastSeq }
        return firstRefused > 0 ? chunks[firstRefused - 1].last : nil
    }

    var confirmedJobs: Int { chunks[..<firstRefused].reduce(0) { $0 + $1.count } }

    /// The order of several campaigns' bodies in one queue: evenly mixed, so that none waits for another.
    static func interleaved(_ turns: [Turn]) -> [(turn: Int, body: Int)] {
        turns.indices
            .flatMap { turn in
                let count = Double(turns[turn].bodies.count)
                return turns[turn].bodies.indices.map { (turn: turn, body: $0, at: (Double($0) + 0.5) / count) }
            }
            .sorted { ($0.at, $0.turn) < ($1.at, $1.turn) }
            .map { ($0.turn, $0.body) }
    }
}

extension DeliveryKey {
    /// One lane of one campaign.
    struct Lane: Hashable, Sendable {
        let campaign: CampaignID
        let lane: LaneID
    }
}
