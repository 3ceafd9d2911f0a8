import Hummingbird
import Logging
import NIOCore

/// The context of one request.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer: the reader's machine, or a proxy.
    let peer: SocketAddress?
    /// The client's address, as far as known; never stored. Only a failed sign-in or API key logs it.
    var reader: SocketAddress? { didSet { client = ClientAddress(reader) } }
    /// The client as limits count it.
    private(set) var client: ClientAddress
    /// Whether the client's connection is encrypted, here or at a trusted proxy.
    var isEncrypted = false
    /// Whether the client has closed the connection: the answer is no longer needed.
    let isGone: @Sendable () -> Bool

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        let channel = source.channel
        peer = channel.remoteAddress
        // A test's channel may never have been active.
        let wasThere = channel.isActive
        isGone = { wasThere && HangUps.shared.isGone(channel) }
        reader = peer
        client = ClientAddress(peer)
    }

    /// Forms and JSON; an import of contacts has a limit of its own.
    var maxUploadSize: Int { 256 * 1024 }
}

/// The address for limits: for IPv6 the first 64 bits, which one household shares.
struct ClientAddress: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ address: SocketAddress?) {
        guard let address else {
            bytes = []
            return
        }
        bytes = Self.bytes(of: address)
    }

    /// - Returns: `nil` if the text is not a numeric address.
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
    /// The address in digits, an IPv4 address inside IPv6 as IPv4.
    var digits: String {
        let bytes = addressBytes
        return bytes.count == 4 ? bytes.map { String($0) }.joined(separator: ".") : ipAddress ?? "unknown"
    }

    /// 4 or 16 bytes in network order, an IPv4 address inside IPv6 as 4; empty if it is not an Internet address.
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
