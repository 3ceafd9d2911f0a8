import RuntimeSupport
import Testing

@Suite struct BackoffTests {
    @Test func `waits double up to the longest, and are spread over half of it`() {
        var low = Backoff(first: .milliseconds(200), longest: .seconds(1))
        var high = low
        let lows = (0..<5).map { _ in low.next(fraction: 0) }
        let highs = (0..<5).map { _ in high.next(fraction: 0.5) }
        #expect(
            lows == [
                .milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(500), .milliseconds(500),
            ]
        )
        #expect(
            highs == [
                .milliseconds(150), .milliseconds(300), .milliseconds(600), .milliseconds(750), .milliseconds(750),
            ]
        )
    }

    @Test func `without a spread the wait is the ceiling`() {
        var backoff = Backoff(first: .milliseconds(200), longest: .seconds(1))
        let waits = (0..<5).map { _ in backoff.next() }
        #expect(waits == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .seconds(1), .seconds(1)])
    }

    @Test func `a success begins anew`() {
        var backoff = Backoff(first: .milliseconds(200), longest: .seconds(60))
        for _ in 0..<100 { #expect(backoff.next(fraction: 0.99) < .seconds(60)) }
        backoff.reset()
        #expect(backoff.next(fraction: 0) == .milliseconds(100))
    }
}
