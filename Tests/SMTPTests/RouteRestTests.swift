import Core
import Testing

@testable import SMTP

@Suite struct RouteRestTests {
    private static let second: UInt64 = 1_000_000_000

    @Test func `a route rests longer after each failure, up to 30 seconds`() {
        var rest = RouteRest()
        var now: UInt64 = 5 * Self.second
        var waits: [UInt64] = []
        for _ in 0..<8 {
            rest.failed(nil, at: now)
            waits.append((rest.until - now) / Self.second)
            #expect(rest.isResting(at: now) && rest.isProbing)
            now = rest.until
            #expect(!rest.isResting(at: now))
        }
        #expect(waits == [1, 2, 4, 8, 16, 30, 30, 30])
        rest.succeeded()
        #expect(!rest.isProbing)
    }

    @Test func `connections that fail together count once`() {
        var rest = RouteRest()
        for _ in 0..<20 { rest.failed(nil, at: Self.second) }
        #expect(rest.failures == 1)
        #expect(rest.until == 2 * Self.second)
    }

    @Test func `messages leave the queue in order, those put back first`() {
        var queue = WaitingMessages()
        var taken: [UInt64] = []
        for id in UInt64(1)...3_000 { queue.append(WaitingMessage(message: message(id), expiry: 0)) }
        for _ in 0..<2_000 { queue.popFirst().map { taken.append($0.message.id) } }
        queue.putBack(WaitingMessage(message: message(2_000), expiry: 0))
        #expect(queue.count == 1_001)
        while let next = queue.popFirst() { taken.append(next.message.id) }
        #expect(taken == Array(1...2_000) + Array(2_000...3_000))
        queue.putBack(WaitingMessage(message: message(1), expiry: 0))
        #expect(queue.first?.message.id == 1)
    }
}
