import Core
import Logging
import ServiceLifecycle
import TestKit
import Testing

@testable import Recorder

/// The recorder without servers: what it holds, when it writes, what it acknowledges.
@Suite(.timeLimit(.minutes(1))) struct RecorderServiceTests {
    private let source = FakeSource()
    private let deadLetters = FakeDeadLetters()
    private let publisher = FakePublisher()
    private let clock = SetClock()

    /// Never in a test's time: what is written then is written for another reason.
    private static let never = Duration.seconds(86_400)

    @Test func `what was taken is written together when the recorder stops, and acknowledged only then`() async throws {
        let acknowledgedBefore = AcknowledgedBefore(source)
        let events = FakeEvents { acknowledgedBefore.look() }
        try await running(events, flush: Self.never) {
            source.put([message(1, campaign: 7), message(2, campaign: 8)])
            source.put([message(3, campaign: 9)])
        }
        #expect(events.batches == [[7, 8, 9]], "in one transaction")
        #expect(events.hours == [1, 2, 3], "each with the hour of its envelope")
        #expect(acknowledgedBefore.tags == [], "a crash before the commit loses nothing")
        #expect(source.acknowledged == [tag(1), tag(2), tag(3)])
    }

    @Test func `what is held is written when its time has come`() async throws {
        let events = FakeEvents()
        try await running(events, flush: .zero) {
            source.put([message(1, campaign: 7)])
            try await eventually("it is acknowledged") { source.acknowledged == [tag(1)] }
            #expect(events.batches == [[7]])
            source.put([message(2, campaign: 8)])
            try await eventually("so is the next") { source.acknowledged == [tag(1), tag(2)] }
        }
        #expect(events.batches == [[7], [8]], "nothing is written twice, and no empty batch")
    }

    @Test func `a full hold is written before its time`() async throws {
        let events = FakeEvents()
        try await running(events, flush: Self.never) {
            source.put((1...UInt64(Hold.mostMessages)).map { message($0, campaign: 7) })
            try await eventually("all are acknowledged") { source.acknowledged.count == Hold.mostMessages }
        }
        #expect(events.batches.map(\.count) == [Hold.mostMessages])
    }

    @Test func `without a database nothing is held, and it takes again when the database answers`() async throws {
        let events = FakeEvents()
        events.fail([Away()], checks: 1)
        try await running(events, flush: .zero) {
            source.put([message(1, campaign: 7)])
            try await eventually("the source was suspended") { source.suspensions == 1 && !source.isSuspended }
            #expect(events.batches == [])
            #expect(source.acknowledged == [], "the broker hands it out again")
            source.put([message(2, campaign: 7)])
            try await eventually("it is written") { source.acknowledged == [tag(2)] }
        }
        #expect(events.batches == [[7]])
    }

    @Test func `a recorder that stops without a database ends, and acknowledges nothing`() async throws {
        let events = FakeEvents()
        events.fail([Away()])
        try await running(events, flush: Self.never) { source.put([message(1, campaign: 7)]) }
        #expect(events.batches == [])
        #expect(source.acknowledged == [])
    }

    @Test func `what no waiting mends ends the recorder`() async throws {
        struct Broken: Error {}
        let events = FakeEvents()
        events.fail([Broken()])
        source.put([message(1, campaign: 7)])
        await #expect(throws: Broken.self) { try await service(events, flush: .zero).run() }
        #expect(source.acknowledged == [])
    }

    @Test func `what is no events is a dead letter, and those beside it are counted`() async throws {
        let events = FakeEvents()
        let bad = message(2, body: "v1 hour")
        try await running(events, flush: Self.never) {
            source.put([message(1, campaign: 7), bad, message(3, campaign: 8)])
        }
        #expect(deadLetters.messages.map(\.reason) == [.undecodable])
        #expect(deadLetters.messages.map(\.envelope) == [bad.body])
        #expect(publisher.published(to: "dead-letters") == [bad.body])
        #expect(Set(source.acknowledged) == [tag(1), tag(2), tag(3)])
        #expect(events.batches == [[7, 8]])
    }

    @Test func `events of a newer version go back until nobody has come for them in time`() async throws {
        let events = FakeEvents()
        try await running(events, flush: .zero) {
            source.put([newer(1)])
            try await eventually("it is given back") { source.givenBack == [tag(1)] }
            clock.advance(by: .seconds(59))
            source.put([newer(2)])
            try await eventually("and again") { source.givenBack == [tag(1), tag(2)] }
            #expect(deadLetters.messages.isEmpty)
            clock.advance(by: .seconds(1))
            source.put([newer(3)])
            try await eventually("it is a dead letter") { source.acknowledged == [tag(3)] }
        }
        #expect(deadLetters.messages.map(\.reason) == [.tooNew])
        #expect(source.givenBack == [tag(1), tag(2)])
    }

    @Test func `a dead letter that cannot be stored goes back to its queue`() async throws {
        deadLetters.goAway()
        try await running(FakeEvents(), flush: Self.never) { source.put([message(1, body: "nonsense")]) }
        #expect(source.givenBack == [tag(1)])
        #expect(source.acknowledged == [])
    }

    @Test func `a dead letter is stored without a broker that takes its copy`() async throws {
        publisher.goAway()
        try await running(FakeEvents(), flush: Self.never) { source.put([message(1, body: "nonsense")]) }
        #expect(deadLetters.messages.count == 1)
        #expect(source.acknowledged == [tag(1)])
    }

    @Test func `what a crash gave back is published again, so that no delivery limit is reached`() async throws {
        let events = FakeEvents()
        let (old, new) = (message(1, campaign: 7, isRedelivered: true), message(2, campaign: 8))
        try await running(events, flush: Self.never) {
            source.put([old, new])
            try await eventually("the old copy is gone") { source.acknowledged == [tag(1)] }
        }
        #expect(publisher.published(to: EventMessage.queue) == [old.body])
        #expect(events.batches == [[8]], "the new copy of the other is counted when it comes")
    }

    @Test func `what a crash gave back is counted when it cannot be published again`() async throws {
        publisher.goAway()
        let events = FakeEvents()
        try await running(events, flush: Self.never) { source.put([message(1, campaign: 7, isRedelivered: true)]) }
        #expect(events.batches == [[7]])
        #expect(source.acknowledged == [tag(1)])
    }

    // MARK: -

    /// Runs a recorder while `body` runs, and stops it in good order.
    private func running(
        _ events: FakeEvents,
        flush: Duration,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        let group = ServiceGroup(services: [service(events, flush: flush)], logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await eventually("it runs") { source.isAsked }
            try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    private func service(_ events: FakeEvents, flush: Duration) -> RecorderService {
        RecorderService(
            source: source,
            totals: events,
            deadLetters: EventDeadLetters(
                store: deadLetters,
                publisher: publisher,
                name: "test",
                grace: .seconds(60),
                clock: clock.now,
                log: Logger(label: "test")
            ),
            publisher: publisher,
            flush: flush,
            log: Logger(label: "test")
        )
    }

    private func tag(_ number: UInt64) -> JobTag { JobTag(epoch: 1, tag: number) }

    /// One open, of an hour that is the message's number.
    private func message(_ number: UInt64, campaign: CampaignID, isRedelivered: Bool = false) -> QueueMessage {
        let open = TrackedEvent(
            id: EventID(high: 0, low: number),
            kind: .open,
            campaign: campaign,
            link: 0,
            subject: .nobody,
            isMachine: false
        )
        return message(number, EventMessage(hour: Int32(number), events: [open]).encoded(), isRedelivered)
    }

    private func newer(_ number: UInt64) -> QueueMessage { message(number, body: "v2 1 something new") }

    private func message(_ number: UInt64, body: String) -> QueueMessage { message(number, Array(body.utf8)) }

    private func message(_ number: UInt64, _ body: [UInt8], _ isRedelivered: Bool = false) -> QueueMessage {
        QueueMessage(body: body, tag: tag(number), isRedelivered: isRedelivered, queue: EventMessage.queue)
    }
}
