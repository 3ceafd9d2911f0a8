import HTTPTypes
import Hummingbird
import NIOCore

/// The proxies whose header fields are trusted.
struct TrustedProxies: Sendable {
    /// An entry of VEREDUS_WEB_TRUSTED_PROXIES that is neither an address nor a network.
    struct Malformed: Error, CustomStringConvertible {
        let text: String
        var description: String { "\"\(text)\" is not an address or a network such as 10.0.0.0/8" }
    }

    private struct Network: Sendable {
        let bytes: [UInt8]
        let bits: Int

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            return (0..<bits).allSatisfy { bit in
                let mask: UInt8 = 0x80 >> UInt8(bit % 8)
                return address[bit / 8] & mask == bytes[bit / 8] & mask
            }
        }
    }

    private let networks: [Network]

    init(_ texts: [String]) throws(Malformed) {
        networks = try texts.map { text throws(Malformed) in
            let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let address = try? SocketAddress(ipAddress: String(parts[0]), port: 0) else {
                throw Malformed(text: text)
            }
            let bytes = address.addressBytes
            guard parts.count == 2 else { return Network(bytes: bytes, bits: bytes.count * 8) }
            guard let bits = Int(parts[1]), (0...bytes.count * 8).contains(bits) else { throw Malformed(text: text) }
            return Network(bytes: bytes, bits: bits)
        }
    }

    func contains(_ address: SocketAddress?) -> Bool {
        guard let bytes = address?.addressBytes, !bytes.isEmpty else { return false }
        return networks.contains { $0.contains(bytes) }
    }

    /// The nearest hop that is not a trusted proxy: earlier entries can be forged.
    func reader(forwardedFor field: String) -> SocketAddress? {
        for hop in field.split(separator: ",").reversed() {
            guard let address = Self.address(hop.trimmed) else { return nil }
            if !contains(address) { return address }
        }
        return nil
    }

    /// An address in a proxy's notation: alone, or with a port, `203.0.113.5:51234` and `[2001:db8::1]:443`.
    private static func address(_ text: String) -> SocketAddress? {
        var host = text[...]
        if host.first == "[", let end = host.firstIndex(of: "]") {
            guard isPort(host[host.index(after: end)...]) else { return nil }
            host = host[host.index(after: host.startIndex)..<end]
        } else if let colon = host.firstIndex(of: ":"), colon == host.lastIndex(of: ":") {
            guard isPort(host[colon...]) else { return nil }
            host = host[..<colon]
        }
        return try? SocketAddress(ipAddress: String(host), port: 0)
    }

    /// Whether a text is empty, or a colon and a port.
    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && UInt16(text.dropFirst()) != nil
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

/// Takes the client's address and scheme from a trusted proxy only.
struct ForwardedMiddleware: RouterMiddleware {
    let proxies: TrustedProxies
    let endsTLS: Bool
    var strangers = UntrustedProxies()

    func handle(
        _ request: Request,
        context: WebContext,
        next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.isEncrypted = endsTLS
        if proxies.contains(context.peer) {
            // Repeated fields are read as one joined text, as in RFC 9110 §5.3.
            let hops = request.headers[values: .xForwardedFor].joined(separator: ",")
            if let reader = proxies.reader(forwardedFor: hops) { context.reader = reader }
            if request.headers[.xForwardedProto]?.lowercased() == "https" { context.isEncrypted = true }
        } else if request.headers.contains(.xForwardedFor) {
            strangers.note(context.peer)
        }
        return try await next(request, context)
    }
}

extension HTTPField.Name {
    static let xForwardedFor = unchecked("X-Forwarded-For")
    static let xForwardedProto = unchecked("X-Forwarded-Proto")

    /// A literal, valid name.
    static func unchecked(_ name: StaticString) -> HTTPField.Name {
        guard let field = HTTPField.Name("\(name)") else { preconditionFailure("\(name) is not a field name") }
        return field
    }
}
