import Synchronization

/// The listener's limits on concurrent work, in all and per peer.
final class ConnectionLimiter: Sendable {
    struct Limits: Sendable {
        var connections = 200
        var peerConnections = 50
        var peerMailsPerMinute = 6_000
        /// Bytes of all mails being received.
        var bytes = 128 << 20
    }

    private struct Peer {
        var connections = 0
        var minute: UInt64 = 0
        var mails = 0
    }

    private struct State {
        var connections = 0
        var bytes = 0
        var peers: [String: Peer] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits) { self.limits = limits }

    /// Admits a connection, or refuses it because there are too many; only an admitted one leaves.
    func enter(_ peer: String) -> Bool {
        state.withLock { state in
            guard state.connections < limits.connections,
                state.peers[peer]?.connections ?? 0 < limits.peerConnections
            else { return false }
            state.connections += 1
            state.peers[peer, default: Peer()].connections += 1
            return true
        }
    }

    func leave(_ peer: String) {
        state.withLock { state in
            state.connections -= 1
            state.peers[peer]?.connections -= 1
            // Counts of past minutes are dropped only when many peers are remembered.
            if state.peers.count > 10_000 { state.peers = state.peers.filter { $0.value.connections > 0 } }
        }
    }

    /// Whether a peer may send another mail now; `now` in nanoseconds of any monotonic clock.
    func takesMail(of peer: String, now: UInt64) -> Bool {
        let minute = now / 60_000_000_000
        return state.withLock { state in
            var found = state.peers[peer, default: Peer()]
            if found.minute != minute { (found.minute, found.mails) = (minute, 0) }
            defer { state.peers[peer] = found }
            guard found.mails < limits.peerMailsPerMinute else { return false }
            found.mails += 1
            return true
        }
    }

    /// Reserves memory for a part of a mail, if available.
    func hold(_ count: Int) -> Bool {
        state.withLock { state in
            guard state.bytes + count <= limits.bytes else { return false }
            state.bytes += count
            return true
        }
    }

    func release(_ count: Int) { state.withLock { $0.bytes -= count } }

    /// For tests: the current use.
    var inUse: (connections: Int, bytes: Int) { state.withLock { ($0.connections, $0.bytes) } }
}
