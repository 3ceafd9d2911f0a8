import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A client that says what it is told, octet by octet; one task uses it.
final class MailClient {
    struct Closed: Error {}

    private let channel: any Channel
    private var pieces: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator
    private var input = ByteBuffer()
    private let received: Received

    /// How many octets have come, read or not.
    var receivedBytes: Int { received.count.withLock { $0 } }

    private final class Received: Sendable {
        let count = Mutex(0)
    }

    init(port: Int) async throws {
        let received = Received()
        self.received = received
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(continuation, received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        pieces = stream.makeAsyncIterator()
    }

    /// Connects, reads the banner and says LHLO.
    static func greeted(port: Int) async throws -> MailClient {
        let client = try await MailClient(port: port)
        _ = try await client.reply()
        _ = try await client.ask("LHLO client.example")
        return client
    }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    func send(line: String) async throws { try await send(Array((line + "\r\n").utf8)) }

    /// Sends a line, and reads one reply.
    func ask(_ line: String) async throws -> String {
        try await send(line: line)
        return try await reply()
    }

    /// Sends a mail to one recipient in one go, as pipelining allows; returns the reply to its dot.
    func deliver(_ mail: [UInt8], to local: String) async throws -> String {
        let commands = "MAIL FROM:<>\r\nRCPT TO:<\(local)@\(InboundFixture.domain)>\r\nDATA\r\n"
        try await send(Array(commands.utf8))
        for _ in 0..<3 {
            let reply = try await reply()
            guard reply.hasPrefix("2") || reply.hasPrefix("354") else { return reply }
        }
        try await send(Returned.stuffed(mail))
        return try await reply()
    }

    /// The last line of the next reply.
    func reply() async throws -> String {
        while true {
            let line = try await line()
            if line.count < 4 || line.dropFirst(3).first != "-" { return line }
        }
    }

    private func line() async throws -> String {
        while true {
            if let end = input.readableBytesView.firstIndex(of: 0x0A) {
                return String((input.readString(length: end - input.readerIndex + 1) ?? "").dropLast())
            }
            guard let piece = try await pieces.next() else { throw Closed() }
            input.writeImmutableBuffer(piece)
        }
    }

    /// Everything until the server closes; a reset ends it, too.
    func rest() async -> String {
        while let piece = try? await pieces.next() { input.writeImmutableBuffer(piece) }
        return input.readString(length: input.readableBytes) ?? ""
    }

    func startTLS(trusting authority: String) async throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .file(authority)
        let context = try NIOSSLContext(configuration: configuration)
        let channel = channel
        try await channel.eventLoop.submit {
            let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    func close() { channel.close(promise: nil) }

    deinit { channel.close(promise: nil) }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let pieces: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

        private let received: Received

        init(_ pieces: AsyncThrowingStream<ByteBuffer, any Error>.Continuation, _ received: Received) {
            self.pieces = pieces
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let piece = unwrapInboundIn(data)
            received.count.withLock { $0 += piece.readableBytes }
            pieces.yield(piece)
        }
        func channelInactive(context: ChannelHandlerContext) { pieces.finish() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            pieces.finish(throwing: error)
            context.close(promise: nil)
        }
    }
}
