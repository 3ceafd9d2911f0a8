import Core
import Database
import Templates

/// The charts of a campaign's page, each with the numbers behind it.
enum FigureCharts {
    static func overTime(_ report: CampaignReport, _ samples: [CampaignSample]) -> MergeValue {
        let shown: [DeliveryState] = [.accepted, .deferred, .failed]
        let points = course(report, samples)
        let chart = Chart(
            title: "Messages over time",
            kind: .lines,
            moments: points.map(\.at),
            series: shown.map { state in
                .init(name: state.name, key: state.name, values: points.map { Double($0.counts[state]) })
            }
        )
        return fields(
            chart,
            id: "over-time",
            table: .overTime(points),
            csv: csv(report, .overTime),
            empty: points.isEmpty ? "No data before the campaign starts." : nil
        )
    }

    /// From the start until now or the end, whatever the number of samples; empty before the start.
    static func course(_ report: CampaignReport, _ samples: [CampaignSample]) -> [CampaignSample] {
        guard let start = report.startedAt else { return [] }
        let end = max(start, report.finishedAt ?? report.readAt)
        var first = DeliveryCounts()
        first[.pending] = Int64(report.audience)
        return [CampaignSample(at: start, counts: first)] + samples.filter { start < $0.at && $0.at < end }
            + [CampaignSample(at: end, counts: report.counts)]
    }

    static func opens(_ report: CampaignReport, _ engagement: Engagement) -> MergeValue {
        hours("Opens by hour", "opens", report, engagement) { $0.opens }
    }

    static func clicks(_ report: CampaignReport, _ engagement: Engagement) -> MergeValue {
        hours("Clicks by hour", "clicks", report, engagement) { $0.clicks }
    }

    private static func hours(
        _ title: String,
        _ id: String,
        _ report: CampaignReport,
        _ engagement: Engagement,
        _ counts: (Engagement.Hour) -> EngagementCounts
    ) -> MergeValue {
        // A withheld hour has no bar; the table explains it.
        let chart = Chart(
            title: title,
            kind: .stackedBars,
            moments: engagement.hours.map(\.start),
            series: [
                .init(name: "people", key: "people", values: engagement.hours.map { Double(counts($0).unique) }),
                .init(name: "machines", key: "machines", values: engagement.hours.map { Double(counts($0).machine) }),
            ]
        )
        let empty: String? =
            if engagement.mode == .none {
                "This campaign does not track opens and clicks."
            } else if engagement.hours.isEmpty {
                "None yet."
            } else if engagement.hours.allSatisfy({ !counts($0).isTold(\.unique) && !counts($0).isTold(\.machine) }) {
                "Fewer than 5 an hour, or fewer than 20 recipients: too few to show without identifying a person."
            } else {
                nil
            }
        let table = FigureTable(
            head: ["hour", "people", "machines"],
            rows: engagement.hours.map { hour in
                [Timestamp.text(hour.start), counts(hour).told(\.unique), counts(hour).told(\.machine)]
            }
        )
        return fields(chart, id: id, table: table, csv: csv(report, .opens), empty: empty)
    }

    private static func csv(_ report: CampaignReport, _ table: FigureTable.Name) -> String {
        "/campaigns/\(report.campaign)/\(table.rawValue).csv"
    }

    /// The chart's part of a page; `empty`: a text instead of a chart.
    private static func fields(
        _ chart: Chart,
        id: String,
        table: FigureTable,
        csv: String,
        empty: String?
    ) -> MergeValue {
        guard empty == nil else {
            return ["id": .of(id), "title": .of(chart.title), "has": false, "empty": .of(empty ?? "")]
        }
        return [
            "id": .of(id), "title": .of(chart.title), "has": true, "svg": .of(chart.svg), "csv": .of(csv),
            "ticks": .list(chart.ticks.map { .of($0) }), "labels": .list(chart.labels.map { .moment($0) }),
            "legend": .list(chart.series.map { ["name": .of($0.name), "key": .of($0.key)] }),
            "head": .list(table.head.map { .of($0) }),
            "rows": .list(table.rows.map { row in ["cells": .list(row.map { .of($0) })] }),
        ]
    }
}
