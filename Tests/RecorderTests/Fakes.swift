import Core
import Database
import Synchronization

@testable import Recorder

/// What can be waited for, and will be over.
struct Away: TransientFailure {
    let isTransient = true
}

/// A source that hands out what it is given, and waits until it is stopped.
final class FakeSource: JobSource {
    private struct State {
        var acknowledged: [JobTag] = []
        var givenBack: [JobTag] = []
        var suspensions = 0
        var isSuspended = false
        var isAsked = false
    }

    private let state = Mutex(State())
    private let arrivals: AsyncStream<[QueueMessage]>
    private let arrive: AsyncStream<[QueueMessage]>.Continuation

    init() { (arrivals, arrive) = AsyncStream.makeStream() }

    var acknowledged: [JobTag] { state.withLock { $0.acknowledged } }
    var givenBack: [JobTag] { state.withLock { $0.givenBack } }
    var suspensions: Int { state.withLock { $0.suspensions } }
    var isSuspended: Bool { state.withLock { $0.isSuspended } }
    /// Whether somebody takes what it has.
    var isAsked: Bool { state.withLock { $0.isAsked } }

    func put(_ messages: [QueueMessage]) { arrive.yield(messages) }

    func next(limit: Int) async throws -> [QueueMessage] {
        state.withLock { $0.isAsked = true }
        return await arrivals.first { _ in true } ?? []
    }

    func acknowledge(_ tags: [JobTag]) { state.withLock { $0.acknowledged += tags } }
    func giveBack(_ tags: [JobTag]) { state.withLock { $0.givenBack += tags } }
    func stopTaking() { arrive.finish() }

    func suspend() {
        state.withLock { state in
            state.suspensions += 1
            state.isSuspended = true
        }
    }

    func resume() { state.withLock { $0.isSuspended = false } }
}

/// Keeps what is written; fails as often as it is told to.
final class FakeEvents: EventStore {
    private struct State {
        var batches: [[EventTotals.Entry]] = []
        var failures: [any Error] = []
        var failedChecks = 0
    }

    private let state = Mutex(State())
    private let whenRecorded: @Sendable () -> Void

    init(whenRecorded: @escaping @Sendable () -> Void = {}) { self.whenRecorded = whenRecorded }

    /// The campaigns of the events of each batch that was written.
    var batches: [[CampaignID]] { state.withLock { $0.batches.map { $0.map(\.event.campaign) } } }
    var hours: [Int32] { state.withLock { $0.batches.flatMap { $0.map(\.hour) } } }

    /// Lets the next batches fail, in order.
    func fail(_ errors: [any Error], checks: Int = 0) {
        state.withLock { state in
            state.failures += errors
            state.failedChecks += checks
        }
    }

    func record(_ entries: [EventTotals.Entry], now: Double) async throws -> EventTotals.Receipt {
        try state.withLock { state in
            guard state.failures.isEmpty else { throw state.failures.removeFirst() }
            state.batches.append(entries)
        }
        whenRecorded()
        return EventTotals.Receipt()
    }

    func check() async throws {
        try state.withLock { state in
            guard state.failedChecks == 0 else {
                state.failedChecks -= 1
                throw Away()
            }
        }
    }
}

/// Keeps dead letters.
final class FakeDeadLetters: DeadLetterStore {
    private let state = Mutex<(messages: [DeadLetter], isAway: Bool)>(([], false))

    var messages: [DeadLetter] { state.withLock { $0.messages } }
    func goAway() { state.withLock { $0.isAway = true } }

    func deadLetter(_ message: DeadLetter, worker: String) async throws {
        try state.withLock { state in
            guard !state.isAway else { throw Away() }
            state.messages.append(message)
        }
    }
}

/// Keeps what is published, or cannot publish.
final class FakePublisher: JobPublisher {
    private let state = Mutex<(bodies: [String: [[UInt8]]], isAway: Bool)>(([:], false))

    func published(to queue: String) -> [[UInt8]] { state.withLock { $0.bodies[queue] ?? [] } }
    func goAway() { state.withLock { $0.isAway = true } }

    func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome] {
        try state.withLock { state in
            guard !state.isAway else { throw Away() }
            state.bodies[queue, default: []] += bodies
        }
        return bodies.map { _ in .confirmed }
    }

    func depth(of queue: String) async throws -> Int { published(to: queue).count }
    func declare(_ queues: [String]) async throws {}
}

/// A clock that stands still until a test moves it.
final class SetClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func now() -> ContinuousClock.Instant { time.withLock { $0 } }
    func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

/// What had been acknowledged when a batch was written.
final class AcknowledgedBefore: Sendable {
    private let source: FakeSource
    private let seen = Mutex<[JobTag]>([])

    init(_ source: FakeSource) { self.source = source }

    var tags: [JobTag] { seen.withLock { $0 } }
    func look() { seen.withLock { $0 += source.acknowledged } }
}
