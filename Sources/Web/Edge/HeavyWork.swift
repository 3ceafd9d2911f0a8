import Core
import RuntimeSupport
import Synchronization
import Templates

/// Runs what a tenant's text costs CPU for, compiling and rendering messages, on threads of its own.
///
/// Pages, pixels and opt-outs never wait behind it, and go first where there are too few cores. Threads, waiting
/// requests, an account's share and time are all bounded. Work stops at its next step once the client has hung up.
final class HeavyWork: Sendable {
    /// Why work was not done; what to say to the client, and when to come again.
    enum Refused: Error, Equatable {
        /// The account has as much under way as it may.
        case tooManyOfAccount
        /// All accounts together have.
        case tooMany
        /// It waited until its time was up.
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
    ///   - threads: How many compute at once.
    ///   - mostOfAccount: Requests of one account that compute or wait.
    ///   - most: Requests of all accounts that do.
    ///   - limit: How long one may take, its waiting included.
    init(threads: Int = 2, mostOfAccount: Int = 8, most: Int = 64, limit: Duration = .seconds(10)) {
        self.threads = ThreadPool(name: "veredus-heavy", count: threads, niceness: 10)
        self.mostOfAccount = mostOfAccount
        self.most = most
        self.limit = limit
    }

    /// Runs `body` on a thread of this pool.
    ///
    /// - Parameters:
    ///   - account: Whose work it is.
    ///   - isGone: Whether the client has hung up.
    ///   - body: Asks the `WorkStop` between its steps, and throws when it is due.
    /// - Returns: What `body` returns.
    /// - Throws: ``Refused``; `CancellationError` when nobody waits for the answer; what `body` throws.
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

    /// Not isolated and `async`, so that it runs where its task prefers.
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
            // It may have been stopped: nobody reads why.
            guard !isUnwanted() else { throw CancellationError() }
            throw error
        }
    }

    /// How much computes or waits; for tests.
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
