import Testing

@testable import Broker

@Suite struct AckLedgerTests {
    typealias Row = (calls: [[UInt64]], frames: [[AckLedger.Frame]], because: Comment)

    static func one(_ tag: UInt64) -> AckLedger.Frame { AckLedger.Frame(tag: tag, multiple: false) }
    static func all(_ tag: UInt64) -> AckLedger.Frame { AckLedger.Frame(tag: tag, multiple: true) }

    /// Six deliveries each, numbered 1 to 6.
    static let table: [Row] = [
        ([[1, 2, 3]], [[all(3)]], "from the oldest on without a gap: one frame"),
        ([[3, 1, 2]], [[all(3)]], "in any order"),
        ([[2, 3]], [[one(2), one(3)]], "the oldest is missing: one by one"),
        ([[1, 2, 4]], [[one(4), all(2)]], "up to the gap in one, the rest one by one"),
        ([[2], [1]], [[one(2)], [all(1)]], "a multiple must not bear 2, which is settled: 406 closes the channel"),
        ([[2], [1, 3]], [[one(2)], [all(3)]], "a multiple may pass over a settled one"),
        ([[1, 2], [1, 2]], [[all(2)], []], "settled twice, sent once"),
        ([[1, 1]], [[all(1)]], "twice in one call"),
        ([[7], [0]], [[], []], "never delivered"),
        ([[6], [1, 2, 3, 4, 5]], [[one(6)], [all(5)]], "the last one first"),
    ]

    private func expectDelivery(_ tag: UInt64, _ isNoted: Bool, _ ledger: inout AckLedger) {
        let noted = ledger.deliver(tag)
        #expect(noted == isNoted)
    }

    private func expectAll(_ frame: AckLedger.Frame?, _ ledger: inout AckLedger) {
        let all = ledger.settleAll()
        #expect(all == frame)
    }

    @Test(arguments: table)
    func `deliveries are settled once, in few frames`(row: Row) {
        var ledger = AckLedger()
        for tag in 1...6 as ClosedRange<UInt64> { expectDelivery(tag, true, &ledger) }
        for (call, expected) in zip(row.calls, row.frames) {
            var tags = call
            var frames: [AckLedger.Frame] = []
            ledger.settle(&tags, into: &frames)
            #expect(frames == expected, row.because)
        }
    }

    @Test func `a delivery out of step is noticed`() {
        var ledger = AckLedger()
        expectDelivery(1, true, &ledger)
        expectDelivery(3, false, &ledger)
        expectDelivery(1, false, &ledger)
    }

    @Test func `everything goes back in one frame, whose own tag is not settled`() {
        var ledger = AckLedger()
        expectAll(nil, &ledger)
        for tag in 1...4 as ClosedRange<UInt64> { expectDelivery(tag, true, &ledger) }
        var tags: [UInt64] = [4]
        var frames: [AckLedger.Frame] = []
        ledger.settle(&tags, into: &frames)
        expectAll(Self.all(3), &ledger)
        #expect(ledger.outstanding == 0)
        expectAll(nil, &ledger)
        expectDelivery(5, true, &ledger)
    }

    /// Plays the broker's side: an unknown tag would close the channel.
    @Test func `a broker accepts every frame of 20,000 deliveries settled at random`() {
        var generator = SystemRandomNumberGenerator()
        var ledger = AckLedger()
        var unsettled: Set<UInt64> = []
        var next: UInt64 = 1
        while next <= 20_000 || !unsettled.isEmpty {
            for _ in 0..<Int.random(in: 0...50, using: &generator) where next <= 20_000 {
                expectDelivery(next, true, &ledger)
                unsettled.insert(next)
                next += 1
            }
            var tags = unsettled.shuffled(using: &generator).prefix(Int.random(in: 1...40, using: &generator)).map(
                \.self
            )
            tags.append(UInt64.random(in: 0..<next + 2, using: &generator))
            tags.append(contentsOf: tags.prefix(2))
            let asked = Set(tags).intersection(unsettled)
            var frames: [AckLedger.Frame] = []
            ledger.settle(&tags, into: &frames)
            var settled: Set<UInt64> = []
            for frame in frames {
                #expect(unsettled.contains(frame.tag), "406: unknown delivery tag")
                let now = frame.multiple ? unsettled.filter { $0 <= frame.tag } : [frame.tag]
                settled.formUnion(now)
                unsettled.subtract(now)
            }
            #expect(settled == asked)
            #expect(ledger.outstanding == unsettled.count)
        }
    }
}
