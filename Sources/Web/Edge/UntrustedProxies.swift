import Logging
import NIOCore
import Synchronization

/// Warns once about a proxy that is not trusted: all readers behind it look like one client, whose opens and clicks soon
/// count as a machine's.
final class UntrustedProxies: Sendable {
    private let log: Logger?
    private let isSaid = Atomic(false)

    init(log: Logger? = nil) { self.log = log }

    /// `peer`: Named only if it is an address of the own network, not a reader's on the Internet.
    func note(_ peer: SocketAddress?) {
        guard let log, !isSaid.exchange(true, ordering: .relaxed) else { return }
        log.warning(
            "requests come through a proxy that is not trusted: all readers look like one client, soon counted as a machine",
            metadata: [
                "proxy": "\(Self.isOfThisNetwork(peer) ? peer?.digits ?? "unknown" : "on the Internet")",
                "remedy": "If it is yours, name its address or network in VEREDUS_WEB_TRUSTED_PROXIES",
            ]
        )
    }

    /// Whether an address belongs to this machine or a private network (RFC 1918, RFC 4193, link-local).
    static func isOfThisNetwork(_ address: SocketAddress?) -> Bool {
        let bytes = address?.addressBytes ?? []
        return switch (bytes.count, bytes.first, bytes.dropFirst().first) {
        case (4, 10, _), (4, 127, _), (4, 192, 168), (4, 169, 254): true
        case (4, 172, let second?): (16...31).contains(second)
        case (16, let first?, _) where first & 0xFE == 0xFC: true
        case (16, 0xFE, let second?): second & 0xC0 == 0x80
        case (16, 0, _): bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        default: false
        }
    }
}
