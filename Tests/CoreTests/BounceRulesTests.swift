import Core
import Testing

@Suite struct BounceRulesTests {
    typealias Case = (
        consequence: BounceConsequence, inARow: Int64, limit: Int16, verdict: BounceVerdict, because: Comment
    )

    static let table: [Case] = [
        (.hard, 0, 3, .suppressHard, "hard: at once"),
        (.soft, 1, 3, .nothing, "the first of three"),
        (.soft, 2, 3, .nothing, "one less than the limit"),
        (.soft, 3, 3, .suppressSoft(3), "the limit itself is one too many"),
        (.soft, 7, 3, .suppressSoft(7), "a limit that was lowered meanwhile"),
        (.soft, 1, 1, .suppressSoft(1), "an account that forgives nothing"),
        (.block, 9, 3, .nothing, "about the sender: suppresses nobody"),
        (.nothing, 9, 3, .nothing, "an answer of a machine"),
    ]

    @Test(arguments: table)
    func `a hard bounce suppresses at once, a soft one when it is one too many`(row: Case) {
        let verdict = BounceVerdict(row.consequence) { (row.inARow, row.limit) }
        #expect(verdict == row.verdict, row.because)
    }

    @Test func `soft bounces are counted only where they decide`() throws {
        struct Asked: Error {}
        for consequence in [BounceConsequence.hard, .block, .nothing] {
            _ = try BounceVerdict(consequence) { throw Asked() }
        }
        #expect(throws: Asked.self) { try BounceVerdict(.soft) { throw Asked() } }
    }
}

@Suite struct ThrottleRuleTests {
    typealias Case = (
        blocked: Int64, ended: Int64, limit: Int32, last: (level: Int16, minutesAgo: Double)?, minutes: Double?,
        level: Int16, because: Comment
    )

    static let table: [Case] = [
        (4, 10, 5, nil, nil, 0, "four are not five"),
        (5, 10, 5, nil, 10, 0, "the limit itself is too many"),
        (0, 0, 0, nil, nil, 0, "no refusal, no throttle"),
        (5, 100, 5, nil, 10, 0, "exactly a twentieth"),
        (5, 101, 5, nil, nil, 0, "less than a twentieth of what has ended"),
        (5, 0, 5, (0, 59), 20, 1, "within an hour of the last: twice as long"),
        (5, 0, 5, (0, 60), 10, 0, "an hour later it begins with the first"),
        (5, 0, 5, (3, 1), 160, 4, "doubles each time"),
        (5, 0, 5, (4, 1), 240, 5, "four hours are the longest"),
        (5, 0, 5, (300, 1), 240, 301, "however often"),
    ]

    @Test(arguments: table)
    func `too many refusals of the sender throttle the lane, longer each time`(row: Case) {
        let facts = Throttle.Facts(blocked: row.blocked, ended: row.ended, limit: row.limit, last: row.last)
        let throttle = Throttle(facts)
        #expect(throttle?.minutes == row.minutes, row.because)
        #expect(throttle.map(\.level) == row.minutes.map { _ in row.level }, row.because)
    }
}
