import RuntimeSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct BatchQueueTests {
    @Test func `elements come out in order, at most as many as asked`() async {
        let queue = BatchQueue<Int>()
        queue.append([1, 2, 3])
        queue.append([4])
        #expect(await queue.take(atMost: 3) == [1, 2, 3])
        #expect(await queue.take(atMost: 3) == [4])
    }

    @Test func `a reader waits for the first element`() async {
        let queue = BatchQueue<Int>()
        async let taken = queue.take(atMost: 10)
        queue.append([1])
        #expect(await taken == [1])
    }

    @Test func `a closed queue gives what it has, then nothing`() async {
        let queue = BatchQueue<Int>()
        queue.append([1])
        queue.close()
        #expect(await queue.take(atMost: 10) == [1])
        #expect(await queue.take(atMost: 10) == [])
        let other = BatchQueue<Int>()
        async let taken = other.take(atMost: 1)
        other.close()
        #expect(await taken == [])
    }

    @Test func `taking now never waits`() {
        let queue = BatchQueue<Int>()
        #expect(queue.takeNow(atMost: 5) == [])
        queue.append([1, 2, 3])
        #expect(queue.takeNow(atMost: 2) == [1, 2])
        #expect(queue.count == 1)
    }

    @Test func `a reader that wants several is woken by the one that makes them enough`() async {
        let queue = BatchQueue<Int>()
        queue.append([1])
        async let filled: Void = queue.fill(to: 3, within: .seconds(60))
        queue.append([2])
        queue.append([3])
        await filled
        #expect(queue.takeNow(atMost: 10) == [1, 2, 3])
        async let taken = queue.take(atMost: 1)
        queue.append([4])
        #expect(await taken == [4])
    }

    @Test func `patience ends, and a closed queue ends it at once`() async {
        let queue = BatchQueue<Int>()
        queue.append([1])
        for _ in 0..<200 { await queue.fill(to: 2, within: .microseconds(1)) }
        #expect(queue.takeNow(atMost: 10) == [1])
        async let filled: Void = queue.fill(to: 2, within: .seconds(60))
        queue.close()
        await filled
    }

    @Test func `readers are served in the order in which they came, each with what it asked for`() async {
        let queue = BatchQueue<Int>()
        let first = Task { await queue.take(atMost: 2) }
        await Task.yield()
        queue.append([1, 2, 3])
        #expect(await first.value == [1, 2])
        #expect(await queue.take(atMost: 2) == [3])
    }

    @Test func `many small batches out of a long queue come in order`() async {
        let queue = BatchQueue<Int>()
        queue.append(0..<1_000)
        var taken: [Int] = []
        while queue.count > 0 {
            taken += queue.takeNow(atMost: 7)
            if taken.count == 700 { queue.append([1_000, 1_001]) }
        }
        #expect(taken == Array(0...1_001))
    }

    @Test func `cancellation ends only the wait that asks for it`() async {
        let queue = BatchQueue<Int>()
        let patient = Task { await queue.take(atMost: 1) }
        let impatient = Task { await queue.takeUnlessCancelled(atMost: 1) }
        impatient.cancel()
        patient.cancel()
        #expect(await impatient.value == [])
        queue.append([1])
        #expect(await patient.value == [1])
    }

    @Test func `what is there is taken even by a task that is cancelled`() async {
        let queue = BatchQueue<Int>()
        queue.append([1])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await queue.takeUnlessCancelled()
        }
        #expect(await task.value == [1])
    }
}
