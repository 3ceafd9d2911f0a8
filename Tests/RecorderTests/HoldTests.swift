import Core
import Testing

@testable import Recorder

@Suite struct HoldTests {
    private let hold = Hold()

    @Test func `it is full at so many messages, those of a newer version among them`() {
        for number in 1..<UInt64(Hold.mostMessages) { hold.add(EventMessage(hour: 1, events: []), tag(number)) }
        #expect(!hold.isFull)
        hold.add(unsupported: tag(0))
        #expect(hold.isFull)
    }

    @Test func `it is full at so many events`() {
        let open = TrackedEvent(
            id: EventID(high: 0, low: 0),
            kind: .open,
            campaign: 1,
            link: 0,
            subject: .nobody,
            isMachine: false
        )
        let events = [TrackedEvent](repeating: open, count: 1_000)
        let envelope = EventMessage(hour: 1, events: events)
        for number in 1..<UInt64(Hold.mostEvents / 1_000) { hold.add(envelope, tag(number)) }
        #expect(!hold.isFull)
        hold.add(envelope, tag(0))
        #expect(hold.isFull)
    }

    @Test func `what is taken out is not there any more`() {
        hold.add(EventMessage(hour: 1, events: []), tag(1))
        hold.add(unsupported: tag(2))
        let batch = hold.take()
        #expect(batch.tags == [tag(1)])
        #expect(batch.unsupported == [tag(2)])
        #expect(hold.take().tags.isEmpty)
        #expect(hold.take().unsupported.isEmpty)
    }

    private func tag(_ number: UInt64) -> JobTag { JobTag(epoch: 1, tag: number) }
}
