import Core
import DatabaseClient

/// Opens and clicks of a campaign.
package struct Engagement: Sendable {
    /// Of one hour, from its beginning in seconds since 1970.
    package struct Hour: Sendable {
        package let start: Double
        package let opens: EngagementCounts
        package let clicks: EngagementCounts
    }

    /// Of one link of the message.
    package struct Link: Sendable {
        package let number: Int32
        package let url: String
        package let clicks: EngagementCounts
    }

    package let mode: TrackingMode
    package var opens = EngagementCounts()
    /// Of all links together: who followed two is two.
    package var clicks = EngagementCounts()
    package var hours: [Hour] = []
    package var links: [Link] = []
    /// Whether the campaign's opens are too few to be told without telling of a person: show "fewer than …" (P5).
    /// Other figures say it of themselves.
    package var isBlurred = false

    package init(mode: TrackingMode) { self.mode = mode }

    /// The hours that are told: those of few people would tell who was up when.
    package var toldHours: [Hour] { opens.isBlurred && clicks.isBlurred ? [] : hours }

    /// - Parameters:
    ///   - mode: The campaign's.
    ///   - recipients: How many messages went out.
    ///   - rows: The figures as they are kept.
    ///   - links: All links of the message.
    init(mode: TrackingMode, recipients: Int64, rows: [EngagementRow], links: [(number: Int32, url: String)]) {
        self.mode = mode
        var byHour: [Int32: (opens: EngagementCounts, clicks: EngagementCounts)] = [:]
        var byLink: [Int32: EngagementCounts] = [:]
        for row in rows {
            var hour = byHour[row.hour] ?? (EngagementCounts(), EngagementCounts())
            if row.kind == .open {
                opens += row.counts
                hour.opens += row.counts
            } else {
                clicks += row.counts
                hour.clicks += row.counts
                byLink[row.link, default: EngagementCounts()] += row.counts
            }
            byHour[row.hour] = hour
        }
        func told(_ parts: [EngagementCounts]) -> [EngagementCounts] {
            mode == .aggregate ? EngagementCounts.blurred(parts, among: recipients) : parts
        }
        opens = told([opens])[0]
        clicks = told([clicks])[0]
        isBlurred = opens.isBlurred
        let inOrder = byHour.sorted { $0.key < $1.key }
        hours = zip(inOrder, zip(told(inOrder.map(\.value.opens)), told(inOrder.map(\.value.clicks)))).map {
            Hour(start: Double($0.key) * 3_600, opens: $1.0, clicks: $1.1)
        }
        self.links = zip(links, told(links.map { byLink[$0.number] ?? EngagementCounts() })).map { link, clicks in
            Link(number: link.number, url: link.url, clicks: clicks)
        }
    }
}

/// A row of the table `engagement`.
struct EngagementRow: Sendable {
    let kind: EventKind
    let link: Int32
    let hour: Int32
    let counts: EngagementCounts
}

extension AccountDatabase {
    /// Opens and clicks of a campaign of that account; small figures are not told.
    package func engagement(of campaign: CampaignID, account: AccountID) async throws -> Engagement {
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            let head = try connection.rows(.engagementHead, [.int32(campaign)]) { row in
                (TrackingMode(rawValue: try row.int16(0)) ?? .none, try row.int64(1))
            }.first
            guard let (mode, recipients) = head, mode != .none else { return Engagement(mode: .none) }
            let rows = try connection.rows(.engagementRows, [.int32(campaign)]) { row in
                var counts = EngagementCounts()
                counts.unique = try row.int64(3)
                counts.total = try row.int64(4)
                counts.machine = try row.int64(5)
                return EngagementRow(
                    kind: EventKind(rawValue: try row.int16(0)) ?? .open,
                    link: try row.int32(1),
                    hour: try row.int32(2),
                    counts: counts
                )
            }
            let links = try connection.rows(.linksOfCampaign, [.int32(campaign)]) { row in
                (number: try row.int32(0), url: try row.text(1))
            }
            return Engagement(mode: mode, recipients: recipients, rows: rows, links: links)
        }
    }
}

extension Statement {
    /// A campaign's tracking, and how many messages may have arrived: accepted, and those of which nobody knows.
    ///
    /// `$1` campaign.
    static let engagementHead = Statement(
        "engagement-head",
        roles: [.admin, .web],
        """
        SELECT c.tracking, COALESCE((SELECT sum(n.accepted + n.uncertain) FROM counters n
                                     WHERE n.campaign_id = c.campaign_id), 0)::bigint
        FROM campaigns c WHERE c.campaign_id = $1
        """
    )
    /// `$1` campaign.
    static let engagementRows = Statement(
        "engagement-rows",
        roles: [.admin, .web],
        """
        SELECT kind, link, hour, firsts, total, machines FROM engagement
        WHERE campaign_id = $1 ORDER BY kind, link, hour
        """
    )
    /// `$1` campaign.
    static let linksOfCampaign = Statement(
        "links-of-campaign",
        roles: [.admin, .web],
        """
        SELECT l.number, l.url FROM campaigns c JOIN links l ON l.campaign_id = c.campaign_id AND l.version = c.version
        WHERE c.campaign_id = $1 ORDER BY l.number
        """
    )
}
