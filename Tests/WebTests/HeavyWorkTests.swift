import Core
import Glibc
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Templates
import TestKit
import Testing

@testable import Web

/// What tenants' messages cost is bounded, and ends when nobody waits for it.
@Suite(.timeLimit(.minutes(1))) struct HeavyWorkTests {
    /// Holds work up until it is opened.
    private final class Gate: Sendable {
        private let state = Mutex((isOpen: false, waiting: 0))

        var waiting: Int { state.withLock { $0.waiting } }

        func open() { state.withLock { $0.isOpen = true } }

        func pass() {
            state.withLock { $0.waiting += 1 }
            while !state.withLock({ $0.isOpen }) { sched_yield() }
        }
    }

    private static func fill(
        _ work: HeavyWork,
        _ accounts: [AccountID],
        _ gate: Gate,
        _ body: () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for account in accounts {
                group.addTask { try await work.run(for: account, isGone: { false }) { _ in gate.pass() } }
            }
            do {
                try await eventually("the work is under way") { work.underWay == accounts.count }
                try await body()
            } catch {
                gate.open()
                throw error
            }
            gate.open()
            try await group.waitForAll()
        }
    }

    @Test func `an account that has all it may under way is refused, another one is not`() async throws {
        let work = HeavyWork(threads: 1, mostOfAccount: 2, most: 4)
        let gate = Gate()
        try await Self.fill(work, [1, 1, 2], gate) {
            await #expect(throws: HeavyWork.Refused.tooManyOfAccount) {
                try await work.run(for: 1, isGone: { false }) { _ in }
            }
            #expect(gate.waiting <= 1, "one thread, one at a time")
            let last = Task { try await work.run(for: 3, isGone: { false }) { _ in } }
            try await eventually("it waits") { work.underWay == 4 }
            await #expect(throws: HeavyWork.Refused.tooMany) {
                try await work.run(for: 4, isGone: { false }) { _ in }
            }
            gate.open()
            try await last.value
        }
        #expect(work.underWay == 0)
        try await work.run(for: 1, isGone: { false }) { _ in }
    }

    @Test func `a client that hangs up ends its work at the next step, and what waits is not begun`() async throws {
        let work = HeavyWork(threads: 1)
        let (isGone, hasBegun) = (Flag(), Flag())
        let first = Task {
            try await work.run(for: 1, isGone: { isGone.isSet }) { stop in
                hasBegun.set()
                while !stop.isDue { sched_yield() }
                throw HeavyWork.Refused.tooLate
            }
        }
        try await eventually("it has begun") { hasBegun.isSet }
        let second = Task {
            try await work.run(for: 1, isGone: { isGone.isSet }) { _ in Issue.record("nobody waits for it") }
        }
        try await eventually("the second waits") { work.underWay == 2 }
        isGone.set()
        await #expect(throws: CancellationError.self) { try await first.value }
        await #expect(throws: CancellationError.self) { try await second.value }
    }

    @Test func `work that takes longer than it may is told to stop, and what waited too long is refused`() async throws
    {
        let work = HeavyWork(limit: .milliseconds(20))
        let steps = try await work.run(for: 1, isGone: { false }) { stop in
            var steps = 0
            while !stop.isDue { steps += 1 }
            return steps
        }
        #expect(steps > 0)
        await #expect(throws: HeavyWork.Refused.tooLate) {
            try await HeavyWork(limit: .zero).run(for: 1, isGone: { false }) { _ in }
        }
    }

    @Test func `a closed connection is seen while its request is being answered`() async throws {
        let (isAnswering, hasSeen) = (Flag(), Flag())
        let router = Router(context: WebContext.self)
        router.get("wait") { _, context in
            isAnswering.set()
            try await eventually("the client is gone") { context.isGone() }
            hasSeen.set()
            return Response.text("nobody reads this\n")
        }
        let app = Application(
            router: router,
            server: .http1(configuration: .init(additionalChannelHandlers: [RequestClock(limit: .seconds(30))])),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        try await app.test(.live) { client in
            let port = try #require(client.port)
            let connection = try RawClient(port: port)
            connection.send("GET /wait HTTP/1.1\r\nHost: a.example\r\n\r\n")
            try await eventually("the request is taken") { isAnswering.isSet }
            #expect(!hasSeen.isSet)
            connection.hangUp()
            try await eventually("the end is seen") { hasSeen.isSet }
        }
    }
}

/// Something that has happened.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }

    func set() { state.withLock { $0 = true } }
}
