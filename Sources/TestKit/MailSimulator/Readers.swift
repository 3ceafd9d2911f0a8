import NIOCore
import NIOPosix

/// The people behind the mailboxes: some open a message, some of them follow a link, a few unsubscribe.
///
/// They visit plain-HTTP addresses of this machine only, as a browser would, and ignore the response. Each sends a
/// client address of its own, as a proxy in front would: from a single address they would be taken for a scanner.
package struct ReaderHabits: Sendable, Equatable {
    /// The share of recipients who load the pixel.
    package var openRate = 0.0
    /// The share of openers who follow a link.
    package var clickRate = 0.0
    /// The share of recipients who press their mail program's unsubscribe button (RFC 8058).
    package var leaveRate = 0.0

    package init() {}
}

/// Reads messages after they were accepted, a few at a time.
final class Readers: Sendable {
    private static let atOnce = 16

    private let messages: AsyncStream<(content: [UInt8], recipient: String)>.Continuation
    private let work: Task<Void, Never>

    init(_ habits: ReaderHabits, seed: UInt64, group: any EventLoopGroup) {
        let (stream, messages) = AsyncStream.makeStream(of: (content: [UInt8], recipient: String).self)
        self.messages = messages
        work = Task {
            await withTaskGroup(of: Void.self) { tasks in
                var running = 0
                for await message in stream {
                    if running == Self.atOnce {
                        await tasks.next()
                        running -= 1
                    }
                    let draw = Draw(seed: seed, address: message.recipient)
                    let visits = MessageVisits(message.content)
                    let home = Self.home(of: message.recipient)
                    tasks.addTask { await Self.read(visits, habits, draw, home, group) }
                    running += 1
                }
            }
        }
    }

    /// Passes a message to its reader; returns at once.
    func read(_ content: [UInt8], recipient: String) { messages.yield((content, recipient)) }

    /// Ends without waiting for readers.
    func stop() {
        messages.finish()
        work.cancel()
    }

    /// A reader's address: the same one each time.
    private static func home(of recipient: String) -> String {
        let hash = recipient.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "10.\(hash >> 48 & 255).\(hash >> 40 & 255).\(hash >> 32 & 255)"
    }

    private static func read(
        _ message: MessageVisits,
        _ habits: ReaderHabits,
        _ draw: Draw,
        _ home: String,
        _ group: any EventLoopGroup
    ) async {
        if draw.hits(habits.openRate, for: "open") {
            if let pixel = message.pixel { await DashboardContext(pixel, from: home)?.make(on: group) }
            if draw.hits(habits.clickRate, for: "click") {
                let number = message.links.indices.first { draw.hits(0.5, for: "link", attempt: $0) } ?? 0
                if let link = message.links.dropFirst(number).first {
                    await DashboardContext(link, from: home)?.make(on: group)
                }
            }
        }
        if draw.hits(habits.leaveRate, for: "leave"), let address = message.unsubscribe {
            await DashboardContext(address, from: home, body: "List-Unsubscribe=One-Click")?.make(on: group)
        }
    }
}

/// The addresses in a message that a reader can visit.
struct MessageVisits {
    var pixel: String?
    var links: [String] = []
    var unsubscribe: String?

    init(_ content: [UInt8]) {
        let text = Self.decoded(content)
        for address in Self.addresses(in: text) {
            if address.contains("/o/") {
                pixel = pixel ?? address
            } else if address.contains("/c/"), !links.contains(address) {
                links.append(address)
            } else if address.contains("/u/") {
                unsubscribe = unsubscribe ?? address
            }
        }
    }

    /// Undoes folding and quoted-printable well enough to find addresses.
    private static func decoded(_ content: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var index = 0
        while index < content.count {
            let rest = content[index...].prefix(3)
            if rest.elementsEqual("=\r\n".utf8) {
                index += 3
            } else if rest.elementsEqual("=3D".utf8) {
                result.append(UInt8(ascii: "="))
                index += 3
            } else {
                result.append(content[index])
                index += 1
            }
        }
        return result
    }

    private static func addresses(in text: [UInt8]) -> [String] {
        let ends: [UInt8] = Array("\"'<> \r\n\t".utf8)
        let start = Array("http://".utf8)
        return text.split(whereSeparator: { ends.contains($0) }).filter { $0.starts(with: start) }
            .map { String(decoding: $0, as: UTF8.self) }
    }
}

/// One request, and the first octets of its answer.
private struct DashboardContext {
    private let host: String
    private let port: Int
    private let request: String

    /// - Returns: `nil` for an address that is not plain HTTP of this machine.
    init?(_ address: String, from home: String, body: String? = nil) {
        let rest = address.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":")
        guard let host = parts.first, host == "127.0.0.1" || host == "localhost" else { return nil }
        self.host = String(host)
        port = parts.count == 2 ? Int(parts[1]) ?? 80 : 80
        let path = rest.dropFirst(authority.count)
        var request = "\(body == nil ? "GET" : "POST") \(path.isEmpty ? "/" : path) HTTP/1.1\r\nHost: \(authority)\r\n"
        request += "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n"
        request += "X-Forwarded-For: \(home)\r\nConnection: close\r\n"
        if let body {
            request += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n"
        }
        self.request = request + "\r\n" + (body ?? "")
    }

    /// Sends it, and returns at the end of the response, or at once without a listener.
    func make(on group: any EventLoopGroup) async {
        let bootstrap = ClientBootstrap(group: group).connectTimeout(.seconds(5))
        guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return }
        let deadline = channel.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
        try? await channel.writeAndFlush(ByteBuffer(string: request))
        try? await channel.closeFuture.get()
        deadline.cancel()
    }
}
