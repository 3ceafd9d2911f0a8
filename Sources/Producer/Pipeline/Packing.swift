import Core
import Database

/// One campaign's share of a lane's publication.
struct Turn: Sendable {
    let campaign: CampaignID
    let lane: LeasedLane
    let seqs: [Seq]
    private var firstRefused: Int

    init(campaign: CampaignID, lane: LeasedLane, seqs: [Seq]) {
        self.campaign = campaign
        self.lane = lane
        self.seqs = seqs
        firstRefused = seqs.count
    }

    /// Records a job that the broker did not accept.
    mutating func refuse(from job: Int) { firstRefused = min(firstRefused, job) }

    /// The cursor's new position: behind the last job before the first that was refused. With nothing left to publish,
    /// that is the end of the lane.
    var confirmedCursor: Seq? {
        guard !seqs.isEmpty else { return lane.lastSeq }
        return firstRefused > 0 ? seqs[firstRefused - 1] : nil
    }

    /// The order of several campaigns' jobs in one queue: evenly mixed, so that none waits for another, in runs of as
    /// many as go into one message, so that a message and a claim of its jobs concern few campaigns.
    static func interleaved(_ turns: [Turn], runs size: Int) -> [(turn: Int, job: Int)] {
        turns.indices
            .flatMap { turn in
                let count = turns[turn].seqs.count
                return (0..<count).map { (turn: turn, job: $0, at: Double($0 / size * size) / Double(count)) }
            }
            .sorted { ($0.at, $0.turn, $0.job) < ($1.at, $1.turn, $1.job) }
            .map { ($0.turn, $0.job) }
    }
}

/// A job as it goes into a message.
struct PublishedJob: Sendable {
    let campaign: CampaignID
    let generation: Generation
    let seq: Seq
}

extension JobMessage {
    /// Jobs in the order given, each campaign's together.
    init(packing jobs: ArraySlice<PublishedJob>) {
        var parts: [Part] = []
        for job in jobs {
            let place = parts.firstIndex { $0.campaign == job.campaign && $0.generation == job.generation }
            if let place {
                parts[place].seqs.append(job.seq)
            } else {
                parts.append(Part(campaign: job.campaign, generation: job.generation, seqs: [job.seq]))
            }
        }
        self.init(parts)
    }
}

extension LaneWorkers {
    /// How many jobs go into one message: one by one while they trickle, more the fuller the lane is.
    ///
    /// Each worker gets a few messages a tick, so that all have work; and at most a quarter of its connections in one
    /// message, so that its next messages are ready while it sends.
    func jobsPerMessage(publishing jobs: Int, atMost most: Int) -> Int {
        let messages = 4 * max(1, count)
        let quarter = slots / max(1, count) / 4
        return max(1, min((jobs + messages - 1) / messages, quarter, most))
    }
}
