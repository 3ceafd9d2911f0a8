import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct RenderedBytesTests {
    @Test func `messages wait for room, and go on as others are recorded`() async {
        let rendered = RenderedBytes(limit: 100)
        #expect(rendered.tryAdd(60))
        #expect(!rendered.tryAdd(50))
        async let waiting: Void = rendered.add(50)
        rendered.remove(10)
        await waiting
        #expect(!rendered.tryAdd(1), "50 and 50")
    }

    @Test(arguments: [
        (10, 75, "until a quarter is free"), (50, 50, "until it has room itself"), (500, 0, "for all of it"),
    ])
    func `a message that waits does so until there is room for others, too`(
        row: (bytes: Int, enough: Int, because: Comment)
    ) {
        #expect(RenderedBytes(limit: 100).enough(for: row.bytes) == row.enough, row.because)
    }

    @Test func `a message larger than the limit is rendered alone`() async {
        let rendered = RenderedBytes(limit: 100)
        await rendered.add(500)
        #expect(!rendered.tryAdd(1))
        rendered.remove(500)
        #expect(rendered.tryAdd(1))
    }

    @Test func `two that wait at the same time both go on`() async {
        let rendered = RenderedBytes(limit: 100)
        #expect(rendered.tryAdd(100))
        async let first: Void = rendered.add(10)
        async let second: Void = rendered.add(10)
        for _ in 1...100 { await Task.yield() }
        rendered.remove(100)
        _ = await (first, second)
        #expect(!rendered.tryAdd(81), "10 and 10")
        #expect(rendered.tryAdd(80))
    }

    @Test func `nobody waits once the worker stops`() async {
        let rendered = RenderedBytes(limit: 100)
        #expect(rendered.tryAdd(100))
        async let waiting: Void = rendered.add(100)
        rendered.close()
        await waiting
    }
}
