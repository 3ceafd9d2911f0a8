import Testing

@testable import Producer

@Suite struct PublishWindowTests {
    @Test func `a window is never smaller than what keeps the workers busy`() {
        var window = PublishWindow()
        #expect(window.room(depth: 0, slots: 50, elapsedSeconds: 0) == 200)
        #expect(window.room(depth: 500, slots: 50, elapsedSeconds: 0.05) == 0)
    }

    @Test func `an empty queue makes the window grow until it is not empty any more`() {
        var window = PublishWindow()
        var sizes: [Int] = []
        for _ in 0..<6 {
            let room = window.room(depth: 0, slots: 10, elapsedSeconds: 0.05)
            window.note(published: room, in: room)
            sizes.append(room)
        }
        #expect(sizes == [64, 128, 256, 512, 1_024, 2_048])
    }

    @Test func `a slow lane has a quarter of a second of work waiting, and no more`() {
        var window = PublishWindow()
        var depth = 0
        for _ in 0..<200 {
            let room = window.room(depth: depth, slots: 1, elapsedSeconds: 0.05)
            window.note(published: room, in: room)
            depth = max(0, depth + room - 50)  // 1,000 a second
        }
        #expect(depth <= 300)
        #expect(depth > 0)
    }

    @Test func `a lane that nobody takes from is not filled again and again`() {
        var window = PublishWindow()
        var published = 0
        for _ in 0..<1_000 {
            let room = window.room(depth: published, slots: 20, elapsedSeconds: 0.05)
            window.note(published: room, in: room)
            published += room
        }
        #expect(published == 80)
    }

    @Test func `the jobs of a queue are those of its newest messages`() {
        var window = PublishWindow()
        #expect(window.jobs(inNewest: 7) == 7, "an earlier producer's: at least one each")
        window.note(published: 100, in: 4)
        window.note(published: 10, in: 10)
        #expect(window.jobs(inNewest: 6) == 6)
        #expect(window.jobs(inNewest: 12) == 60)
        #expect(window.jobs(inNewest: 15) == 111)
        for _ in 0..<1_000 { window.note(published: 32, in: 1) }
        #expect(window.jobs(inNewest: 3) == 96)
    }
}
