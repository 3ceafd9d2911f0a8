import Core
import Database

/// Publishes due retries into lanes with room in their queues: the broker never holds more than a window.
struct Retry: Sendable {
    let store: ProducerStore
    let publish: Publish
    /// Seconds after which a published, unclaimed retry is published again.
    let againSeconds: Double

    func publishDue(_ campaigns: [LeasedCampaign], lanesWithRoom: Set<String>) async throws {
        let waiting = campaigns.filter { $0.state == .running }.flatMap(\.lanes)
            .filter { $0.deferred > 0 && !$0.isThrottled && lanesWithRoom.contains($0.name) }
        guard !waiting.isEmpty else { return }
        let due = try await store.dueRetries(
            limit: 500,
            againSeconds: againSeconds,
            lanes: Set(waiting.map(\.lane)).sorted()
        )
        guard !due.isEmpty else { return }
        var names: [LaneID: String] = [:]
        var generations: [DeliveryKey.Lane: Generation] = [:]
        for campaign in campaigns {
            for lane in campaign.lanes {
                names[lane.lane] = lane.name
                generations[.init(campaign: campaign.campaign, lane: lane.lane)] = lane.generation
            }
        }
        do {
            try await publish.publish(due, lanes: names, generations: generations)
        } catch {
            // Not confirmed: due again soon. The claim ignores duplicates.
            try await store.undueRetries(due.map(\.key))
            throw error
        }
    }
}
