import Core
import Testing

@Suite struct ComplaintRateTests {
    private static let rule = ComplaintRule(warnMillionths: 1_000, pauseMillionths: 3_000, least: 5)
    static let table: [(complaints: Int, accepted: Int, verdict: ComplaintRate.Verdict, because: Comment)] = [
        (0, 0, .fine, "nothing sent, nothing said"),
        (0, 1_000_000, .fine, "nobody complains"),
        (9, 10_000, .fine, "0.09 %"),
        (10, 10_000, .warn, "0.1 % warns"),
        (29, 10_000, .warn, "0.29 %"),
        (30, 10_000, .pause, "0.3 % pauses"),
        (1, 100, .warn, "1 %, but one person"),
        (4, 100, .warn, "4 are not 5"),
        (5, 100, .pause, "5 are"),
        (5, 0, .pause, "of messages that were accepted long ago"),
    ]

    @Test(arguments: table)
    func `a rate of complaints is judged`(
        row: (complaints: Int, accepted: Int, verdict: ComplaintRate.Verdict, because: Comment)
    ) {
        let rate = ComplaintRate(complaints: row.complaints, accepted: row.accepted)
        #expect(rate.verdict(Self.rule) == row.verdict, row.because)
    }

    @Test func `what servers say is kept without addresses`() {
        let said = "550 5.1.1 <ada@example.com>... forwarded to bob@example.net\r\n\u{1B}[2J"
        #expect(bounceDetail(Array(said.utf8)) == "550 5.1.1 <<address>>... forwarded to <address>???[2J")
    }

    @Test func `reasons and consequences come back from their numbers`() {
        for reason in BounceReason.allCases { #expect(BounceReason(number: reason.number) == reason) }
        for consequence in [BounceConsequence.nothing, .hard, .soft, .block] {
            #expect(BounceConsequence(number: consequence.number) == consequence)
        }
        #expect(Set(BounceReason.allCases.map(\.number)).count == BounceReason.allCases.count)
        #expect(BounceReason(number: 0) == nil)
    }
}
