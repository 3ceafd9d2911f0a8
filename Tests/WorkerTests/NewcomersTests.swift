import Core
import Logging
import TestKit
import Testing

@testable import Worker

/// Jobs of a newer version, in a rolling upgrade.
@Suite(.timeLimit(.minutes(1))) struct NewcomersTests {
    private let future = Array("v2 1 1 1 something new".utf8)

    @Test func `one is overdue once its grace is over, counted from when it was first seen`() {
        let newcomers = Newcomers(grace: .seconds(60))
        let start = ContinuousClock.now
        #expect(!newcomers.isOverdue(future, at: start))
        #expect(!newcomers.isOverdue(future, at: start + .seconds(59)))
        #expect(!newcomers.isOverdue(Array("v2 another".utf8), at: start + .seconds(60)), "each has its own time")
        #expect(newcomers.isOverdue(future, at: start + .seconds(60)))
        #expect(!newcomers.isOverdue(future, at: start + .seconds(61)), "one that comes again begins anew")
    }

    @Test func `it goes back to its queue, and is dead only when nobody came for it`() async throws {
        let (books, source) = (FakeBooks(), FakeSource())
        let morgue = Morgue(
            store: books,
            source: source,
            publisher: FakePublisher(),
            worker: "test",
            newcomers: Newcomers(grace: .milliseconds(50)),
            log: Logger(label: "test")
        )
        let error = #expect(throws: JobEnvelope.Unreadable.self) { try JobEnvelope(decoding: future) }
        let first = message(1)
        try await morgue.bury(first, try #require(error))
        #expect(source.acknowledged.isEmpty)
        try await eventually("it is given back") { !source.givenBack.isEmpty }
        #expect(source.givenBack == [first.tag], "not at once, but it goes back")
        #expect(books.unreadable.isEmpty)

        try await Task.sleep(for: .milliseconds(60))  // more than the grace
        let second = message(2)
        try await morgue.bury(second, try #require(error))
        #expect(books.unreadable.map(\.envelope) == [future])
        #expect(source.acknowledged == [second.tag])
    }

    private func message(_ tag: UInt64) -> JobMessage {
        JobMessage(body: future, tag: JobTag(epoch: 1, tag: tag), isRedelivered: tag > 1, queue: "jobs.default")
    }
}
