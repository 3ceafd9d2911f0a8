import Core
import Logging
import Synchronization
import TestKit
import Testing

@testable import Worker

/// Jobs of a newer version, in a rolling upgrade.
@Suite(.timeLimit(.minutes(1))) struct NewcomersTests {
    private let future = Array("v2 1 1 1 something new".utf8)
    private let clock = SetClock()

    @Test func `one is overdue once its grace is over, counted from when it was first seen`() {
        let newcomers = Newcomers(grace: .seconds(60), clock: clock.now)
        #expect(!newcomers.isOverdue(future))
        clock.advance(by: .seconds(59))
        #expect(!newcomers.isOverdue(future))
        clock.advance(by: .seconds(1))
        #expect(!newcomers.isOverdue(Array("v2 another".utf8)), "each has its own time")
        #expect(newcomers.isOverdue(future))
        clock.advance(by: .seconds(1))
        #expect(!newcomers.isOverdue(future), "one that comes again begins anew")
    }

    @Test func `it goes back to its queue, and is dead only when nobody came for it`() async throws {
        let (books, source) = (FakeBooks(), FakeSource())
        let morgue = morgue(books, source, grace: .milliseconds(50))
        let error = try #require(#expect(throws: JobEnvelope.Unreadable.self) { try JobEnvelope(decoding: future) })
        let first = message(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await morgue.giveBackRested() }
            defer { group.cancelAll() }
            try await morgue.bury(first, error)
            #expect(source.acknowledged.isEmpty)
            try await eventually("it is given back") { !source.givenBack.isEmpty }
        }
        #expect(source.givenBack == [first.tag], "not at once, but it goes back")
        #expect(books.unreadable.isEmpty)

        clock.advance(by: .milliseconds(50))
        let second = message(2)
        try await morgue.bury(second, error)
        #expect(books.unreadable.map(\.envelope) == [future])
        #expect(source.acknowledged == [second.tag])
    }

    @Test func `a worker that stops gives back what rests, and has ended only then`() async throws {
        let (books, source) = (FakeBooks(), FakeSource())
        let pipeline = LanePipeline(
            source: source,
            store: books,
            transport: FakeTransport(),
            letters: Letters(store: books, installation: try .fixture()),
            keys: try .fixture(),
            morgue: morgue(books, source, grace: .seconds(3_600)),
            hand: Hand(capacity: 16),
            incarnation: 1,
            schedule: RetrySchedule(firstSeconds: 60, attempts: 12),
            log: Logger(label: "test")
        )
        source.put(message(1))
        source.put(message(2))
        // The source hands both out and ends. Their rest is seconds long.
        try await pipeline.run(grace: .zero)
        #expect(source.givenBack == [message(1).tag, message(2).tag])
        #expect(books.unreadable.isEmpty)
    }

    private func morgue(_ books: FakeBooks, _ source: FakeSource, grace: Duration) -> Morgue {
        Morgue(
            store: books,
            source: source,
            publisher: FakePublisher(),
            worker: "test",
            newcomers: Newcomers(grace: grace, clock: clock.now),
            log: Logger(label: "test")
        )
    }

    private func message(_ tag: UInt64) -> JobMessage {
        JobMessage(body: future, tag: JobTag(epoch: 1, tag: tag), isRedelivered: tag > 1, queue: "jobs.default")
    }
}

/// A clock that stands still until a test moves it.
private final class SetClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func now() -> ContinuousClock.Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
