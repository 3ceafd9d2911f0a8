import Core
import Database
import Testing

@testable import Producer

@Suite struct TurnTests {
    private func turn(_ campaign: CampaignID, seqs: ClosedRange<Seq>) -> Turn {
        Turn(campaign: campaign, lane: .fixture(), seqs: Array(seqs))
    }

    @Test func `the cursor moves only past what was confirmed before the first refusal`() {
        var turn = turn(1, seqs: 11...20)
        #expect(turn.confirmedCursor == 20)
        turn.refuse(from: 7)
        turn.refuse(from: 4)
        #expect(turn.confirmedCursor == 14)
        turn.refuse(from: 0)
        #expect(turn.confirmedCursor == nil)
    }

    @Test func `a lane of which nothing is pending any more is done`() {
        let done = Turn(campaign: 1, lane: .fixture(), seqs: [])
        #expect(done.confirmedCursor == 100)
    }

    @Test func `two campaigns are mixed evenly in the queue`() {
        let order = Turn.interleaved([turn(1, seqs: 1...8), turn(2, seqs: 1...2)], runs: 1)
        #expect(order.map(\.turn) == [0, 1, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect(order.filter { $0.turn == 0 }.map(\.job) == Array(0..<8))
    }

    @Test func `jobs for one message stay together, and the smaller campaign does not wait for the larger one`() {
        let order = Turn.interleaved([turn(1, seqs: 1...9), turn(2, seqs: 1...2)], runs: 4)
        #expect(order.map(\.turn) == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
        #expect(order.filter { $0.turn == 0 }.map(\.job) == Array(0..<9))
    }

    @Test func `a message holds each campaign's jobs together, and each generation's`() {
        let jobs = [(1, 1, 5), (2, 1, 8), (1, 1, 6), (1, 2, 7)].map {
            PublishedJob(campaign: $0.0, generation: $0.1, seq: $0.2)
        }
        #expect(
            JobMessage(packing: jobs[...]).parts == [
                .init(campaign: 1, generation: 1, seqs: [5, 6]), .init(campaign: 2, generation: 1, seqs: [8]),
                .init(campaign: 1, generation: 2, seqs: [7]),
            ]
        )
    }

    static let packings: [(jobs: Int, workers: LaneWorkers, most: Int, size: Int, because: Comment)] = [
        (3, LaneWorkers(count: 1, slots: 100), 32, 1, "they trickle"),
        (8, LaneWorkers(count: 2, slots: 200), 32, 1, "each worker gets four messages"),
        (9, LaneWorkers(count: 2, slots: 200), 32, 2, "and more jobs in them rather than more messages"),
        (5_000, LaneWorkers(count: 1, slots: 100), 32, 25, "a full lane: a quarter of the connections"),
        (5_000, LaneWorkers(count: 1, slots: 400), 32, 32, "the setting's limit"),
        (5_000, LaneWorkers(count: 4, slots: 80), 32, 5, "a quarter of one worker's, not of all"),
        (5_000, LaneWorkers(count: 1, slots: 3), 32, 1, "few connections"),
        (5_000, LaneWorkers(), 32, 1, "no worker is known yet"),
        (5_000, LaneWorkers(count: 1, slots: 100), 1, 1, "switched off"),
    ]

    @Test(arguments: packings)
    func `messages are as large as the lane is full`(
        row: (jobs: Int, workers: LaneWorkers, most: Int, size: Int, because: Comment)
    ) {
        #expect(row.workers.jobsPerMessage(publishing: row.jobs, atMost: row.most) == row.size, row.because)
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
