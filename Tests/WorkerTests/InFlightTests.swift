import Core
import Testing

@testable import Worker

@Suite(.timeLimit(.minutes(1))) struct InFlightTests {
    private func held(_ seq: Seq, token: ClaimToken = 1) -> InFlight.Held {
        InFlight.Held(
            key: DeliveryKey(campaign: 1, seq: seq),
            token: token,
            attempt: 1,
            policy: .atMostOnce,
            slot: Int(seq) - 1,
            bytes: 10
        )
    }

    @Test func `no more is in flight than there is room for`() async {
        let hand = InFlight(capacity: 8)
        #expect(await hand.reserve(atMost: 4) == 4)
        #expect(await hand.reserve(atMost: 6) == 4)
        let ids = hand.hold((1...8).map { held($0) })
        async let waiting = hand.reserve(atMost: 4)
        // A place or two are not worth a round trip, half of them are.
        #expect(hand.release([ids[0]]) == 10)
        #expect(hand.release([ids[0], ids[1]]) == 10, "one of them is gone already")
        #expect(hand.release([ids[2], ids[3]]) == 20)
        #expect(await waiting == 4)
        #expect(hand.count == 4)
    }

    @Test func `places that a claim did not fill are free again`() async {
        let hand = InFlight(capacity: 4)
        #expect(await hand.reserve(atMost: 4) == 4)
        hand.unreserve(3)
        #expect(await hand.reserve(atMost: 4) == 3)
    }

    @Test func `a claim is finished with its last message, and not before`() async {
        let hand = InFlight(capacity: 8)
        _ = await hand.reserve(atMost: 3)
        let ids = hand.hold([held(1), held(2), held(3, token: 2)])
        #expect(hand.claimsFinished(by: [ids[0]]) == [])
        #expect(Set(hand.claimsFinished(by: ids)) == [1, 2])
        #expect(hand.release([ids[0], ids[2]]) == 20)
        #expect(hand.isOpen(1))
        #expect(!hand.isOpen(2))
        #expect(hand.claimsFinished(by: [ids[1]]) == [1])
    }

    @Test func `a claim without messages is forgotten, one with messages is not`() async {
        let hand = InFlight(capacity: 8)
        hand.open(7)
        #expect(hand.isOpen(7))
        hand.forget(7)
        #expect(!hand.isOpen(7))
        _ = await hand.reserve(atMost: 1)
        hand.open(8)
        _ = hand.hold([held(1, token: 8)])
        hand.forget(8)
        #expect(hand.isOpen(8))
    }

    @Test func `whoever waits for a place is let go when the worker stops`() async {
        let hand = InFlight(capacity: 1)
        #expect(await hand.reserve(atMost: 1) == 1)
        async let waiting = hand.reserve(atMost: 1)
        hand.close()
        #expect(await waiting == 0)
    }
}
