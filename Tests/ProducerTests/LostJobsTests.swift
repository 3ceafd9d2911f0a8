import Core
import Database
import Testing

@testable import Producer

@Suite struct LostJobsTests {
    private let start = ContinuousClock.now

    private func campaign(_ lane: LeasedLane, state: CampaignState = .running) -> LeasedCampaign {
        LeasedCampaign(
            campaign: 1,
            account: 1,
            state: state,
            isToBeRepublished: false,
            isExpired: false,
            lanes: [lane]
        )
    }

    private func find(
        _ lost: inout LostJobs,
        _ campaign: LeasedCampaign,
        depth: Int = 0,
        after seconds: Int
    ) -> Int {
        lost.find([campaign], depths: ["default": depth], now: start + .seconds(seconds)).count
    }

    @Test func `an empty queue and pending rows without a claim are evidence after a while, and not before`() {
        var lost = LostJobs(patience: .seconds(30))
        let stuck = campaign(.fixture(cursor: 100, pending: 5))
        #expect(find(&lost, stuck, after: 0) == 0)
        #expect(find(&lost, stuck, after: 29) == 0)
        #expect(find(&lost, stuck, after: 30) == 1)
    }

    @Test func `a lane that moves is slow, not lost`() {
        var lost = LostJobs(patience: .seconds(30))
        #expect(find(&lost, campaign(.fixture(cursor: 100, pending: 5)), after: 0) == 0)
        #expect(find(&lost, campaign(.fixture(cursor: 100, pending: 4)), after: 29) == 0)
        #expect(find(&lost, campaign(.fixture(cursor: 100, pending: 4)), after: 58) == 0)
    }

    @Test func `jobs that still wait in the queue are not lost`() {
        var lost = LostJobs(patience: .seconds(30))
        let waiting = campaign(.fixture(cursor: 100, pending: 5))
        #expect(find(&lost, waiting, depth: 3, after: 0) == 0)
        #expect(find(&lost, waiting, depth: 3, after: 3_600) == 0)
    }

    @Test func `rows that were never published are not lost`() {
        var lost = LostJobs(patience: .seconds(30))
        #expect(find(&lost, campaign(.fixture(cursor: 0, pending: 100)), after: 0) == 0)
        #expect(find(&lost, campaign(.fixture(cursor: 0, pending: 100)), after: 60) == 0)
    }

    @Test func `a new generation starts the wait anew`() {
        var lost = LostJobs(patience: .seconds(30))
        #expect(find(&lost, campaign(.fixture(cursor: 100, pending: 5)), after: 0) == 0)
        #expect(find(&lost, campaign(.fixture(cursor: 100, generation: 2, pending: 5)), after: 31) == 0)
        #expect(find(&lost, campaign(.fixture(cursor: 100, generation: 2, pending: 5)), after: 61) == 1)
    }

    @Test func `a paused campaign loses nothing`() {
        var lost = LostJobs(patience: .seconds(30))
        let paused = campaign(.fixture(cursor: 100, pending: 5), state: .paused)
        #expect(find(&lost, paused, after: 0) == 0)
        #expect(find(&lost, paused, after: 60) == 0)
    }
}
