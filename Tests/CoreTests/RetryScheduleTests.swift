import Core
import Testing

@Suite struct RetryScheduleTests {
    @Test func `waits double up to the longest, and are spread over the upper half`() {
        let schedule = RetrySchedule(firstSeconds: 60, longestSeconds: 14_400, attempts: 12)
        let ceilings = (1...11).compactMap { schedule.delaySeconds(afterAttempt: $0, fraction: 0.999_999_9) }
        #expect(ceilings.map { $0.rounded() } == [60, 120, 240, 480, 960, 1_920, 3_840, 7_680, 14_400, 14_400, 14_400])
        #expect(schedule.delaySeconds(afterAttempt: 1, fraction: 0) == 30)
    }

    @Test func `after the last attempt nobody is tried again`() {
        let schedule = RetrySchedule(attempts: 3)
        #expect(schedule.delaySeconds(afterAttempt: 2, fraction: 0) != nil)
        #expect(schedule.delaySeconds(afterAttempt: 3, fraction: 0) == nil)
        #expect(schedule.delaySeconds(afterAttempt: 100, fraction: 0) == nil)
    }
}
