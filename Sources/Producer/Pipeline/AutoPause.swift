import Core
import Database
import Logging

/// Pauses harmful campaigns: those with too many complaints, and those whose messages cannot be rendered.
struct AutoPause: Sendable {
    let store: ProducerStore
    /// How many dead letters are too many; 0 for no limit.
    let pauseAtDead: Int
    let interval: Duration
    let log: Logger

    private var lastLook: ContinuousClock.Instant?

    init(store: ProducerStore, pauseAtDead: Int, interval: Duration, log: Logger) {
        self.store = store
        self.pauseAtDead = pauseAtDead
        self.interval = interval
        self.log = log
    }

    /// Pauses such campaigns, when the next check is due.
    mutating func pause() async throws {
        guard lastLook.map({ .now - $0 >= interval }) ?? true else { return }
        lastLook = .now
        for campaign in try await store.holdComplainedCampaigns() {
            log.error("paused: too many recipients complain", metadata: ["campaign": "\(campaign)"])
        }
        guard pauseAtDead > 0 else { return }
        for campaign in try await store.holdBrokenCampaigns(most: pauseAtDead) {
            log.error("paused: too many messages cannot be rendered", metadata: ["campaign": "\(campaign)"])
        }
    }
}
