import Core
import Database
import Logging

/// Settles the claims of dead workers, and reads which workers are alive.
struct Sweep: Sendable {
    let store: ProducerStore
    let interval: Duration
    /// The maximum number of attempts per message.
    let attempts: Int
    /// How long the claims of a dead worker with a flight log wait.
    let settleWait: SettleWait
    /// How many seconds late a scheduled start may be.
    let startGraceSeconds: Double
    let log: Logger

    private var lastSweep: ContinuousClock.Instant?
    private var missedStarts: Set<CampaignID> = []

    init(
        store: ProducerStore,
        interval: Duration,
        attempts: Int,
        settleWait: SettleWait,
        startGraceSeconds: Double,
        log: Logger
    ) {
        self.store = store
        self.interval = interval
        self.attempts = attempts
        self.settleWait = settleWait
        self.startGraceSeconds = startGraceSeconds
        self.log = log
    }

    /// Sweeps, when the next sweep is due.
    mutating func sweep(telling publish: Publish) async throws {
        guard lastSweep.map({ .now - $0 >= interval }) ?? true else { return }
        lastSweep = .now
        await publish.note(workers: try await store.workersByLane())
        let swept = try await store.sweepDeadWorkers(limit: 200, attempts: attempts, wait: settleWait)
        let missed = Set(try await store.missedStarts(startGrace: startGraceSeconds))
        for campaign in missed.subtracting(missedStarts).sorted() {
            log.warning(
                "not started: it missed its time by more than VEREDUS_START_GRACE. Start it again: veredus campaign start",
                metadata: ["campaign": "\(campaign)"]
            )
        }
        missedStarts = missed
        if swept > 0 { log.warning("swept claims of dead workers", metadata: ["claims": "\(swept)"]) }
    }
}
