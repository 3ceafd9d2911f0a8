import Core
import Foundation
import TestKit

/// The options of a run.
struct SoakOptions: Sendable {
    var messages: Int
    var kills: Int
    var seed: UInt64
    var policy: DeliveryPolicy
    /// Whether workers keep flight logs.
    var keepsLogs: Bool

    var policyName: String { policy == .atMostOnce ? "at-most-once" : "at-least-once" }
}

/// `./dev soak`: sends a campaign with real programs and servers of its own, all of which a seeded schedule kills.
struct SoakCommand {
    static let optionNames = ["MESSAGES", "KILLS", "SEED", "POLICY", "FLIGHT_LOGS", "SOAK_CONFIGURATION"]

    private enum Policy: String, CaseIterable {
        case atMostOnce = "at-most-once"
        case atLeastOnce = "at-least-once"
    }

    private enum FlightLogs: String, CaseIterable {
        case kept = "yes"
        case none = "no"
    }

    let options: SoakOptions

    init(_ arguments: [String], environment: [String: String]) throws {
        let given = try Options(Self.optionNames, arguments, environment: environment)
        let messages = try given.number("MESSAGES", 100...1_000_000, default: 10_000)
        let kills = try given.number("KILLS", 0...10_000, default: 30)
        guard kills <= messages / 20 else {
            throw Failure.usage("KILLS is \(kills) for \(messages) messages", "Use at most one kill per 20 messages")
        }
        let policy = try given.choice("POLICY", default: Policy.atMostOnce)
        _ = try given.choice("SOAK_CONFIGURATION", default: BuildConfiguration.debug)
        options = SoakOptions(
            messages: messages,
            kills: kills,
            seed: UInt64(try given.number("SEED", 0...999_999_999, default: 1)),
            policy: policy == .atMostOnce ? .atMostOnce : .atLeastOnce,
            keepsLogs: try given.choice("FLIGHT_LOGS", default: FlightLogs.kept) == .kept
        )
    }

    /// Progress goes to standard error; the last line of standard output is JSON. The same seed gives the same faults at the
    /// same points.
    ///
    /// - Throws: ``Failure`` if a promise was broken, or a fault missed its target.
    func run(_ project: Project) async throws {
        let lock = try project.onlyOne("soak")
        let (messages, kills, seed, policy) = (options.messages, options.kills, options.seed, options.policyName)
        Console.heading(
            "\(messages) messages, \(kills) faults, seed \(seed), \(policy): on a PostgreSQL and a RabbitMQ of its own"
        )
        let report = try await Soak.run(options)
        for trouble in report.troubles { tell("trouble: \(trouble)") }
        for violation in report.breaches.prefix(50) { tell("broken: \(violation)") }
        Console.say(report.json)
        withExtendedLifetime(lock) {}
        guard report.hasFailed else { return }
        throw Failure(
            "a promise was broken, or a fault missed",
            "Repeat it: ./dev soak MESSAGES=\(messages) KILLS=\(kills) SEED=\(seed) POLICY=\(policy)"
        )
    }
}

/// Prints progress.
func tell(_ words: String) { Console.tell(words) }
