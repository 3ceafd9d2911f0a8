import ArgumentParser
import Core
import Dispatch
import Foundation
import RuntimeSupport
import TestKit

/// What a run is asked for.
struct SoakOptions: Sendable {
    var messages: Int
    var kills: Int
    var seed: UInt64
    var policy: DeliveryPolicy

    var policyName: String { policy == .atMostOnce ? "at-most-once" : "at-least-once" }
}

/// `veredus-soak`: sends a campaign with real programs and servers of its own, all of which a seeded schedule kills.
@main
struct SoakProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-soak",
        abstract: "Kills workers, producers, broker and database while a campaign is sent, and checks every promise.",
        discussion: """
            Starts a PostgreSQL, a RabbitMQ and a mail simulator of its own. Progress goes to standard error; the last \
            line of standard output is JSON. Ends with 1 when a promise was broken, or a fault did not hit what it was \
            to hit. The same seed gives the same faults at the same points.
            """
    )

    @Option(help: "Recipients.") var messages = 10_000
    @Option(help: "Faults.") var kills = 30
    @Option(help: "Decides what is killed, and when.") var seed: UInt64 = 1
    @Option(help: "at-most-once or at-least-once.") var policy = "at-most-once"

    func run() async throws {
        guard let policy = ["at-most-once": DeliveryPolicy.atMostOnce, "at-least-once": .atLeastOnce][policy] else {
            throw ValidationError("--policy is '\(policy)'. Give at-most-once or at-least-once.")
        }
        guard messages >= 100, kills >= 0, kills <= messages / 20 else {
            throw ValidationError("Give at least 100 messages, and at most a twentieth as many kills.")
        }
        let options = SoakOptions(messages: messages, kills: kills, seed: seed, policy: policy)
        let report = try await withThrowingTaskGroup(of: Report?.self) { group in
            group.addTask { try await Soak.run(options) }
            group.addTask {
                try await Interruption.wait()
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
        guard let report else { throw ExitCode(130) }
        for trouble in report.troubles { tell("trouble: \(trouble)") }
        for violation in report.breaches.prefix(50) { tell("broken: \(violation)") }
        print(report.json)
        endProcess(report.hasFailed ? 1 : 0)
    }
}

/// Tells whoever watches.
func tell(_ words: String) {
    FileHandle.standardError.write(Data("\(words)\n".utf8))
}

/// SIGTERM and SIGINT as something to wait for; the servers are ours to stop.
private enum Interruption {
    static func wait() async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let sources = [SIGTERM, SIGINT, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield() }
            source.resume()
            return source
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
        try Task.checkCancellation()
        tell("Interrupted: stopping what was started")
    }
}
