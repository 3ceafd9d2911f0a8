import Synchronization
import TestKit
import Testing

@testable import DatabaseClient

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct PoolTests {
    static let pid = Statement("backend-pid", "SELECT pg_backend_pid()")

    @Test func `two hundred callers share four connections`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 4)
        let lent = Gauge()
        let pids = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await pool.withConnection { connection in
                        lent.enter()
                        defer { lent.leave() }
                        return try await connection.rows(Self.pid) { try $0.int32(0) }[0]
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect((1...4).contains(lent.most))
        #expect(pids.count <= 4)
        await pool.close()
    }

    @Test func `a connection that broke in use is replaced`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await pool.withConnection { connection in
                try await connection.run(Statement("suicide", "SELECT pg_terminate_backend(pg_backend_pid())"))
            }
        }
        #expect(error?.isTransient == true)
        #expect(try await pool.withConnection { try await $0.rows(Self.pid) { _ in true } } == [true])
        await pool.close()
    }

    @Test func `a connection that broke while it was idle is replaced without an error`() async throws {
        let database = try await PrivateDatabase.empty()
        let pool = PostgresPool(settings: database.superuserSettings, name: "pool", size: 1)
        let first = try await pool.withConnection { try await $0.rows(Self.pid) { try $0.int32(0) }[0] }
        // Waits until that process has ended.
        let terminate = Statement("terminate", "SELECT pg_terminate_backend($1, 10000)")
        #expect(try await database.connect().rows(terminate, [.int32(first)]) { try $0.bool(0) } == [true])
        let second = try await pool.withConnection { try await $0.rows(Self.pid) { try $0.int32(0) }[0] }
        #expect(second != first)
        await pool.close()
    }

    @Test func `a connection given back in mid-transaction is not lent again`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 1)
        try await pool.withConnection { try await $0.execute("BEGIN") }
        let error = await outcome { try await pool.withConnection { try await $0.transaction { _ in } } }
        #expect(error == nil)
        await pool.close()
    }

    @Test func `a caller that waits longer than its deadline gets a transient error`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 1)
        try await pool.withConnection { _ in
            let error = await outcome { try await pool.withConnection(deadline: .milliseconds(20)) { _ in } }
            #expect(error?.isTransient == true)
            #expect(error?.message.contains("became free") == true)
        }
        try await pool.withConnection(deadline: .seconds(10)) { _ in }
        await pool.close()
    }

    @Test func `a caller that is cancelled leaves the queue to the others`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 1)
        let (held, hold) = AsyncStream.makeStream(of: Void.self)
        let (release, releasing) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await pool.withConnection { _ in
                    hold.yield()
                    for await _ in release { break }
                }
            }
            for await _ in held { break }
            let cancelled = Task { try await pool.withConnection { _ in } }
            try await eventually("one waits") { await pool.waiting == 1 }
            group.addTask { try await pool.withConnection { _ in } }
            try await eventually("two wait") { await pool.waiting == 2 }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            #expect(await pool.waiting == 1)
            releasing.yield()
            try await group.waitForAll()
        }
        await pool.close()
    }

    @Test func `a refused log-in is told at once`() async throws {
        let settings = try await scratch.value.superuserSettings.with(user: "nobody", password: "x")
        let pool = PostgresPool(settings: settings, name: "pool", size: 1)
        let error = await outcome { try await pool.withConnection(deadline: .seconds(600)) { _ in } }
        #expect(error?.kind == .loginRefused)
    }

    @Test func `a server that is away is a transient error when the deadline has passed`() async throws {
        let settings = try PostgresSettings(parsing: "postgresql://u@127.0.0.1:\(LoopbackPorts.free(1)[0])/d")
        let pool = PostgresPool(settings: settings, name: "pool", size: 2) { 0 }
        let start = ContinuousClock.now
        let error = await outcome { try await pool.withConnection(deadline: .milliseconds(200)) { _ in } }
        #expect(error?.kind == .unreachable)
        #expect(error?.isTransient == true)
        #expect(start.duration(to: .now) > .milliseconds(50), "it has tried more than once")
    }

    @Test func `a closed pool refuses those who wait and those who come`() async throws {
        let pool = PostgresPool(settings: try await scratch.value.superuserSettings, name: "pool", size: 1)
        try await pool.withConnection { connection in
            async let waiting = outcome { try await pool.withConnection { _ in } }
            try await eventually("one waits") { await pool.waiting == 1 }
            await pool.close()
            #expect(await waiting?.message == "the pool was closed")
            // What is lent can be finished.
            let answers = try await connection.rows(Self.pid) { _ in true }
            #expect(answers == [true])
        }
        #expect(await outcome { try await pool.withConnection { _ in } }?.message == "the pool was closed")
    }

    @Test func `permits are handed on in order of arrival`() async {
        var permits = PermitQueue(free: 1)
        #expect(permits.takeOrQueue() == nil)
        let tickets = (0..<3).compactMap { _ in permits.takeOrQueue() }
        #expect(tickets.count == 3)
        permits.giveUp(tickets[1])
        permits.giveBack()
        // Too late: it has its permit. Only the last one still waits.
        permits.giveUp(tickets[0])
        #expect(permits.waiting == 1)
        permits.giveBack()
        permits.giveBack()
        #expect(permits.free == 1, "the second had gone, so that the third permit is free")
        for (ticket, isGranted) in zip(tickets, [true, false, true]) {
            #expect(await withCheckedContinuation { permits.wait(ticket, $0) } == isGranted)
        }
    }

    static let pace: [(failures: Int, fraction: Double, wait: Duration, because: Comment)] = [
        (1, 0, .milliseconds(50), "the lower half of 0.1 s is sure"),
        (1, 0.5, .milliseconds(75), "the upper half is random"),
        (2, 0, .milliseconds(100), "doubled"),
        (4, 0, .milliseconds(400), "doubled again"),
        (8, 0, .seconds(5), "12.8 s is cut to 10 s"),
        (5_000, 0, .seconds(5), "and stays there"),
    ]

    @Test(arguments: pace)
    func `the wait between attempts doubles`(
        row: (failures: Int, fraction: Double, wait: Duration, because: Comment)
    ) {
        var pace = ReconnectPace()
        var now = ContinuousClock.now
        for _ in 0..<row.failures {
            now += .seconds(1)
            pace.failed(attemptAt: now, now: now, fraction: row.fraction)
        }
        #expect(pace.notBefore == now + row.wait, row.because)
    }

    @Test func `attempts that fail together count once`() {
        var pace = ReconnectPace()
        let start = ContinuousClock.now
        for delay in 1...10 { pace.failed(attemptAt: start, now: start + .milliseconds(delay), fraction: 0) }
        #expect(pace.notBefore == start + .milliseconds(51))
        pace.succeeded()
        #expect(pace.notBefore == nil)
    }
}

/// How many are inside at once, at most.
private final class Gauge: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
}
