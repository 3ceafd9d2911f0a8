import Core
import Foundation
import TestKit
import Testing

@testable import FlightLog

/// The owner is a program of its own, which is killed or stopped.
@Suite(.timeLimit(.minutes(3))) struct KilledOwnerTests {
    let place: LogFolder
    let folder: FlightLogFolder
    let logs: LogFolder

    init() throws {
        place = try LogFolder()
        folder = try place.open()
        logs = try LogFolder()
    }

    private static let victim = Stage.products.appendingPathComponent("veredus-flight-victim").path

    private var output: String { "\(logs.path)/output" }

    private func start(_ run: WorkerRun, _ mode: String...) throws -> ChildProcess {
        // Swift's backtracer swallows the first SIGABRT that comes from another process.
        let environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        return try ChildProcess(
            [Self.victim, place.path, "\(run)"] + mode,
            environment: environment,
            output: .file(output)
        )
    }

    /// How many bytes, and how they end.
    private func said() throws -> String { try ChildProcess.text(of: output) }

    @Test(arguments: [SIGKILL, SIGABRT])
    func `after a kill each slot says how far its message had come`(signal: Int32) async throws {
        let child = try start(5, "stages")
        try await eventually("it has written") { try said() == "ready\n" }
        guard case .owned = folder.open(FlightLogFolder.name(of: 5)) else {
            throw Unexpected(description: "not locked")
        }
        child.send(signal)
        #expect(try await child.exit() == .signal(signal))
        let contents = try folder.log(5).contents()
        #expect(contents.unproved == 0)
        #expect(contents.records.map(\.slot) == [1, 2, 3, 4, 5])
        #expect(contents.records.allSatisfy { $0.slot == 5 || $0.isOfOneSample })
        #expect(contents.records.map(\.token) == [2, 3, 4, 5, 6])
        let refusal = FlightReply(code: 550, judgement: .never, step: .rcpt, text: "5.1.1 no such user")
        #expect(
            contents.records.map(\.step) == [
                .claimed, .begun, .dotAllowed, .replied(FlightSample(token: 5).reply), .replied(refusal),
            ]
        )
    }

    @Test func `no step is lost that was stored before a byte left the process`() async throws {
        var generator = SeededGenerator(seed: 3)
        var steps = Set<Int>()
        for run in 1...60 as ClosedRange<WorkerRun> {
            let child = try start(run, "cycle", "3")
            let least = Int64.random(in: 1...3_000, using: &generator)
            try await eventually("it goes on", every: .milliseconds(1)) {
                var status = stat()
                return stat(output, &status) == 0 && status.st_size >= least
            }
            child.kill()
            let words = try said()
            let told = words.utf8.count
            #expect(!words.contains("!"))
            let log = try folder.log(run)
            let contents = log.contents()
            // The operation after the last that was told may have happened, too.
            let found = contents.records.map { ($0.token - 1) * 5 + progress($0.step) }
            let isFree = told % 5 == 0 || told % 5 == 4
            #expect(found == [Int64(told)] || found == [Int64(told + 1)] || found.isEmpty && isFree, "\(told) \(found)")
            #expect(contents.unproved == 0)
            #expect(contents.records.allSatisfy { $0.isOfOneSample })
            steps.insert(told % 5)
            log.remove()
        }
        #expect(steps.count > 2, "kills at more than two steps: \(steps)")
    }

    private func progress(_ step: FlightStep) -> Int64 {
        switch step {
        case .claimed: 1
        case .begun: 2
        case .dotAllowed: 3
        case .replied: 4
        case .taken: -1
        }
    }

    @Test func `an owner that wakes up after its message was taken gets no leave to send`() async throws {
        let child = try start(1, "sleep")
        try await eventually("it sleeps") { try said() == "begun\n" && child.isStopped }
        let log = try folder.log(1, evenIfOwned: true)
        let record = try #require(log.record(0))
        #expect(record.step == .begun && record.isOfOneSample && log.isOwned)
        #expect(log.take(record))
        child.send(SIGCONT)
        #expect(try await child.exit() == .exit(0))
        #expect(try said() == "begun\nallowed false replied false freed false\n")
        #expect(log.record(0)?.step == .taken(begun: true))
    }

    @Test func `an owner that wakes up in time sends, and nobody takes its message`() async throws {
        let child = try start(1, "sleep")
        try await eventually("it sleeps") { try said() == "begun\n" && child.isStopped }
        let log = try folder.log(1, evenIfOwned: true)
        let record = try #require(log.record(0))
        child.send(SIGCONT)
        #expect(try await child.exit() == .exit(0))
        #expect(try said() == "begun\nallowed true replied true freed true\n")
        #expect(!log.take(record))
    }
}
