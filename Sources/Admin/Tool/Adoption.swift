import Bootstrap
import Broker
import Core
import Database
import DatabaseClient

/// Lets a restored or copied database, which the programs refuse, send.
struct Adoption {
    let database: AccountDatabase
    let pool: PostgresPool
    let broker: BrokerSettings
    let reason: String

    /// The result; empty if there was nothing to adopt.
    struct Outcome {
        /// Why the database was refused; `nil` if it was not.
        let strange: RestoredDatabaseFound?
        /// The campaigns that it paused or unscheduled.
        var held: [CampaignID] = []
    }

    /// Stops campaigns first, then adopts: if interrupted in between, the programs still refuse.
    func run() async throws -> Outcome {
        let installation = InstallationStore(pool)
        let name = try await installation.read().stored.installation
        return try await installation.alone {
            let queue = try await RestoreGuardQueue(broker, of: name)
            do {
                let outcome = try await adopt(queue)
                await queue.close()
                return outcome
            } catch {
                await queue.putBack()
                await queue.close()
                throw error
            }
        }
    }

    private func adopt(_ queue: RestoreGuardQueue) async throws -> Outcome {
        let installation = InstallationStore(pool)
        let (stored, server) = try await installation.read()
        let strange = RestoredDatabaseFound.judge(
            stored,
            on: server,
            queue.restoreGuards.map { (place: "the queue \(queue.name)", restoreGuard: $0) }
        )
        var outcome = Outcome(strange: strange)
        for account in try await database.accounts() {
            outcome.held += try await database.holdCampaigns(of: account.id, reason: reason)
        }
        let newest = queue.restoreGuards.map(\.generation).max() ?? 0
        try await database.adoptInstallation(newest: newest, reason: reason)
        try await queue.replace(by: installation.read().stored)
        return outcome
    }
}
