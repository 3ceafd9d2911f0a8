import Core
import TestKit
import Testing

@Suite struct FairShareTests {
    typealias Demand = FairShare.Demand

    @Test func `what is wanted less than the room is given whole`() {
        #expect(FairShare.split(100, among: [Demand(account: 1, campaign: 1, remaining: 30)]) == [30])
        #expect(FairShare.split(100, among: []) == [])
        #expect(FairShare.split(0, among: [Demand(account: 1, campaign: 1, remaining: 30)]) == [0])
    }

    @Test func `a small campaign gets most of the room beside a large one, and the large one never stops`() {
        let shares = FairShare.split(
            500,
            among: [
                Demand(account: 1, campaign: 1, remaining: 180_000), Demand(account: 2, campaign: 2, remaining: 1_000),
            ]
        )
        #expect(shares[1] > 400)
        #expect(shares[0] >= 20)
        #expect(shares.reduce(0, +) == 500)
    }

    @Test func `equal campaigns get equal shares`() {
        let shares = FairShare.split(99, among: (1...3).map { Demand(account: 1, campaign: $0, remaining: 5_000) })
        #expect(shares == [33, 33, 33])
    }

    @Test func `an account gains nothing by splitting a campaign`() {
        let whole = Demand(account: 1, campaign: 1, remaining: 10_000)
        let parts = (2...11).map { Demand(account: 2, campaign: $0, remaining: 1_000) }
        let shares = FairShare.split(1_000, among: [whole] + parts)
        #expect(shares[0] == 500)
        #expect(shares[1...].reduce(0, +) == 500)
    }

    @Test func `room is never left while somebody wants it, and nobody gets more than it wants`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let demands = (0..<Int.random(in: 1...12, using: &random)).map { index in
                Demand(
                    account: .random(in: 1...4, using: &random),
                    campaign: CampaignID(index),
                    remaining: .random(in: 1...10_000, using: &random)
                )
            }
            let room = Int.random(in: 0...20_000, using: &random)
            let shares = FairShare.split(room, among: demands)
            #expect(shares.reduce(0, +) == min(room, demands.reduce(0) { $0 + $1.remaining }))
            #expect(zip(shares, demands).allSatisfy { $0 <= $1.remaining })
        }
    }

    @Test func `where there are too many for the room, they take turns`() {
        let demands = (1...50).map { Demand(account: AccountID($0 % 5), campaign: $0, remaining: 100) }
        var given = [Int](repeating: 0, count: 50)
        for tick in 0..<100 {
            let shares = FairShare.split(40, among: demands, atLeast: 8, startingAt: tick)
            #expect(shares.reduce(0, +) == 40)
            #expect(shares.allSatisfy { $0 == 0 || $0 >= 8 })
            for index in shares.indices { given[index] += shares[index] }
        }
        #expect(given.allSatisfy { (40...120).contains($0) }, "80 each, more or less")
    }
}
