/// Lends connections: at most `size` at a time, the callers beyond that wait in order.
///
/// A broken connection is dropped and replaced, at growing intervals (``ReconnectPace``) that all callers share.
/// Missing a caller's deadline is a transient error; a refused login, which is permanent, is thrown at once.
package actor PostgresPool {
    private let settings: PostgresSettings
    private let name: String
    private let fraction: @Sendable () -> Double

    private var idle: [PostgresConnection] = []
    private var permits: PermitQueue
    private var pace = ReconnectPace()
    private var lastFailure: PostgresError?
    private var isClosed = false

    /// Opens nothing yet.
    ///
    /// - Parameters:
    ///   - settings: Server and login.
    ///   - name: Of threads, and in `pg_stat_activity`.
    ///   - size: The maximum number of connections, at least 1.
    ///   - fraction: Random, at least 0 and less than 1: spreads the reconnects of many programs.
    package init(
        settings: PostgresSettings,
        name: String,
        size: Int,
        fraction: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.settings = settings
        self.name = name
        self.fraction = fraction
        permits = PermitQueue(free: max(1, size))
    }

    /// Lends a connection to `body`, and takes it back when `body` returns or throws.
    ///
    /// - Parameters:
    ///   - deadline: How long to wait for a connection, in the queue and for the server together.
    ///   - body: Must not keep the connection, nor use the pool for another one.
    /// - Returns: What `body` returns.
    /// - Throws: Errors of `body`; `CancellationError` if the caller was cancelled while it waited; otherwise a
    ///   ``PostgresError``.
    @discardableResult
    package func withConnection<Value: Sendable>(
        deadline: Duration = .seconds(30),
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + deadline
        try await takePermit(until: deadline)
        defer { permits.giveBack() }
        let connection = try await usableConnection(until: deadline)
        do {
            let value = try await body(connection)
            await giveBack(connection)
            return value
        } catch {
            await giveBack(connection)
            throw error
        }
    }

    /// The number of waiting callers, for a gauge.
    package var waiting: Int { permits.waiting }

    /// Closes idle connections now and lent ones on return; waiting and later callers get an error.
    package func close() async {
        isClosed = true
        permits.refuseAll()
        let connections = idle
        idle = []
        for connection in connections { await connection.close() }
    }

    private func takePermit(until deadline: ContinuousClock.Instant) async throws {
        guard !isClosed else { throw Self.closed }
        guard let ticket = permits.takeOrQueue() else { return }
        let isGranted = await withTaskGroup(of: Bool?.self) { group in
            group.addTask { await self.waitForPermit(ticket) }
            group.addTask {
                // Ends early, too: when the caller is cancelled, or the other child has its answer.
                try? await Task.sleep(until: deadline, clock: .continuous)
                await self.giveUp(ticket)
                return nil
            }
            var isGranted = false
            for await case let answer? in group {
                isGranted = answer
                group.cancelAll()
            }
            return isGranted
        }
        guard isGranted else {
            guard !isClosed else { throw Self.closed }
            try Task.checkCancellation()
            throw PostgresError(
                .unreachable,
                lastFailure?.message ?? "no connection of pool \(name) became free in time",
                remedy: lastFailure?.remedy ?? "Enlarge the pool, or find what holds its connections"
            )
        }
    }

    private func waitForPermit(_ ticket: PermitQueue.Ticket) async -> Bool {
        await withCheckedContinuation { permits.wait(ticket, $0) }
    }

    private func giveUp(_ ticket: PermitQueue.Ticket) { permits.giveUp(ticket) }

    /// A live idle connection, or a new one.
    private func usableConnection(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        while true {
            guard !isClosed else { throw Self.closed }
            // The one used last: its server process has the warmest caches.
            if let connection = idle.popLast() {
                if await connection.isUsable, (try? await connection.renewPlans()) != nil { return connection }
                await connection.close()
                continue
            }
            let now = ContinuousClock.now
            guard max(now, pace.notBefore ?? now) < deadline else { throw tooLate }
            if let notBefore = pace.notBefore, notBefore > now {
                try await Task.sleep(until: notBefore, clock: .continuous)
                continue
            }
            var settings = settings
            settings.connectTimeout = min(settings.connectTimeout, now.duration(to: deadline))
            do {
                let connection = try await PostgresConnection.open(settings, name: name)
                pace.succeeded()
                lastFailure = nil
                return connection
            } catch {
                guard error.isTransient else { throw error }
                lastFailure = error
                pace.failed(attemptAt: now, now: .now, fraction: fraction())
            }
        }
    }

    private func giveBack(_ connection: PostgresConnection) async {
        if await connection.isUsable, !isClosed {
            idle.append(connection)
        } else {
            await connection.close()
        }
    }

    private var tooLate: PostgresError {
        lastFailure ?? PostgresError(.unreachable, "no connection to \(settings) was made in time")
    }

    private static var closed: PostgresError {
        PostgresError(.connectionLost, "the pool was closed", remedy: "Stop: the program is ending")
    }
}
