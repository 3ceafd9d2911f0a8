import Core
import Database
import Templates

/// Numbers in rows: below a chart, and in a CSV file.
struct FigureTable: Sendable {
    enum Name: String, Sendable, CaseIterable {
        case states
        case overTime = "over-time"
        case opens, links, failures
    }

    let head: [String]
    let rows: [[String]]

    /// No cell is run as a formula by a spreadsheet.
    var csv: [UInt8] { ([head] + rows).flatMap { CSVText.row($0) } }

    static func states(_ report: CampaignReport) -> FigureTable {
        FigureTable(
            head: ["state", "recipients"],
            rows: DeliveryState.allCases.map { [$0.name, String(report.counts[$0])] }
        )
    }

    static func overTime(_ samples: [CampaignSample]) -> FigureTable {
        FigureTable(
            head: ["time"] + DeliveryState.allCases.map(\.name),
            rows: samples.map { sample in
                [Timestamp.text(sample.at)] + DeliveryState.allCases.map { String(sample.counts[$0]) }
            }
        )
    }

    /// Withheld figures are words.
    static func opens(_ engagement: Engagement) -> FigureTable {
        FigureTable(
            head: ["hour", "opens", "opens_by_machines", "clicks", "clicks_by_machines"],
            rows: engagement.toldHours.map { hour in
                [
                    Timestamp.text(hour.start), hour.opens.told(\.unique), hour.opens.told(\.machine),
                    hour.clicks.told(\.unique), hour.clicks.told(\.machine),
                ]
            }
        )
    }

    static func links(_ engagement: Engagement) -> FigureTable {
        FigureTable(
            head: ["link", "url", "clicks", "clicks_in_all", "clicks_by_machines"],
            rows: engagement.links.map { link in
                [
                    String(link.number), link.url, link.clicks.told(\.unique), link.clicks.told(\.total),
                    link.clicks.told(\.machine),
                ]
            }
        )
    }

    static func failures(_ groups: [FailureGroup]) -> FigureTable {
        FigureTable(
            head: ["provider", "outcome", "code", "enhanced_code", "reason", "recipients"],
            rows: groups.map { group in
                [
                    group.domain, group.isFinal ? "failed" : "deferred", String(group.code), group.enhanced,
                    group.reason.name, String(group.count),
                ]
            }
        )
    }

    static func failureFields(_ group: FailureGroup) -> MergeValue {
        [
            "domain": .of(group.domain), "outcome": .of(group.isFinal ? "failed" : "deferred"),
            "code": .of(group.code == 0 ? "–" : "\(group.code) \(group.enhanced)"), "reason": .of(words(group)),
            "count": .of(group.count),
        ]
    }

    static func replyFields(_ refusals: CampaignReport.Refusals) -> MergeValue {
        [
            "code": .of(refusals.code == 0 ? "–" : String(refusals.code)),
            "means": .of(Judgement.name(of: refusals.judgement)), "count": .of(refusals.count),
            "words": .of(refusals.words.isEmpty ? "–" : refusals.words),
        ]
    }

    private static func words(_ group: FailureGroup) -> String {
        switch group.reason {
        case .mailboxRefused: "mailbox refused"
        case .messageRefused: "message refused"
        case .attemptsExhausted: "all attempts used"
        case .lostAfterDot, .stoppedWaiting, .workerLost: "connection lost"
        case .bounced: "bounced"
        case .seen: "delivered after all"
        case .none, .renderFailed, .optedOutBefore, .recalled, .poison, .putBack:
            group.code == 0 ? "not reached" : "temporarily refused"
        }
    }
}

/// What pages say of opens and clicks.
enum EngagementFields {
    static func totals(_ engagement: Engagement) -> MergeValue {
        [
            "opens": .of(words(engagement.opens, \.unique)),
            "opens_machine": .of(words(engagement.opens, \.machine)),
            "clicks": .of(words(engagement.clicks, \.unique)),
            "clicks_machine": .of(words(engagement.clicks, \.machine)),
            "is_tracked": .bool(engagement.mode != .none),
            "mode": .of(engagement.mode == .individual ? "by recipient" : "in aggregate; individuals are not tracked"),
        ]
    }

    static func link(_ link: Engagement.Link, _ engagement: Engagement) -> MergeValue {
        [
            "number": .of(String(link.number)), "url": .of(link.url), "clicks": .of(words(link.clicks, \.unique)),
            "share": .of(share(link, engagement) ?? "–"),
        ]
    }

    /// The text of a badge in the message: clicks, and their share.
    static func badge(_ link: Engagement.Link, _ engagement: Engagement) -> String {
        let share = share(link, engagement).map { " · \($0)" } ?? ""
        return words(link.clicks, \.unique) + share
    }

    private static func words(_ counts: EngagementCounts, _ figure: KeyPath<EngagementCounts, Int64>) -> String {
        counts.isTold(figure) ? grouped(counts[keyPath: figure]) : counts.told(figure)
    }

    /// `nil` if it would reveal a withheld figure.
    private static func share(_ link: Engagement.Link, _ engagement: Engagement) -> String? {
        let all = engagement.clicks.unique
        guard !link.clicks.isBlurred, !engagement.clicks.isBlurred, all > 0 else { return nil }
        return "\((link.clicks.unique * 100 + all / 2) / all) %"
    }
}
