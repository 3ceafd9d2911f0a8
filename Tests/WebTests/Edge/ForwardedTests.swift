import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import Web

struct ForwardedTests {
    struct Row: Sendable {
        let peer: String
        var hops: [String] = []
        var proto: String?
        let client: String
        var isEncrypted = false
        let because: Comment
    }

    static let rows: [Row] = [
        Row(peer: "192.0.2.1", client: "192.0.2.1", because: "no proxy"),
        Row(
            peer: "192.0.2.1",
            hops: ["198.51.100.7"],
            proto: "https",
            client: "192.0.2.1",
            because: "anybody can write the field: believed from nobody else"
        ),
        Row(
            peer: "10.1.2.3",
            hops: ["198.51.100.7"],
            proto: "https",
            client: "198.51.100.7",
            isEncrypted: true,
            because: "from a proxy of ours"
        ),
        Row(
            peer: "10.1.2.3",
            hops: ["203.0.113.9, 198.51.100.7"],
            client: "198.51.100.7",
            because: "the reader wrote the first one itself"
        ),
        Row(
            peer: "10.1.2.3",
            hops: ["203.0.113.9", "198.51.100.7, 10.9.9.9"],
            client: "198.51.100.7",
            because: "two fields are one, and ours are passed over"
        ),
        Row(peer: "10.1.2.3", hops: ["198.51.100.7, unknown"], client: "10.1.2.3", because: "the nearest says nothing"),
        Row(
            peer: "10.1.2.3",
            hops: ["198.51.100.7:51234, 10.9.9.9:80"],
            client: "198.51.100.7",
            because: "some proxies write the port"
        ),
        Row(
            peer: "10.1.2.3",
            hops: ["[2001:db8:1:2:3::4]:443"],
            client: "2001:db8:1:2::",
            because: "the port of an IPv6 address"
        ),
        Row(peer: "10.1.2.3", hops: ["198.51.100.7:x"], client: "10.1.2.3", because: "no port"),
        Row(peer: "10.1.2.3", hops: ["[198.51.100.7"], client: "10.1.2.3", because: "an open bracket"),
        Row(peer: "10.1.2.3", hops: ["10.0.0.1"], client: "10.1.2.3", because: "only proxies"),
        Row(peer: "10.1.2.3", hops: [""], client: "10.1.2.3", because: "empty"),
        Row(peer: "11.1.2.3", hops: ["198.51.100.7"], client: "11.1.2.3", because: "next to the network"),
        Row(peer: "::ffff:10.1.2.3", hops: ["198.51.100.7"], client: "198.51.100.7", because: "IPv4 in IPv6"),
        Row(
            peer: "2001:db8::5",
            hops: ["2001:db8:1:2:3::4"],
            client: "2001:db8:1:2::",
            because: "a household has 64 bits"
        ),
        Row(peer: "10.1.2.3", proto: "HTTPS", client: "10.1.2.3", isEncrypted: true, because: "case"),
        Row(peer: "10.1.2.3", proto: "https, http", client: "10.1.2.3", because: "not one word"),
    ]

    @Test(arguments: rows) func `who asks is what a believed proxy says`(_ row: Row) async throws {
        let proxies = try TrustedProxies(["10.0.0.0/8", "2001:db8::5"])
        let middleware = ForwardedMiddleware(proxies: proxies, endsTLS: false)
        let channel = EmbeddedChannel()
        try await channel.connect(to: SocketAddress(ipAddress: row.peer, port: 1)).get()
        let context = WebContext(source: .init(channel: channel, logger: Logger(label: "test")))
        var fields = HTTPFields()
        for hops in row.hops { fields.append(HTTPField(name: .xForwardedFor, value: hops)) }
        fields[.xForwardedProto] = row.proto
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/", headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        _ = try await middleware.handle(request, context: context) { _, context in
            #expect(context.client == ClientAddress(row.client), row.because)
            #expect(context.isEncrypted == row.isEncrypted, row.because)
            return Response(status: .ok)
        }
    }

    @Test func `an entry that is no network is refused`() {
        for text in ["", "10.0.0.0/33", "10.0.0.0/x", "proxy.example.net", "10.0.0.0/-1", "::/129"] {
            #expect(throws: TrustedProxies.Malformed.self, "\(text)") { try TrustedProxies([text]) }
        }
    }
}
