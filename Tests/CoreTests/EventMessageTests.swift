import Testing

@testable import Core

@Suite struct EventMessageTests {
    static let id = EventID(high: 0x0123_4567_89AB_CDEF, low: 1)
    static let number = TokenNumber(high: .max, low: 0xFEDC_BA98_7654_3210)
    static let events: [TrackedEvent] = [
        event(.open, 0, .number(number)), event(.click, .max, .number(number)),
        event(.open, 0, .recipient(.max, second: 3_599)),
        event(.click, 1, .recipient(1, second: 0)), event(.open, 0, .nobody, isMachine: true),
        event(.click, 7, .recipient(9, second: 12), isMachine: true),
    ]

    private static func event(
        _ kind: EventKind,
        _ link: UInt16,
        _ subject: TrackedEvent.Subject,
        isMachine: Bool = false
    ) -> TrackedEvent {
        TrackedEvent(id: id, kind: kind, campaign: 70_001, link: link, subject: subject, isMachine: isMachine)
    }

    @Test func `events come back as they were`() throws {
        for event in Self.events {
            let envelope = EventMessage(hour: 496_000, events: [event])
            #expect(try EventMessage(decoding: envelope.encoded()) == envelope)
        }
        let none = EventMessage(hour: 0, events: [])
        #expect(try EventMessage(decoding: none.encoded()) == none)
    }

    @Test func `an envelope reads as documented`() {
        let text = EventMessage(hour: 496_000, events: [Self.events[5]]).encoded()
        #expect(
            String(decoding: text, as: UTF8.self)
                == "v1 496000\n0123456789abcdef0000000000000001 C 70001 7 r9.12"
        )
    }

    @Test func `the order of events says nothing of what came first`() {
        let random = (0..<50).map { _ in EventID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) }
        let events = random.map { id in
            TrackedEvent(id: id, kind: .open, campaign: 1, link: 0, subject: .number(Self.number), isMachine: false)
        }
        #expect(EventMessage(hour: 1, events: events).events.map(\.id) == random.sorted())
    }

    static let line = "0123456789abcdef0000000000000001 o 1 0 n0123456789abcdef0000000000000001"
    static let unreadable: [(body: String, error: EventMessage.Unreadable, because: Comment)] = [
        ("", .malformed(line: 1), "empty"), ("v", .malformed(line: 1), "no version"),
        ("v1", .malformed(line: 1), "no hour"),
        ("v0 1", .malformed(line: 1), "there is no version 0"),
        ("v2 whatever", .tooNew(version: 2), "a newer recorder's"),
        ("v1 17 1 1", .malformed(line: 1), "a job"),
        ("v1 9999999999", .malformed(line: 1), "an hour that does not fit"),
        ("v1 1\n", .malformed(line: 2), "an empty line"), ("v1 1\n\(line)\n", .malformed(line: 3), "one at the end"),
        ("v1 1\n\(line) x", .malformed(line: 2), "a field too many"),
        ("v1 1\n" + line.replacing(" o ", with: " x "), .malformed(line: 2), "an unknown kind"),
        ("v1 1\n" + line.replacing(" o 1 0", with: " o 1 5"), .malformed(line: 2), "an open of a link"),
        ("v1 1\n" + line.replacing(" o 1 0", with: " c 1 0"), .malformed(line: 2), "a click of none"),
        ("v1 1\n" + line.replacing(" o 1", with: " o 0"), .malformed(line: 2), "campaign 0"),
        ("v1 1\n" + line.replacing("abcdef", with: "ABCDEF"), .malformed(line: 2), "large digits: a second spelling"),
        ("v1 1\n" + line.dropLast(), .malformed(line: 2), "a number cut short"),
        ("v1 1\n" + line.replacing(" n", with: " r"), .malformed(line: 2), "no recipient"),
        ("v1 1\n0123456789abcdef0000000000000001 o 1 0 r5.3600", .malformed(line: 2), "no second of an hour"),
        ("v1 1\n0123456789abcdef0000000000000001 o 1 0 r0.1", .malformed(line: 2), "nobody has the seq 0"),
        (
            "v1 1" + String(repeating: "\n" + line, count: EventMessage.maximumEvents + 1), .malformed(line: 1),
            "more than one message may hold"
        ),
    ]

    @Test(arguments: unreadable)
    func `what is no envelope is refused`(row: (body: String, error: EventMessage.Unreadable, because: Comment)) {
        #expect(throws: row.error, row.because) { try EventMessage(decoding: Array(row.body.utf8)) }
    }

    @Test func `an event has what its token says, and of a machine no number`() throws {
        let click = TrackingToken.click(campaign: 3, link: 2, .number(Self.number))
        let person = TrackedEvent(click, id: Self.id, second: 5, isMachine: false)
        #expect(person?.subject == .number(Self.number), "no time beside a number")
        #expect(TrackedEvent(click, id: Self.id, second: 5, isMachine: true)?.subject == .nobody)
        #expect(person?.ofMachine.subject == .nobody)
        let named = TrackingToken.open(campaign: 3, .recipient(8))
        #expect(TrackedEvent(named, id: Self.id, second: 5, isMachine: false)?.subject == .recipient(8, second: 5))
        #expect(TrackedEvent(named, id: Self.id, second: 5, isMachine: true)?.subject == .recipient(8, second: 5))
        let key = DeliveryKey(campaign: 1, seq: 1)
        #expect(TrackedEvent(.unsubscribe(key), id: Self.id, second: 0, isMachine: false) == nil)
    }
}
