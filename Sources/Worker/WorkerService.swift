import Core
import Database
import Logging
import ServiceLifecycle

/// One worker run: a pipeline per lane, under one lease.
///
/// Graceful shutdown stops taking jobs, finishes what is in flight within `grace`, records it and releases the lease. A
/// lost lease ends it in the same way: the fence lets no further message out, and replies already received are still
/// recorded.
struct WorkerService: Service {
    let pipelines: [Pipeline]
    let lease: Lease
    let reconcile: Reconcile
    /// Settles the flight logs of dead workers until it is cancelled; `nil` without a folder for them.
    let settling: (@Sendable () async -> Void)?
    let name: String
    let slots: Int
    let keepsLog: Bool
    let lanes: [String]
    let grace: Duration

    private enum Ended {
        case pipeline((any Error)?)
        case helper((any Error)?)
    }

    func run() async throws {
        try await lease.begin(name: name, slots: slots, lanes: lanes, keepsLog: keepsLog)
        let failure = await withGracefulShutdownHandler {
            await runPipelines()
        } onGracefulShutdown: {
            stop()
        }
        await lease.end()
        if let failure { throw failure }
    }

    /// - Returns: The reason for an unrequested end.
    private func runPipelines() async -> (any Error)? {
        await withTaskGroup(of: Ended.self) { group in
            group.addTask { .helper(await failure(of: { try await lease.keep() })) }
            group.addTask {
                await reconcile.run()
                return .helper(nil)
            }
            if let settling {
                group.addTask {
                    await settling()
                    return .helper(nil)
                }
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

    /// Whether nothing is in flight any more.
    var isDone: Bool { pipelines.allSatisfy { $0.record.inFlight.count == 0 } }

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
