import Broker
import Core
import Database
import DatabaseClient
import Logging
import ServiceLifecycle

/// Refuses a restored database, and records the current one: in a queue of one message, and in this program's state
/// folder.
package struct RestoreGuardService: Service {
    private let installation: InstallationStore
    private let broker: BrokerSettings
    private let file: RestoreGuardFile?
    private let log: Logger
    private let interval: Duration

    /// - Parameters:
    ///   - pool: The database.
    ///   - broker: The queue's broker.
    ///   - state: The file's folder.
    ///   - program: The file's owner.
    ///   - interval: The pause between two checks while the program runs.
    ///   - log: Receives warnings while it waits.
    package init(
        pool: PostgresPool,
        broker: BrokerSettings,
        state: StateSettings,
        program: String,
        interval: Duration = .seconds(60),
        log: Logger
    ) {
        installation = InstallationStore(pool)
        self.broker = broker
        file = state.machineFolder.map { RestoreGuardFile(folder: $0, name: state.folderName(of: program)) }
        self.interval = interval
        self.log = log
    }

    /// Verifies at a program's start that no restore guard is ahead of the database; waits for the servers.
    ///
    /// - Throws: ``RestoredDatabaseFound``; permanent problems.
    package func begin() async throws {
        while true {
            do {
                return try await look(isStart: true)
            } catch let error where error.isTransientFailure {
                log.warning("waiting for a server to read the newest restore guard", metadata: ["why": "\(error)"])
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Repeats the check while the program runs.
    ///
    /// - Throws: ``RestoredDatabaseFound``: the program ends.
    package func run() async throws {
        while (try? await cancelWhenGracefulShutdown({ try await Task.sleep(for: interval) })) != nil,
            !Task.isShuttingDownGracefully
        {
            do {
                try await look(isStart: false)
            } catch let error where error.isTransientFailure {
                log.warning("the restore guard could not be advanced", metadata: ["why": "\(error)"])
            } catch let error as RestoreGuardFile.Unusable {
                // At the start it is a wrong setting; later it may be a full disk, and sending continues.
                log.error("the state folder cannot be used", metadata: ["why": "\(error)"])
            }
        }
    }

    private func look(isStart: Bool) async throws {
        // Before the broker: a database on another server or timeline is refused even without one.
        let (stored, server) = try await installation.read()
        if let strange = RestoredDatabaseFound.judge(stored, on: server, []) { throw strange }
        try await installation.alone {
            let queued = try await RestoreGuardQueue(broker, of: stored.installation)
            do {
                try await judgeAndRemember(queued, isStart: isStart)
            } catch {
                await queued.putBack()
                await queued.close()
                throw error
            }
            await queued.close()
        }
    }

    private func judgeAndRemember(_ queued: RestoreGuardQueue, isStart: Bool) async throws {
        var restoreGuards = queued.restoreGuards.map { (place: "the queue \(queued.name)", restoreGuard: $0) }
        restoreGuards += try file?.readAll() ?? []
        // Read after taking the restore guards: their writers had raised it before.
        let (stored, server) = try await installation.read()
        if let strange = RestoredDatabaseFound.judge(stored, on: server, restoreGuards) { throw strange }
        try await installation.raise(isStart: isStart)
        let newest = try await installation.read().stored
        try file?.write(newest)
        do {
            try await queued.replace(by: newest)
        } catch let error where error.isTransientFailure {
            // A broker that blocks publishers keeps its older restore guard.
            log.warning(
                "the restore guard in the queue \(queued.name) could not be updated",
                metadata: ["why": "\(error)"]
            )
        }
    }
}
