import Core
import Logging
import ServiceLifecycle
import Synchronization

/// Counts tokens with a signature that none of the keys made.
///
/// A few are guesses. Many mean that messages were signed with a key that this program does not have. Only the key's
/// number is kept, never the token.
final class UnknownTokens: Sendable {
    private let counts = Mutex<[UInt8: Int]>([:])

    /// Counts a text that did not verify; malformed tokens are ignored.
    func note(_ text: some Collection<UInt8>, as use: TokenUse, keys: KeyRing) {
        guard let key = keys.claimedKey(of: text, as: use) else { return }
        counts.withLock { $0[key, default: 0] += 1 }
    }

    /// The counts per key since the last call.
    func take() -> [UInt8: Int] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }
}

/// Logs once a minute, and at the end, how many tokens had an unknown signature, if any.
struct UnknownTokenReport: Service {
    let tokens: UnknownTokens
    let keys: KeyRing
    let log: Logger
    var interval = Duration.seconds(60)

    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            say()
        }
    }

    private func say() {
        let counts = tokens.take()
        guard !counts.isEmpty else { return }
        let byKey = counts.sorted { $0.key < $1.key }.map { key, count in
            "\(count) of key \(key), \(keys.has(key: key) ? "signed with another secret" : "which is not set here")"
        }
        log.warning(
            "links with an unknown signature: check that every program has the same VEREDUS_TOKEN_KEYS",
            metadata: [
                "count": "\(counts.values.reduce(0, +))", "keys": "\(byKey.joined(separator: "; "))",
            ]
        )
    }
}
