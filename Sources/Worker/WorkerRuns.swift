import Core
import Logging
import ServiceLifecycle

/// Executes worker runs: after a lost lease the next one, as soon as the database answers.
struct WorkerRuns: Service {
    /// Waits for the database, and assembles the next worker run.
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
                log.error("starting again", metadata: ["why": "\(error)"])
            }
        }
    }
}
