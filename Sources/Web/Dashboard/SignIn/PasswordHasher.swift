import NIOPosix

/// Hashes and compares passwords, two at once: each takes 128 MiB and a third of a second of a core.
///
/// When the queue is full it refuses: a flood of sign-ins uses up neither memory nor shared threads.
actor PasswordHasher {
    /// Too many are waiting already.
    struct Busy: Error {}

    private let cost: PasswordHash.Cost
    private let longestQueue: Int
    private var free: Int
    private var queue: [CheckedContinuation<Void, Never>] = []
    /// The dummy hash for unknown users, so that the answer takes as long.
    private let nobody: PasswordHash?
    /// The number of computations; for tests.
    private(set) var turns = 0

    init(cost: PasswordHash.Cost = .usual, atOnce: Int = 2, longestQueue: Int = 16) {
        self.cost = cost
        self.longestQueue = longestQueue
        free = atOnce
        // The salt and the hash of nothing: 16 and 32 bytes of zero.
        let zeros = String(repeating: "A", count: 22)
        let hash = String(repeating: "A", count: 43)
        nobody = PasswordHash(stored: "$scrypt$ln=\(cost.logRounds),r=\(cost.blockSize),p=1$\(zeros)$\(hash)")
    }

    /// Hashes a password with a new salt.
    ///
    /// - Throws: ``Busy``.
    func hash(_ password: String) async throws -> String {
        let cost = cost
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) }
        return try await whenFree { try PasswordHash(password, cost: cost, salt: salt).stored }
    }

    /// Whether a password matches the stored one; takes the same time when there is none.
    ///
    /// - Throws: ``Busy``.
    func isRight(_ password: String, stored: String?) async throws -> Bool {
        let real = stored.flatMap { PasswordHash(stored: $0) }
        guard let compared = real ?? nobody else { return false }
        let isSame = try await whenFree { try compared.matches(password) }
        return isSame && real != nil
    }

    private func whenFree<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        if free > 0 {
            free -= 1
        } else {
            guard queue.count < longestQueue else { throw Busy() }
            await withCheckedContinuation { queue.append($0) }
        }
        defer { leave() }
        turns += 1
        return try await NIOThreadPool.singleton.runIfActive(work)
    }

    private func leave() {
        if queue.isEmpty { free += 1 } else { queue.removeFirst().resume() }
    }
}
