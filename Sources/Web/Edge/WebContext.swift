import Hummingbird
import Logging
import NIOCore

/// What is known of one request besides itself.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The other end of the connection: the reader's machine, or a proxy.
    let peer: SocketAddress?
    /// Who asks, as far as it can be known; for limits only, and never stored or logged.
    var client: ClientAddress
    /// Whether the reader's connection is encrypted, here or at a proxy that is believed.
    var isEncrypted = false
    /// Whether the other end has closed the connection since: nobody waits for the answer.
    let isGone: @Sendable () -> Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        peer = channel.remoteAddress
        // A test's channel may never have been active.
        let wasThere = channel.isActive
        isGone = { wasThere && HangUps.shared.isGone(channel) }
        client = ClientAddress(peer)
    }

    /// Forms and JSON; an import of contacts has a limit of its own.
    var maxUploadSize: Int { 256 * 1024 }
}

/// The address that limits are counted by: of IPv6 the first 64 bits, which one household has.
struct ClientAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        guard let address else {
            bytes = []
            return
        }
        bytes = Self.bytes(of: address)
    }

    /// - Returns: `nil` when the text is no address in digits.
    init?(_ text: some StringProtocol) {
        guard let address = try? SocketAddress(ipAddress: String(text), port: 0) else { return nil }
        self.init(address)
    }

    private static func bytes(of address: SocketAddress) -> [UInt8] {
        let all = address.addressBytes
        return all.count == 16 ? Array(all[..<8]) : all
    }
}

extension SocketAddress {
    /// 4 or 16 bytes in network order, an IPv4 address inside IPv6 as 4; empty for what is no Internet address.
    var addressBytes: [UInt8] {
        // sockaddr_in has the address after family and port, sockaddr_in6 after the flow information as well.
        let offset: Int
        let count: Int
        switch self {
        case .v4: (offset, count) = (4, 4)
        case .v6: (offset, count) = (8, 16)
        case .unixDomainSocket: return []
        }
        let bytes = withSockAddr { pointer, size in
            Array(UnsafeRawBufferPointer(start: pointer, count: size).dropFirst(offset).prefix(count))
        }
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return bytes.starts(with: mapped) ? Array(bytes[12...]) : bytes
    }
}
