import Core
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Broker

/// The broker of the tests that leave it as it was: `VEREDUS_TEST_AMQP_URL`, or a private node for all of them.
enum TestBroker {
    private static let environment = ProcessInfo.processInfo.environment

    /// With `REQUIRE_SERVERS=1` a missing broker is a failure instead of a skipped test.
    static let isRequired = environment["REQUIRE_SERVERS"] == "1"
    static let isThere = isRequired || environment["VEREDUS_TEST_AMQP_URL"] != nil || PrivateBroker.isInstalled
    /// Whether tests may have a broker that they can stop.
    static let canBePrivate = isRequired || PrivateBroker.isInstalled

    private static let shared = Task {
        let broker = try PrivateBroker()
        try await broker.start()
        return broker
    }

    static func settings() async throws -> BrokerSettings {
        if let url = environment["VEREDUS_TEST_AMQP_URL"] { return try settings(url) }
        return try settings(await shared.value.url)
    }

    /// Settings for a test: short pauses, so that a reconnect is soon.
    static func settings(_ url: String, caFile: String? = nil) throws -> BrokerSettings {
        var settings = try BrokerSettings(parsing: url, caFile: caFile)
        settings.clientName = "veredus tests"
        settings.firstPause = .milliseconds(50)
        settings.longestPause = .milliseconds(500)
        settings.connectLimit = .seconds(20)
        return settings
    }

    /// A name that no other test has.
    static func queue(_ purpose: String) -> String { "jobs.test-\(purpose)-\(UInt32.random(in: 0 ... .max))" }
}

/// Bodies that are all different, about as long as a job's.
func bodies(_ count: Int, prefix: String = "v1 4711 1") -> [[UInt8]] {
    (0..<count).map { Array("\(prefix) \(1_000_000 + $0)".utf8) }
}

extension AMQPConsumer {
    /// Takes messages until there are `count`, without acknowledging them.
    func take(_ count: Int) async throws -> [QueueMessage] {
        var messages: [QueueMessage] = []
        while messages.count < count {
            let more = try await next(limit: count - messages.count)
            guard !more.isEmpty else { break }
            messages += more
        }
        return messages
    }
}

extension AMQPPublisher {
    /// Publishes until everything is confirmed, as a producer does: what was refused, or thrown back, again.
    func publishAll(_ bodies: [[UInt8]], to queue: String, within limit: Duration = .seconds(40)) async throws {
        var left = bodies
        try await eventually("everything is confirmed", within: limit) {
            do {
                let outcomes = try await publish(left, to: queue)
                left = zip(left, outcomes).filter { $0.1 != .confirmed }.map(\.0)
            } catch let error as AMQPError where error.isTransient {}
            return left.isEmpty
        }
    }
}

/// The notices of a connection.
final class Notices: Sendable {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }
    var take: @Sendable (String) -> Void {
        { [self] line in
            lines.withLock { $0.append(line) }
        }
    }
    func contain(_ text: String) -> Bool { all.contains { $0.contains(text) } }
}
