import Postgres
import Shared

/// Numbers in rows: what stands below a chart, and in a CSV file.
struct FigureTable: Sendable {
    enum Name: String, Sendable, CaseIterable {
        case states
        case overTime = "over-time"
        case opens, links, failures
    }

    let head: [String]
    let rows: [[String]]

    /// No cell of it is run by a spreadsheet as a formula.
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

    /// Figures that are too small to be told are not in it.
    static func opens(_ engagement: Engagement) -> FigureTable {
        FigureTable(
            head: ["hour", "opens", "opens_by_machines", "clicks", "clicks_by_machines"],
            rows: engagement.isBlurred
                ? []
                : engagement.hours.map { hour in
                    [
                        Timestamp.text(hour.start), String(hour.opens.unique), String(hour.opens.machine),
                        String(hour.clicks.unique), String(hour.clicks.machine),
                    ]
                }
        )
    }

    static func links(_ engagement: Engagement) -> FigureTable {
        FigureTable(
            head: ["link", "url", "clicks", "clicks_in_all", "clicks_by_machines"],
            rows: engagement.links.map { link in
                let counts = [link.clicks.unique, link.clicks.total, link.clicks.machine]
                return [String(link.number), link.url]
                    + counts.map { engagement.isBlurred ? EngagementFields.few : String($0) }
            }
        )
    }

    static func failures(_ groups: [FailureGroup]) -> FigureTable {
        FigureTable(
            head: ["provider", "outcome", "code", "enhanced_code", "reason", "recipients"],
            rows: groups.map { group in
                [
                    group.domain, group.isFinal ? "failed" : "deferred", String(group.code), group.enhanced,
                    words(group), String(group.count),
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

    private static func words(_ group: FailureGroup) -> String {
        switch group.reason {
        case .mailboxRefused: "mailbox refused"
        case .messageRefused: "message refused"
        case .attemptsExhausted: "given up after all attempts"
        case .lostAfterDot, .stoppedWaiting, .workerLost: "connection lost"
        case .none, .renderFailed, .optedOutBefore, .recalled, .poison, .putBack:
            group.code == 0 ? "not reached" : "not taken now"
        }
    }
}

/// What pages say of opens and clicks.
enum EngagementFields {
    /// What stands for a number that would tell of a person.
    static let few = "fewer than 5"

    static func totals(_ engagement: Engagement) -> MergeValue {
        func shown(_ number: Int64) -> MergeValue { engagement.isBlurred ? .of(few) : .of(number) }
        return [
            "opens": shown(engagement.opens.unique), "opens_machine": shown(engagement.opens.machine),
            "clicks": shown(engagement.clicks.unique), "clicks_machine": shown(engagement.clicks.machine),
            "is_tracked": .bool(engagement.mode != .none),
            "mode": .of(engagement.mode == .individual ? "by recipient" : "in sum, nobody is named"),
        ]
    }

    static func link(_ link: Engagement.Link, _ engagement: Engagement) -> MergeValue {
        [
            "number": .of(String(link.number)), "url": .of(link.url), "clicks": .of(count(link, engagement)),
            "share": .of(share(link, engagement)),
        ]
    }

    /// What a badge in the letter says: how often, and of all clicks how many.
    static func badge(_ link: Engagement.Link, _ engagement: Engagement) -> String {
        engagement.isBlurred ? few : "\(count(link, engagement)) · \(share(link, engagement))"
    }

    private static func count(_ link: Engagement.Link, _ engagement: Engagement) -> String {
        engagement.isBlurred ? few : grouped(link.clicks.unique)
    }

    private static func share(_ link: Engagement.Link, _ engagement: Engagement) -> String {
        let all = engagement.links.reduce(0) { $0 + $1.clicks.unique }
        guard !engagement.isBlurred, all > 0 else { return "–" }
        return "\((link.clicks.unique * 100 + all / 2) / all) %"
    }
}
