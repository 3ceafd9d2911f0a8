import Core
import Testing

@testable import Database

@Suite struct DeliveryRangesTests {
    private static func ranges(_ keys: [(CampaignID, Seq)]) -> DeliveryRanges {
        DeliveryRanges(keys.map { DeliveryKey(campaign: $0, seq: $1) }, by: \.self)
    }

    @Test func `rows that follow one another are one range`() {
        let ranges = Self.ranges([(7, 1), (7, 2), (7, 3), (7, 5), (8, 6), (8, 7)])
        #expect(ranges.campaigns == [7, 7, 8])
        #expect(ranges.firsts == [1, 5, 6])
        #expect(ranges.lasts == [3, 5, 7])
        #expect(ranges.places == [1, 4, 5])
    }

    @Test func `a second entry for a row is in no range, and what follows it keeps its place`() {
        let ranges = Self.ranges([(7, 1), (7, 2), (7, 2), (7, 3)])
        #expect(ranges.firsts == [1, 3])
        #expect(ranges.lasts == [2, 3])
        #expect(ranges.places == [1, 4])
    }

    @Test func `no rows make no ranges`() {
        #expect(Self.ranges([]).firsts.isEmpty)
    }

    @Test func `ranges contain each row once, at the place of its first entry`() {
        for _ in 1...200 {
            let keys = (0..<60).map { _ in
                DeliveryKey(campaign: .random(in: 1...3), seq: .random(in: 1...40))
            }.sorted()
            // Every seventh place begins another range, as a job of another generation does.
            let ranges = DeliveryRanges(Array(keys.enumerated()), by: \.element) { $0.offset / 7 == $1.offset / 7 }
            var found: [DeliveryKey: Int] = [:]
            for (index, campaign) in ranges.campaigns.enumerated() {
                for seq in ranges.firsts[index]...ranges.lasts[index] {
                    let place = Int(ranges.places[index] + seq - ranges.firsts[index])
                    #expect(found.updateValue(place, forKey: DeliveryKey(campaign: campaign, seq: seq)) == nil)
                }
            }
            let expected = Dictionary(keys.enumerated().map { ($1, $0 + 1) }) { first, _ in first }
            #expect(found == expected, "\(keys)")
        }
    }
}
