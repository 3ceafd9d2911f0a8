import Foundation
import TestKit

/// `./dev restores`: random interleavings of dump, opt-out by every way, kill, restore, adoption and campaign.
struct RestoresCommand {
    static let optionNames = ["RUNS", "SEED", "STEPS"]

    private let runs: Int
    private let seed: UInt64
    private let steps: Int

    init(_ arguments: [String], environment: [String: String]) throws {
        let given = try Options(Self.optionNames, arguments, environment: environment)
        runs = try given.number("RUNS", 1...100_000, default: 10)
        seed = UInt64(try given.number("SEED", 0...999_999_999, default: 1))
        steps = try given.number("STEPS", 1...1_000, default: 40)
    }

    /// Each run has a seed of its own, which repeats its steps.
    @Sendable func run() async throws {
        Console.heading("\(runs) interleavings of \(steps) steps, from seed \(seed), on a PostgreSQL of its own")
        let cluster = try await PostgresCluster.start()
        var total = RestoreRun.Report()
        for number in 0..<runs {
            let report = try await RestoreRun.run(seed: seed + UInt64(number), steps: steps, on: cluster)
            total.add(report)
            for breach in report.breaches { tell("broken, seed \(seed + UInt64(number)): \(breach)") }
            if number % 50 == 49 { tell("\(number + 1) runs") }
        }
        try await cluster.stop(.immediate)
        Console.say(
            "\(runs) runs: \(total.changes) changes, \(total.restores) restores, \(total.kills) kills, "
                + "\(total.mailed) messages, \(total.breaches.count) broken promises"
        )
        guard !total.breaches.isEmpty else { return }
        throw Failure("a promise was broken", "Repeat one run: ./dev restores RUNS=1 SEED=… STEPS=\(steps)")
    }
}
