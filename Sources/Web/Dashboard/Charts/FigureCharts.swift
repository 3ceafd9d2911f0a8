import Postgres
import Shared

/// The charts of a campaign's page, each with the numbers behind it.
enum FigureCharts {
    static func overTime(_ report: CampaignReport, _ samples: [CampaignSample]) -> MergeValue {
        let shown: [DeliveryState] = [.accepted, .deferred, .failed]
        let chart = Chart(
            title: "Letters over time",
            kind: .lines,
            moments: samples.map(\.at),
            series: shown.map { state in
                .init(name: state.name, key: state.name, values: samples.map { Double($0.counts[state]) })
            }
        )
        return fields(
            chart,
            id: "over-time",
            table: .overTime(samples),
            csv: csv(report, .overTime),
            empty: samples.count > 1 ? nil : "The first numbers come some seconds after the start."
        )
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
                "This campaign counts no opens and clicks."
            } else if engagement.isBlurred {
                "Fewer than 5, or fewer than 20 recipients: too few to be shown without telling of a person."
            } else {
                engagement.hours.isEmpty ? "None yet." : nil
            }
        let table = FigureTable(
            head: ["hour", "people", "machines"],
            rows: engagement.hours.map { hour in
                [Timestamp.text(hour.start), String(counts(hour).unique), String(counts(hour).machine)]
            }
        )
        return fields(chart, id: id, table: table, csv: csv(report, .opens), empty: empty)
    }

    private static func csv(_ report: CampaignReport, _ table: FigureTable.Name) -> String {
        "/campaigns/\(report.campaign)/\(table.rawValue).csv"
    }

    /// What the chart's part of a page says; `empty`: instead of a chart.
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
