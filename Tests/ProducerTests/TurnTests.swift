import Core
import Database
import Testing

@testable import Producer

@Suite struct TurnTests {
    private func turn(_ campaign: CampaignID, seqs: ClosedRange<Seq>, jobsPerMessage: Int = 1) -> Turn {
        Turn(campaign: campaign, lane: .fixture(), seqs: Array(seqs), jobsPerMessage: jobsPerMessage)
    }

    @Test func `the cursor moves only past what was confirmed before the first refusal`() {
        var turn = turn(1, seqs: 11...20)
        #expect(turn.confirmedCursor == 20)
        turn.refuse(7, "returned")
        turn.refuse(4, "returned")
        #expect(turn.confirmedCursor == 14)
        #expect(turn.confirmedJobs == 4)
        turn.refuse(0, "returned")
        #expect(turn.confirmedCursor == nil)
    }

    @Test func `a lane of which nothing is pending any more is done`() {
        let done = Turn(campaign: 1, lane: .fixture(), seqs: [], jobsPerMessage: 1)
        #expect(done.confirmedCursor == 100)
    }

    @Test func `jobs are packed in order, the last message with what is left`() throws {
        let turn = turn(3, seqs: 1...7, jobsPerMessage: 3)
        let seqs = try turn.bodies.map { try JobMessage(decoding: $0).seqs }
        #expect(seqs == [[1, 2, 3], [4, 5, 6], [7]])
    }

    @Test func `two campaigns are mixed evenly in the queue`() {
        let order = Turn.interleaved([turn(1, seqs: 1...8), turn(2, seqs: 1...2)])
        #expect(order.map(\.turn) == [0, 0, 1, 0, 0, 0, 0, 1, 0, 0])
        #expect(order.filter { $0.turn == 0 }.map(\.body) == Array(0..<8))
    }
}

extension LeasedLane {
    static func fixture(
        cursor: Seq = 0,
        generation: Generation = 1,
        pending: Int32 = 100
    ) -> LeasedLane {
        LeasedLane(
            lane: 1,
            name: "default",
            firstSeq: 1,
            lastSeq: 100,
            cursor: cursor,
            generation: generation,
            pending: pending,
            sending: 0,
            deferred: 0
        )
    }
}
