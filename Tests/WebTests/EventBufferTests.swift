import Core
import Logging
import NIOCore
import Synchronization
import Testing

@testable import Web

/// How events wait, and how a crowd of requests is judged.
@Suite(.timeLimit(.minutes(1))) struct EventBufferTests {
    private let start = ContinuousClock.now
    private static let person = client("192.0.2.1")

    private static func client(_ address: String) -> ClientAddress {
        guard let client = ClientAddress(address) else { preconditionFailure("\(address) is no address") }
        return client
    }

    private static func entry(
        _ kind: EventKind = .open,
        link: UInt16 = 0,
        campaign: CampaignID = 1,
        number: UInt64 = 1,
        hour: Int32 = 1
    ) -> EventBuffer.Entry {
        var random = SystemRandomNumberGenerator()
        let event = TrackedEvent(
            id: EventID(from: &random),
            kind: kind,
            campaign: campaign,
            link: link,
            subject: .number(TokenNumber(high: 0, low: number)),
            isMachine: false
        )
        return EventBuffer.Entry(hour: hour, event: event)
    }

    @Test func `an event is held for a moment and then taken as it came`() {
        let buffer = EventBuffer(capacity: 10)
        let entry = Self.entry()
        buffer.add(entry, from: Self.person, at: start)
        #expect(buffer.take(limit: 10, at: start + .milliseconds(2_999)) == [])
        #expect(buffer.take(limit: 10, at: start + .seconds(3)) == [entry])
        #expect(buffer.take(limit: 10, at: start + .seconds(9)) == [] && buffer.count == 0)
    }

    @Test func `who asks for many links at once is a machine, from the first on`() {
        let buffer = EventBuffer(capacity: 100)
        for link in 1...4 as ClosedRange<UInt16> {
            buffer.add(Self.entry(.click, link: link), from: Self.person, at: start + .milliseconds(Int(link)))
        }
        buffer.add(Self.entry(.click, link: 1), from: Self.client("192.0.2.2"), at: start)
        buffer.add(Self.entry(.click, link: 1, campaign: 2), from: Self.person, at: start)
        let taken = buffer.take(limit: 100, at: start + .seconds(4)).map(\.event)
        #expect(taken.map(\.isMachine) == [true, true, true, true, false, false], "others, and other campaigns, stay")
        #expect(taken.prefix(4).allSatisfy { $0.subject == .nobody }, "and no number leaves")
    }

    @Test func `a reader who follows three links, and one who comes back later, are people`() {
        let buffer = EventBuffer(capacity: 100)
        for link in 1...3 as ClosedRange<UInt16> {
            buffer.add(Self.entry(.click, link: link), from: Self.person, at: start)
        }
        #expect(buffer.take(limit: 100, at: start + .seconds(7)).allSatisfy { !$0.event.isMachine })
        for link in 4...6 as ClosedRange<UInt16> {
            buffer.add(Self.entry(.click, link: link), from: Self.person, at: start + .seconds(8))
        }
        #expect(buffer.take(limit: 100, at: start + .seconds(12)).allSatisfy { !$0.event.isMachine })
    }

    @Test func `a token that is replayed a thousand times is a machine's`() {
        let buffer = EventBuffer(capacity: 2_000)
        for _ in 0..<1_000 { buffer.add(Self.entry(), from: Self.person, at: start) }
        let taken = buffer.take(limit: 2_000, at: start + .seconds(3))
        #expect(taken.count == 1_000 && taken.allSatisfy { $0.event.isMachine })
    }

    @Test func `a full buffer drops and counts, and takes again when there is room`() {
        let buffer = EventBuffer(capacity: 5)
        for _ in 0..<8 { buffer.add(Self.entry(), from: Self.person, at: start) }
        #expect(buffer.count == 5 && buffer.dropped == 3)
        let taken = buffer.take(limit: 3, all: true)
        #expect(taken.count == 3)
        buffer.putBack(taken)
        #expect(buffer.count == 5, "what comes back is never dropped")
        #expect(buffer.take(limit: .max, all: true).count == 5)
        buffer.add(Self.entry(), from: Self.person, at: start)
        #expect(buffer.count == 1)
    }

    @Test func `events are published by hour, declared first, and what is refused is published again under its id`()
        async throws
    {
        let buffer = EventBuffer(capacity: 1_000)
        let broker = BrokerInMemory()
        let flow = EventFlow(
            buffer: buffer,
            publisher: broker,
            log: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        )
        let entries = (0..<450).map { Self.entry(number: $0, hour: $0 < 300 ? 1 : 2) }
        for (index, entry) in entries.enumerated() {
            buffer.add(entry, from: Self.client("192.0.\(index / 10).1"), at: start)
        }
        var isDeclared = false
        broker.behaviour.withLock { $0 = .away }
        await flow.flush(isDeclared: &isDeclared, all: true)
        #expect(buffer.count == 450, "kept while the broker is away")
        broker.behaviour.withLock { $0 = .refusing }
        await flow.flush(isDeclared: &isDeclared, all: true)
        #expect(buffer.count == 450, "kept when it was not confirmed")
        broker.behaviour.withLock { $0 = .confirming }
        await flow.flush(isDeclared: &isDeclared, all: true)
        #expect(buffer.count == 0)
        let envelopes = try broker.bodies.withLock { try $0.map { try EventMessage(decoding: $0) } }
        #expect(envelopes.map(\.hour) == [1, 1, 2] && envelopes.allSatisfy { $0.events.count <= 200 })
        #expect(Set(envelopes.flatMap(\.events)) == Set(entries.map(\.event)), "the same ids, each once")
        #expect(broker.declared.withLock { $0 } == ["events", "events"], "anew after a refusal: the queue may be gone")
    }
}

/// A broker that keeps what it confirms.
private final class BrokerInMemory: JobPublisher {
    enum Behaviour { case away, refusing, confirming }
    struct Away: Error {}

    let behaviour = Mutex(Behaviour.confirming)
    let bodies = Mutex<[[UInt8]]>([])
    let declared = Mutex<[String]>([])

    func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome] {
        switch behaviour.withLock({ $0 }) {
        case .away: throw Away()
        case .refusing: return bodies.map { _ in .refused(reason: "as told") }
        case .confirming:
            self.bodies.withLock { $0 += bodies }
            return bodies.map { _ in .confirmed }
        }
    }

    func depth(of queue: String) async throws -> Int { bodies.withLock { $0.count } }

    func declare(_ queues: [String]) async throws {
        if behaviour.withLock({ $0 == .away }) { throw Away() }
        declared.withLock { $0 += queues }
    }
}
