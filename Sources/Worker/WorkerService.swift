import Core
import Database
import Logging
import ServiceLifecycle

/// One worker run of the worker: a pipeline for each lane, under one lease.
///
/// Graceful shutdown stops taking, ends what is in flight within `grace`, records it and gives the lease up. A lost lease
/// ends it in the same way: its fence lets no further message out, and what the other side has said is still recorded.
struct WorkerService: Service {
    let pipelines: [LanePipeline]
    let lease: Lease
    let reconcile: Reconcile
    let name: String
    let slots: Int
    let lanes: [String]
    let grace: Duration

    private enum Ended {
        case pipeline((any Error)?)
        case helper((any Error)?)
    }

    func run() async throws {
        try await lease.begin(name: name, slots: slots, lanes: lanes)
        let failure = await withGracefulShutdownHandler {
            await runPipelines()
        } onGracefulShutdown: {
            stop()
        }
        await lease.end()
        if let failure { throw failure }
    }

    /// - Returns: Why they had to end, when nobody asked.
    private func runPipelines() async -> (any Error)? {
        await withTaskGroup(of: Ended.self) { group in
            group.addTask { .helper(await failure(of: { try await lease.keep() })) }
            group.addTask {
                await reconcile.run()
                return .helper(nil)
            }
            for pipeline in pipelines {
                group.addTask { .pipeline(await failure(of: { try await pipeline.run(grace: grace) })) }
            }
            var running = pipelines.count
            var first: (any Error)?
            while running > 0, let ended = await group.next() {
                switch ended {
                case .pipeline(let error):
                    running -= 1
                    first = first ?? error
                case .helper(let error): first = first ?? error
                }
                if first != nil { stop() }
            }
            group.cancelAll()
            return first
        }
    }

    private func stop() {
        for pipeline in pipelines { pipeline.stop() }
    }

    private func failure(of step: () async throws -> Void) async -> (any Error)? {
        do {
            try await step()
            return nil
        } catch {
            return error
        }
    }
}

/// Runs one worker run of the worker; after a lost lease the next one, as soon as the database answers.
struct WorkerRuns: Service {
    /// Waits for the database, and puts the next worker run together.
    let next: @Sendable () async throws -> Assembly
    let log: Logger

    func run() async throws {
        while !Task.isShuttingDownGracefully {
            let assembly: Assembly
            do {
                assembly = try await cancelWhenGracefulShutdown(next)
            } catch is CancellationError {
                return
            }
            do {
                try await assembly.service.run()
                return await assembly.close()
            } catch {
                await assembly.close()
                guard error is Lease.Lost || error.isTransientFailure else { throw error }
                log.error("beginning anew", metadata: ["why": "\(error)"])
            }
        }
    }
}

/// Finds rows that the database holds as marked by this worker, and that no pipeline has in flight.
///
/// That happens when a claim's COMMIT is carried out after its connection was given up: nobody would ever send or
/// record those messages while this worker lives. They are put back, guarded by their token.
struct Reconcile: Sendable {
    let register: WorkerRegister
    let store: any DeliveryStore
    let hands: [InFlight]
    let log: Logger

    static let interval: Duration = .seconds(30)

    /// Looks until cancelled.
    func run() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            do {
                try await putBackStrays()
            } catch {
                log.warning("could not compare the claims with what is in flight", metadata: ["why": "\(error)"])
            }
        }
    }

    private func putBackStrays() async throws {
        let strays = try await register.oldClaims().filter { claim in !hands.contains { $0.isOpen(claim.token) } }
        guard !strays.isEmpty else { return }
        log.warning("putting back messages that nobody has in flight", metadata: ["messages": "\(strays.count)"])
        let results = strays.map { stray in
            DeliveryResult(
                key: stray.key,
                token: stray.token,
                state: .deferred,
                reason: .putBack,
                code: 0,
                waitSeconds: 0,
                countsAsAttempt: false,
                outcome: MessageOutcome(
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
