import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct BufferTests {
    @Test func `elements come out in order, at most as many as asked`() async {
        let buffer = Buffer<Int>()
        buffer.append([1, 2, 3])
        buffer.append([4])
        #expect(await buffer.take(atMost: 3) == [1, 2, 3])
        #expect(await buffer.take(atMost: 3) == [4])
    }

    @Test func `a reader waits for the first element`() async {
        let buffer = Buffer<Int>()
        async let taken = buffer.take(atMost: 10)
        buffer.append([1])
        #expect(await taken == [1])
    }

    @Test func `a closed buffer gives what it has, then nothing`() async {
        let buffer = Buffer<Int>()
        buffer.append([1])
        buffer.close()
        #expect(await buffer.take(atMost: 10) == [1])
        #expect(await buffer.take(atMost: 10) == [])
        let other = Buffer<Int>()
        async let taken = other.take(atMost: 1)
        other.close()
        #expect(await taken == [])
    }

    @Test func `taking now never waits`() {
        let buffer = Buffer<Int>()
        #expect(buffer.takeNow(atMost: 5) == [])
        buffer.append([1, 2, 3])
        #expect(buffer.takeNow(atMost: 2) == [1, 2])
        #expect(buffer.count == 1)
    }

    @Test func `a reader that wants several is woken by the one that makes them enough`() async {
        let buffer = Buffer<Int>()
        buffer.append([1])
        async let filled: Void = buffer.fill(to: 3, within: .seconds(60))
        buffer.append([2])
        buffer.append([3])
        await filled
        #expect(buffer.takeNow(atMost: 10) == [1, 2, 3])
        async let taken = buffer.take(atMost: 1)
        buffer.append([4])
        #expect(await taken == [4])
    }

    @Test func `patience ends, and a closed buffer ends it at once`() async {
        let buffer = Buffer<Int>()
        buffer.append([1])
        for _ in 0..<200 { await buffer.fill(to: 2, within: .microseconds(1)) }
        #expect(buffer.takeNow(atMost: 10) == [1])
        async let filled: Void = buffer.fill(to: 2, within: .seconds(60))
        buffer.close()
        await filled
    }
}
