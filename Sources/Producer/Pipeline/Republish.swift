import Core
import Database
import Logging

/// Publishes lanes again whose jobs are no longer in the broker: after a pause, and after a loss.
struct Republish: Sendable {
    let store: ProducerStore
    let log: Logger
    private var lost: LostJobs

    /// `lostAfter`: How long a lane without a claim counts as merely slow.
    init(store: ProducerStore, lostAfter: Duration, log: Logger) {
        self.store = store
        self.log = log
        lost = LostJobs(patience: lostAfter)
    }

    /// Jobs published while a campaign was paused were acknowledged without being sent.
    func publishResumed(_ campaigns: [LeasedCampaign]) async throws {
        for campaign in campaigns where campaign.isToBeRepublished && campaign.state == .running {
            try await store.renewGenerations(campaign.campaign, campaign.lanes)
        }
    }

    /// `depths`: Ready jobs in each lane's queue, by lane name.
    mutating func publishLost(_ campaigns: [LeasedCampaign], depths: [String: Int]) async throws {
        for (campaign, lane) in lost.find(campaigns, depths: depths, now: .now) {
            log.warning(
                "jobs were lost: publishing the lane again",
                metadata: ["campaign": "\(campaign)", "lane": "\(lane.name)", "pending": "\(lane.pending)"]
            )
            try await store.renewGenerations(campaign, [lane])
        }
    }
}
