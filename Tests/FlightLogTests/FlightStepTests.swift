import Core
import TestKit
import Testing

@testable import FlightLog

@Suite struct FlightStepTests {
    enum State: CaseIterable { case free, claimed, begun, dotAllowed, replied, takenAsClaimed, takenAsBegun }
    enum Operation: CaseIterable { case write, begin, allowDot, reply, free, take }

    /// What succeeds, and where it leads; all else fails and changes nothing.
    static let table: [(from: State, operation: Operation, to: State, because: Comment)] = [
        (.free, .write, .claimed, "a message about to be claimed"),
        (.claimed, .begin, .begun, "a connection gets it"),
        (.begun, .begin, .begun, "another connection gets it"),
        (.begun, .allowDot, .dotAllowed, "the point of no return"),
        (.dotAllowed, .allowDot, .dotAllowed, "a write that is tried again"),
        (.begun, .reply, .replied, "refused before the dot"),
        (.dotAllowed, .reply, .replied, "the reply to the dot"),
        (.claimed, .free, .free, "the database did not let it be claimed"),
        (.begun, .free, .free, "put back by its own worker"),
        (.dotAllowed, .free, .free, "recorded as unknown"),
        (.replied, .free, .free, "recorded"),
        (.free, .free, .free, "nothing to free"),
        (.claimed, .take, .takenAsClaimed, "a settler puts it back"),
        (.begun, .take, .takenAsBegun, "a settler puts it back, and counts"),
        (.takenAsClaimed, .take, .takenAsClaimed, "the first settler died"),
        (.takenAsBegun, .take, .takenAsBegun, "the first settler died"),
    ]

    @Test(arguments: State.allCases, Operation.allCases)
    func `each operation changes the steps that the table says, and no other`(state: State, operation: Operation) throws
    {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 3)
        let settler = try folder.log(1, evenIfOwned: true)
        try bring(owner, settler, to: state)
        #expect(self.state(settler) == state)
        let before = settler.record(1)
        let row = Self.table.first { $0.from == state && $0.operation == operation }
        let succeeded =
            switch operation {
            case .write: owner.write(1, 20)
            case .begin: owner.begin(1)
            case .allowDot: owner.allowDot(1)
            case .reply: owner.replied(1, code: 550, judgement: .never, step: .rcpt, text: "no")
            case .free: owner.free(1)
            case .take: before.map { settler.take($0) } ?? false
            }
        #expect(succeeded == (row != nil), row?.because)
        #expect(self.state(settler) == row?.to ?? state, row?.because)
        if row == nil { #expect(settler.record(1) == before) }
        #expect(settler.record(0) == nil)
        #expect(settler.record(2) == nil)
    }

    @Test func `acceptance is only said of a message that was allowed its dot`() throws {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 2)
        let settler = try folder.log(1, evenIfOwned: true)
        try bring(owner, settler, to: .begun)
        #expect(!owner.replied(1, code: 250, judgement: .accepted, step: .dot, text: "ok"))
        #expect(settler.record(1)?.step == .begun)
    }

    @Test func `a record that is out of date takes nothing`() throws {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 1)
        let settler = try folder.log(1, evenIfOwned: true)
        #expect(owner.write(0, 1))
        let old = try #require(settler.record(0))
        #expect(owner.free(0))
        #expect(!settler.take(old))
        #expect(owner.write(0, 2))
        #expect(!settler.take(old), "another message in the same slot, at the same step")
        #expect(settler.record(0)?.token == 2)
        #expect(owner.begin(0))
        #expect(owner.allowDot(0))
    }

    @Test func `a second reply does not touch the first`() throws {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 1)
        let settler = try folder.log(1, evenIfOwned: true)
        #expect(owner.write(0, 1) && owner.begin(0) && owner.allowDot(0) && owner.reply(0, 1))
        #expect(!owner.replied(0, code: 451, judgement: .later, step: .dot, text: "later"))
        #expect(settler.record(0)?.step == .replied(FlightSample(token: 1).reply))
    }

    @Test func `what is read is what was written`() throws {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: .min, slots: 100)
        let settler = try folder.log(.min, evenIfOwned: true)
        for token in 1...5_000 as ClosedRange<ClaimToken> {
            let slot = Int(token % 100)
            #expect(owner.write(slot, token) && owner.begin(slot) && owner.allowDot(slot) && owner.reply(slot, token))
            let record = try #require(settler.record(slot))
            #expect(record.token == token && record.slot == slot && record.isOfOneSample)
            #expect(record.step == .replied(FlightSample(token: token).reply))
            if token > 4_900 { continue }
            #expect(owner.free(slot))
        }
        let contents = settler.contents()
        #expect(contents.records.map(\.token).sorted() == Array(4_901...5_000))
        #expect(contents.unproved == 0)
    }

    static let texts: [(text: String, stored: String, because: Comment)] = [
        ("", "", "no words"),
        ("2.0.0 Ok", "2.0.0 Ok", "one word of memory"),
        ("2.0.0 Okay", "2.0.0 Okay", "a bit more"),
        ("a\r\nb\tc\0d\u{7F}", "a??b?c?d?", "control characters"),
        ("für", "f??r", "only ASCII is stored, as of all replies"),
        (String(repeating: "x", count: 472), String(repeating: "x", count: 472), "as much as fits"),
        (String(repeating: "x", count: 473), String(repeating: "x", count: 472), "one byte too many"),
        (
            String(repeating: "0123456789", count: 100), String(repeating: "0123456789", count: 48).dropLast(8) + "",
            "cut"
        ),
    ]

    @Test(arguments: texts)
    func `a reply's text is printable, and cut to what fits`(row: (text: String, stored: String, because: Comment))
        throws
    {
        let place = try LogFolder()
        let folder = try place.open()
        let owner = try OwnedFlightLog.create(in: folder, workerRun: 1, slots: 2)
        let settler = try folder.log(1, evenIfOwned: true)
        #expect(owner.write(1, 9))
        for slot in [0, 1] where slot == 1 || owner.write(slot, 1) {
            #expect(owner.begin(slot) && owner.allowDot(slot))
        }
        #expect(owner.replied(0, code: 250, judgement: .accepted, step: .dot, text: row.text))
        let reply = FlightReply(code: 250, judgement: .accepted, step: .dot, text: row.stored)
        #expect(settler.record(0)?.step == .replied(reply), row.because)
        #expect(settler.record(1)?.step == .dotAllowed, "the next slot is untouched")
    }

    private func bring(_ owner: OwnedFlightLog, _ settler: FoundFlightLog, to state: State) throws {
        guard state != .free else { return }
        #expect(owner.write(1, 10))
        if state == .takenAsClaimed { #expect(settler.take(try #require(settler.record(1)))) }
        guard state != .claimed, state != .takenAsClaimed else { return }
        #expect(owner.begin(1))
        if state == .takenAsBegun { #expect(settler.take(try #require(settler.record(1)))) }
        guard state == .dotAllowed || state == .replied else { return }
        #expect(owner.allowDot(1))
        if state == .replied { #expect(owner.reply(1, 10)) }
    }

    private func state(_ settler: FoundFlightLog) -> State {
        switch settler.record(1)?.step {
        case nil: .free
        case .claimed: .claimed
        case .begun: .begun
        case .dotAllowed: .dotAllowed
        case .replied: .replied
        case .taken(begun: false): .takenAsClaimed
        case .taken(begun: true): .takenAsBegun
        }
    }
}
