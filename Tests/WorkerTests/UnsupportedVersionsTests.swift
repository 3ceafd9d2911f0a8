import Core
import Logging
import Synchronization
import TestKit
import Testing

@testable import Worker

/// Jobs of a newer version, in a rolling upgrade.
@Suite(.timeLimit(.minutes(1))) struct UnsupportedVersionsTests {
    private let future = Array("v3 1 1 1 something new".utf8)
    private let clock = SetClock()

    @Test func `one is overdue once its grace is over, counted from when it was first seen`() {
        let unsupported = UnsupportedVersions(grace: .seconds(60), clock: clock.now)
        #expect(!unsupported.isOverdue(future))
        clock.advance(by: .seconds(59))
        #expect(!unsupported.isOverdue(future))
        clock.advance(by: .seconds(1))
        #expect(!unsupported.isOverdue(Array("v3 another".utf8)), "each has its own time")
        #expect(unsupported.isOverdue(future))
        clock.advance(by: .seconds(1))
        #expect(!unsupported.isOverdue(future), "one that comes again begins anew")
    }

    @Test func `it goes back to its queue, and is dead only when nobody came for it`() async throws {
        let (totals, source) = (FakeDeliveryStore(), FakeSource())
        let deadLetters = deadLetters(totals, source, grace: .milliseconds(50))
        let error = try #require(#expect(throws: JobMessage.Unreadable.self) { try JobMessage(decoding: future) })
        let first = message(1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deadLetters.giveBackRested() }
            defer { group.cancelAll() }
            try await deadLetters.deadLetter(first, error)
            #expect(source.acknowledged.isEmpty)
            try await eventually("it is given back") { !source.givenBack.isEmpty }
        }
        #expect(source.givenBack == [first.tag], "not at once, but it goes back")
        #expect(totals.unreadable.isEmpty)

        clock.advance(by: .milliseconds(50))
        let second = message(2)
        try await deadLetters.deadLetter(second, error)
        #expect(totals.unreadable.map(\.envelope) == [future])
        #expect(source.acknowledged == [second.tag])
    }

    @Test func `a worker that stops gives back what rests, and has ended only then`() async throws {
        let (totals, source) = (FakeDeliveryStore(), FakeSource())
        let pipeline = Pipeline(
            source: source,
            store: totals,
            transport: FakeTransport(),
            messages: TemplateCache(store: totals, installation: try .fixture()),
            keys: try .fixture(),
            deadLetters: deadLetters(totals, source, grace: .seconds(3_600)),
            inFlight: InFlight(capacity: 16),
            rendered: RenderedBytes(limit: 1 << 20),
            workerRun: 1,
            schedule: RetrySchedule(firstSeconds: 60, attempts: 12),
            log: Logger(label: "test")
        )
        source.put(message(1))
        source.put(message(2))
        // The source inFlight both out and ends. Their rest is seconds long.
        try await pipeline.run(grace: .zero)
        #expect(source.givenBack == [message(1).tag, message(2).tag])
        #expect(totals.unreadable.isEmpty)
    }

    private func deadLetters(_ totals: FakeDeliveryStore, _ source: FakeSource, grace: Duration) -> DeadLetterQueue {
        DeadLetterQueue(
            store: totals,
            source: source,
            publisher: FakePublisher(),
            worker: "test",
            unsupported: UnsupportedVersions(grace: grace, clock: clock.now),
            log: Logger(label: "test")
        )
    }

    private func message(_ tag: UInt64) -> QueueMessage {
        QueueMessage(body: future, tag: JobTag(epoch: 1, tag: tag), isRedelivered: tag > 1, queue: "jobs.default")
    }
}

/// A clock that stands still until a test moves it.
private final class SetClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func now() -> ContinuousClock.Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}
