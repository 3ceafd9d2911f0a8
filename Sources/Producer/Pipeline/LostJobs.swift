import Core
import Database

/// Finds lanes with lost jobs: published and still pending, but not in the queue.
///
/// A slow relay looks similar, so evidence is needed: the lane's queue is empty, rows behind the cursor are pending,
/// and none of them has been claimed for a while.
struct LostJobs: Sendable {
    private struct Sight: Sendable {
        let pending: Int32
        let generation: Generation
        let since: ContinuousClock.Instant
    }

    private let patience: Duration
    private var sights: [DeliveryKey.Lane: Sight] = [:]

    init(patience: Duration) { self.patience = patience }

    /// The lanes to publish again.
    ///
    /// `depths`: Ready jobs in each lane's queue, by lane name.
    mutating func find(
        _ campaigns: [LeasedCampaign],
        depths: [String: Int],
        now: ContinuousClock.Instant
    ) -> [(CampaignID, LeasedLane)] {
        var lost: [(CampaignID, LeasedLane)] = []
        var seen: [DeliveryKey.Lane: Sight] = [:]
        for campaign in campaigns where campaign.state == .running {
            for lane in campaign.lanes where lane.pending > lane.lastSeq - lane.cursor && depths[lane.name] == 0 {
                let key = DeliveryKey.Lane(campaign: campaign.campaign, lane: lane.lane)
                if let sight = sights[key], sight.pending == lane.pending, sight.generation == lane.generation {
                    seen[key] = sight
                    if now - sight.since >= patience { lost.append((campaign.campaign, lane)) }
                } else {
                    seen[key] = Sight(pending: lane.pending, generation: lane.generation, since: now)
                }
            }
        }
        sights = seen
        return lost
    }
}
