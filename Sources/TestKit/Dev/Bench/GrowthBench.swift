import Foundation
import TestKit

/// What a message costs as one thing grows, and everything else stays: campaigns at once, accounts, old rows, recipients,
/// connections, workers, the message.
struct GrowthBench: Sendable {
    /// What grows, by its option, and the values that are measured. The first of each is also the others' base.
    static let series: [(option: String, values: [Int])] = [
        ("CAMPAIGNS", [1, 10, 100, 1_000]), ("ACCOUNTS", [1, 200]), ("OLD_DELIVERIES", [0, 5_000_000]),
        ("RECIPIENTS", [100_000, 10_000, 1_000_000]), ("CONNECTIONS", [100, 20, 400]), ("WORKERS", [1, 2, 4]),
        ("MESSAGE_KIB", [5, 20, 100]),
    ]

    private let project: Project
    private let bench: Bench
    private let divisor: Int

    /// `DIVISOR` makes all of it smaller: 100 shows in minutes that it works.
    init(_ project: Project, _ options: Options) throws {
        self.project = project
        bench = try Bench(project, options, name: "growth")
        divisor = try options.number("DIVISOR", 1...1_000, default: 1)
    }

    func run() async throws {
        let parts = "\(project.local)/bench-growth"
        try? FileManager.default.removeItem(atPath: parts)
        try FileManager.default.createDirectory(atPath: parts, withIntermediateDirectories: true)
        var measured: [String] = []
        // The base once, then whatever differs from it.
        try await measure([:], to: "\(parts)/base")
        for (option, values) in Self.series {
            measured.append("\(option)=\(values[0]):\(parts)/base.json")
            for value in values.dropFirst() {
                let path = "\(parts)/\(option)-\(value)"
                try await measure([option: value], to: path)
                measured.append("\(option)=\(value):\(path).json")
            }
        }
        try bench.makeFolders()
        try await bench.script("growth", [bench.output] + measured)
        Console.say("Written: \(bench.output).json, .txt and .svg")
    }

    private func measure(_ change: [String: Int], to output: String) async throws {
        var values = Dictionary(uniqueKeysWithValues: Self.series.map { ($0.option, $0.values[0]) })
        values.merge(change) { $1 }
        for option in ["RECIPIENTS", "OLD_DELIVERIES", "CAMPAIGNS"] { values[option]? /= divisor }
        values["CAMPAIGNS"] = max(1, values["CAMPAIGNS"] ?? 1)
        Console.heading("Growth: \(change.map { "\($0.key) \($0.value)" }.first ?? "the base")")
        let arguments =
            values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } + [
                "OUTPUT=\(output)", "BENCH_CONFIGURATION=\(bench.configuration.rawValue)",
                "QUEUE_TYPE=\(bench.queueType.rawValue)",
            ]
        try await WholeBench(project, Options(Bench.optionNames, arguments, environment: [:])).run()
    }
}
