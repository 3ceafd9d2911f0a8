import Core
import Testing

@Suite struct BufferedRandomTests {
    @Test func `numbers do not come again, neither in one generator nor in two`() {
        var (first, second) = (BufferedRandom(), BufferedRandom())
        let numbers = (0..<1_000).flatMap { _ in [first.next(), second.next()] }
        #expect(Set(numbers).count == 2_000)
    }

    @Test func `each bit is as often set as not`() {
        var random = BufferedRandom()
        let numbers = (0..<4_096).map { _ in random.next() }
        for bit in 0..<64 {
            let count = numbers.count { $0 >> bit & 1 == 1 }
            // Seven standard deviations of 32 around 2,048.
            #expect((1_824...2_272).contains(count), "bit \(bit): \(count)")
        }
    }
}
