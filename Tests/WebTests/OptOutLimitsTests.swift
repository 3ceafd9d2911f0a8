import Testing

@testable import Web

struct OptOutLimitsTests {
    @Test func `a bucket is emptied by use and fills by and by`() {
        var allowance = Allowance<Int>(burst: 3, perSecond: 0.5)
        let start = ContinuousClock.now
        for _ in 1...3 { #expect(allowance.take(1, at: start) == nil) }
        #expect(allowance.take(1, at: start) == 2, "one in two seconds")
        #expect(allowance.take(2, at: start) == nil, "another's is its own")
        #expect(allowance.take(1, at: start + .seconds(2)) == nil)
        #expect(allowance.take(1, at: start + .seconds(2)) == 2)
        for _ in 1...3 { #expect(allowance.take(1, at: start + .seconds(1_000)) == nil, "never more than full") }
        #expect(allowance.take(1, at: start + .seconds(1_000)) != nil)
    }

    @Test func `no crowd of strangers makes it grow without bound`() {
        var allowance = Allowance<Int>(burst: 2, perSecond: 1)
        let start = ContinuousClock.now
        for key in 0..<(3 * Allowance<Int>.maximumKeys) { #expect(allowance.take(key, at: start) == nil) }
        #expect(allowance.count <= Allowance<Int>.maximumKeys)
    }
}
