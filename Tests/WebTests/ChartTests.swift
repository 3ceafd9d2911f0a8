import Testing

@testable import Web

struct ChartTests {
    static let tops: [(highest: Double, top: Double)] = [
        (0, 1), (0.4, 1), (1, 1), (3, 5), (5, 5), (6, 10), (11, 20), (99, 100), (101, 200), (2_345, 5_000),
        (5_000_001, 10_000_000),
    ]

    @Test(arguments: tops) func `a scale ends at a round number that nothing is higher than`(
        row: (highest: Double, top: Double)
    ) {
        let chart = Chart(
            title: "t",
            kind: .lines,
            moments: [0, 1],
            series: [.init(name: "a", key: "a", values: [0, row.highest])]
        )
        #expect(chart.top == row.top)
    }

    @Test func `lines go from corner to corner`() {
        let chart = Chart(
            title: "t",
            kind: .lines,
            moments: [100, 150, 200],
            series: [.init(name: "a", key: "a", values: [0, 5, 10])]
        )
        #expect(chart.svg.contains("d=\"M0 240L500 120L1000 0\""))
        #expect(chart.svg.contains("<path class=\"area f-a\" d=\"M0 240L0 240L500 120L1000 0L1000 240Z\"/>"))
        #expect(chart.labels == [100, 150, 200])
        #expect(chart.ticks == ["10", "5", "0"])
    }

    @Test func `bars stand on each other`() {
        let chart = Chart(
            title: "t",
            kind: .stackedBars,
            moments: [0, 3_600],
            series: [.init(name: "a", key: "a", values: [4, 0]), .init(name: "b", key: "b", values: [6, 10])]
        )
        #expect(chart.top == 10)
        #expect(chart.svg.contains("<rect class=\"f-a\" x=\"50\" y=\"144\" width=\"400\" height=\"96\"/>"))
        #expect(chart.svg.contains("<rect class=\"f-b\" x=\"50\" y=\"0\" width=\"400\" height=\"144\"/>"))
        #expect(chart.svg.contains("<rect class=\"f-b\" x=\"550\" y=\"0\" width=\"400\" height=\"240\"/>"))
    }

    @Test func `one moment, none, and odd numbers make no broken picture`() {
        for moments in [[], [5.0]] {
            let chart = Chart(
                title: "<\"&",
                kind: .lines,
                moments: moments,
                series: [.init(name: "a", key: "a", values: moments)]
            )
            #expect(!chart.svg.contains("nan") && !chart.svg.contains("inf") && !chart.svg.contains("<\""))
        }
    }

    static let numbers: [(value: Double, text: String)] = [
        (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (0.05, "0.05"), (-0.25, "-0.25"), (123.456, "123.46"),
        (0.001, "0"),
        (.infinity, "0"), (.nan, "0"), (1e20, "0"),
    ]

    @Test(arguments: numbers) func `a number has two decimals and no exponent`(row: (value: Double, text: String)) {
        #expect(SVG.number(row.value) == row.text)
    }

    static let ticks: [(value: Double, text: String)] = [
        (0, "0"), (0.5, "0.5"), (500, "500"), (1_000, "1k"), (2_500, "2.5k"), (5_000_000, "5M"), (1e9, "1G"),
    ]

    @Test(arguments: ticks) func `a scale is short`(row: (value: Double, text: String)) {
        #expect(Chart.tick(row.value) == row.text)
    }
}
