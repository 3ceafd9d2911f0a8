import Core
import Database
import Logging

/// Ends the rows of cancelled or expired campaigns, then campaigns whose rows are all final.
struct Finish: Sendable {
    let store: ProducerStore
    let log: Logger
    /// How far the rows of each such campaign have been closed.
    private var closed: [CampaignID: Seq] = [:]

    init(store: ProducerStore, log: Logger) {
        self.store = store
        self.log = log
    }

    mutating func finish(_ campaigns: [LeasedCampaign]) async throws {
        try await closeRows(campaigns)
        for campaign in campaigns
        where campaign.state == .running || campaign.state == .cancelling
            || campaign.state == .paused && campaign.isExpired
        {
            guard campaign.lanes.allSatisfy({ $0.pending == 0 && $0.sending == 0 && $0.deferred == 0 }) else {
                continue
            }
            if try await store.finish(campaign.campaign) {
                log.info("campaign ended", metadata: ["campaign": "\(campaign.campaign)"])
            }
        }
    }

    /// Ends rows of cancelled or expired campaigns, a few thousand at a time.
    private mutating func closeRows(_ campaigns: [LeasedCampaign]) async throws {
        let step: Seq = 5_000
        var closing: [CampaignID: Seq] = [:]
        for campaign in campaigns
        where campaign.state == .cancelling || campaign.isExpired && campaign.state != .starting {
            // Nothing to end while the last messages wait for their replies.
            guard campaign.lanes.contains(where: { $0.pending + $0.deferred > 0 }) else { continue }
            let last = campaign.lanes.map(\.lastSeq).max() ?? 0
            var seq = closed[campaign.campaign] ?? 0
            for _ in 0..<10 where seq < last {
                let state: DeliveryState = campaign.state == .cancelling ? .cancelled : .expired
                _ = try await store.closeRows(campaign.campaign, above: seq, upTo: seq + step, as: state)
                seq += step
            }
            // Rows that were being sent may have been deferred meanwhile: start over.
            closing[campaign.campaign] = seq < last ? seq : 0
        }
        closed = closing
    }
}
