import Core
import RuntimeSupport
import Service
import Synchronization
import Templates

/// Runs CPU work on tenants' text, compiling and rendering messages, on threads of its own.
///
/// Pages, pixels and opt-outs never wait behind it, and take precedence when cores are scarce. It is bounded by
/// threads, waiting requests, requests per account, and time. Work whose client is gone is not started, and ends at its
/// next step.
final class HeavyWork: Sendable {
    /// Why work was refused: the answer to the client, and when to retry.
    enum Refused: Error, Equatable {
        /// The account has too much work in progress.
        case tooManyOfAccount
        /// All accounts together have too much.
        case tooMany
        /// It waited until its deadline.
        case tooLate
    }

    static let retryAfterSeconds = 5

    private struct State {
        var running: [AccountID: Int] = [:]
        var total = 0
    }

    private let threads: ThreadPool
    private let mostOfAccount: Int
    private let most: Int
    private let limit: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - threads: The number of threads.
    ///   - mostOfAccount: The maximum of one account's requests, computing or waiting.
    ///   - most: The maximum of all accounts' requests.
    ///   - limit: The time limit of one, including its wait.
    init(threads: Int = 2, mostOfAccount: Int = 8, most: Int = 64, limit: Duration = .seconds(10)) {
        self.threads = ThreadPool(name: "veredus-heavy", count: threads, niceness: 10)
        self.mostOfAccount = mostOfAccount
        self.most = most
        self.limit = limit
    }

    /// Runs `body` on a thread of this pool.
    ///
    /// - Parameters:
    ///   - account: The account.
    ///   - isGone: Whether the client has hung up.
    ///   - body: Checks the `WorkStop` between its steps, and throws when it is due.
    /// - Returns: What `body` returns.
    /// - Throws: ``Refused``; `CancellationError` when the client is gone; errors of `body`.
    func run<Value: Sendable>(
        for account: AccountID,
        isGone: @escaping @Sendable () -> Bool,
        _ body: @Sendable (WorkStop) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + limit
        try enter(account)
        defer { leave(account) }
        return try await withTaskExecutorPreference(threads) {
            try await Self.compute(until: deadline, isGone, body)
        }
    }

    /// Not isolated and `async`, so that it runs on its task's executor.
    private static func compute<Value: Sendable>(
        until deadline: ContinuousClock.Instant,
        _ isGone: @escaping @Sendable () -> Bool,
        _ body: @Sendable (WorkStop) throws -> Value
    ) async throws -> Value {
        let isUnwanted: @Sendable () -> Bool = { Task.isCancelled || isGone() }
        guard !isUnwanted() else { throw CancellationError() }
        guard ContinuousClock.now < deadline else { throw Refused.tooLate }
        do {
            return try body(WorkStop { isUnwanted() || ContinuousClock.now >= deadline })
        } catch {
            // It may have been stopped: the client is gone.
            guard !isUnwanted() else { throw CancellationError() }
            throw error
        }
    }

    /// Requests computing or waiting; for tests.
    var underWay: Int { state.withLock { $0.total } }

    private func enter(_ account: AccountID) throws(Refused) {
        let refused = state.withLock { state -> Refused? in
            if state.running[account, default: 0] >= mostOfAccount { return .tooManyOfAccount }
            if state.total >= most { return .tooMany }
            state.running[account, default: 0] += 1
            state.total += 1
            return nil
        }
        if let refused { throw refused }
    }

    private func leave(_ account: AccountID) {
        state.withLock { state in
            state.total -= 1
            let left = state.running[account, default: 1] - 1
            state.running[account] = left > 0 ? left : nil
        }
    }
}

/// Where the messages of a campaign are rendered that somebody waits for.
struct HeavyPlace: RenderPlace {
    let heavy: HeavyWork
    let account: AccountID
    let isGone: @Sendable () -> Bool

    func run<Value: Sendable>(_ body: @Sendable (WorkStop) throws -> Value) async throws -> Value {
        try await heavy.run(for: account, isGone: isGone, body)
    }
}
