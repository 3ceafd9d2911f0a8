import Logging
import Postgres
import ServiceLifecycle
import Shared

/// The worker: one pipeline a lane, under one lease.
///
/// Graceful shutdown stops taking, ends what is in hand within `grace`, records it and gives the lease up. A lost lease
/// ends the process at once: its fence lets no further letter out.
struct WorkerService: Service {
    let pipelines: [LanePipeline]
    let lease: Lease
    let reconcile: Reconcile
    let name: String
    let slots: Int
    let lanes: [String]
    let grace: Duration

    func run() async throws {
        try await lease.begin(name: name, slots: slots, lanes: lanes)
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await lease.keep()
                    return false
                }
                group.addTask {
                    await reconcile.run()
                    return false
                }
                for pipeline in pipelines {
                    group.addTask {
                        try await pipeline.run(grace: grace)
                        return true
                    }
                }
                var running = pipelines.count
                while running > 0, let ended = try await group.next() { running -= ended ? 1 : 0 }
                group.cancelAll()
            }
        } onGracefulShutdown: {
            for pipeline in pipelines { pipeline.stop() }
        }
        await lease.end()
    }
}

/// Finds rows that the database holds as marked by this worker, and that no pipeline has in hand.
///
/// That happens when a claim's COMMIT is carried out after its connection was given up: nobody would ever send or
/// record those letters while this worker lives. They are put back, guarded by their token.
struct Reconcile: Sendable {
    let register: WorkerRegister
    let store: any DeliveryStore
    let hands: [Hand]
    let log: Logger

    static let interval: Duration = .seconds(30)

    /// Looks until cancelled.
    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            do {
                try await putBackStrays()
            } catch {
                log.warning("could not compare the claims with what is in hand", metadata: ["why": "\(error)"])
            }
        }
    }

    private func putBackStrays() async throws {
        let strays = try await register.oldClaims().filter { claim in !hands.contains { $0.isOpen(claim.token) } }
        guard !strays.isEmpty else { return }
        log.warning("putting back letters that nobody has in hand", metadata: ["letters": "\(strays.count)"])
        let results = strays.map { stray in
            DeliveryResult(
                key: stray.key,
                token: stray.token,
                state: .deferred,
                reason: .putBack,
                code: 0,
                waitSeconds: 0,
                countsAsAttempt: false,
                outcome: LetterOutcome(
                    id: 0,
                    judgement: .notStarted,
                    code: 0,
                    text: "the claim was confirmed too late",
                    step: .connect
                )
            )
        }
        try await store.record(results.sorted { $0.key < $1.key }, finished: Array(Set(strays.map(\.token))))
    }
}
