import Core
import Testing

@testable import Database

struct SmallFiguresTests {
    typealias Telling = EngagementCounts.Telling

    static let parts: [(figures: [Int64], told: [Telling], why: String)] = [
        ([], [], "nothing"),
        ([4], [.tooFew], "a total of one part is as small as its part"),
        ([9], [.plain], "nothing is hidden"),
        ([9, 5, 12], [.plain, .plain, .plain], "nothing is hidden"),
        ([9, 3], [.cover, .tooFew], "12 less 9"),
        ([20, 3, 9], [.plain, .tooFew, .cover], "the smallest covers"),
        ([20, 3, 4], [.plain, .tooFew, .tooFew], "two hide each other: any of 3 to 7"),
        ([20, 1, 1, 8], [.plain, .tooFew, .tooFew, .cover], "two of two say little, but that nobody else came"),
        ([7, 0, 0], [.cover, .tooFew, .tooFew], "that nobody came would be a figure below five, too"),
        ([5, 0, 5, 6], [.cover, .tooFew, .plain, .plain], "of two alike one is enough"),
    ]

    @Test(arguments: parts) func `no hidden part is what the total leaves`(
        row: (figures: [Int64], told: [Telling], why: String)
    ) {
        #expect(EngagementCounts.telling(row.figures) == row.told, "\(row.why)")
    }

    @Test func `a link, an hour and a machine's figure are hidden each for itself`() throws {
        func row(_ kind: EventKind, link: Int32, hour: Int32, _ unique: Int64, _ machine: Int64) -> EngagementRow {
            var counts = EngagementCounts()
            (counts.unique, counts.total, counts.machine) = (unique, unique * 2, machine)
            return EngagementRow(kind: kind, link: link, hour: hour, counts: counts)
        }
        let rows = [
            row(.open, link: 0, hour: 1, 30, 4), row(.click, link: 1, hour: 1, 9, 0),
            row(.click, link: 2, hour: 2, 2, 6), row(.click, link: 3, hour: 2, 20, 0),
        ]
        let links: [(number: Int32, url: String)] = [(1, "a"), (2, "b"), (3, "c")]
        let told = Engagement(mode: .aggregate, recipients: 100, rows: rows, links: links)
        #expect(told.links.map { $0.clicks.told(\.unique) } == ["not told", "fewer than 5", "20"])
        #expect(told.links.map { $0.clicks.told(\.total) } == ["not told", "fewer than 5", "40"])
        #expect(told.links.map(\.clicks.unique) == [0, 0, 20], "who forgets to ask reads no figure")
        #expect(told.links.map { $0.clicks.told(\.machine) } == ["fewer than 5", "not told", "fewer than 5"])
        #expect(told.opens.told(\.unique) == "30" && told.opens.told(\.machine) == "fewer than 5")
        #expect(told.clicks.told(\.unique) == "31" && told.clicks.told(\.machine) == "6")
        #expect(told.hours.map { $0.clicks.told(\.unique) } == ["9", "22"])
        let few = Engagement(mode: .aggregate, recipients: 19, rows: rows, links: links)
        #expect(few.clicks.told(\.unique) == "fewer than 5" && few.clicks.told(\.machine) == "fewer than 5")
        let named = Engagement(mode: .individual, recipients: 3, rows: rows, links: links)
        #expect(named.links.map { $0.clicks.told(\.unique) } == ["9", "2", "20"])
    }
}
