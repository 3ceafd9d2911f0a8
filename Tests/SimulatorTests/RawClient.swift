import MailSimulator
import NIOCore
import NIOPosix

/// A client that sends exactly the octets it is given; one task uses it.
final class RawClient {
    struct Closed: Error {}

    private let channel: any Channel
    private var pieces: AsyncThrowingStream<ByteBuffer, any Error>.AsyncIterator
    private var input = ByteBuffer()
    /// How many pieces the network delivered so far.
    private(set) var pieceCount = 0

    /// Connects to 127.0.0.1.
    init(port: Int) async throws {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        pieces = stream.makeAsyncIterator()
    }

    /// Connects, reads the banner and says EHLO.
    static func greeted(port: Int) async throws -> RawClient {
        let client = try await RawClient(port: port)
        _ = try await client.reply()
        _ = try await client.ask("EHLO client.example\r\n")
        return client
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    func send(_ bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Sends, and reads one reply.
    func ask(_ text: String) async throws -> String {
        try await send(text)
        return try await reply()
    }

    /// The next reply with all its lines, each without CRLF, joined by LF.
    func reply() async throws -> String {
        var lines: [String] = []
        while true {
            let line = try await line()
            lines.append(line)
            if line.count < 4 || line.dropFirst(3).first != "-" { return lines.joined(separator: "\n") }
        }
    }

    private func line() async throws -> String {
        while true {
            if let end = input.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                let length = end - input.readerIndex + 1
                return String((input.readString(length: length) ?? "").dropLast())
            }
            guard let piece = try await next() else { throw Closed() }
            input.writeImmutableBuffer(piece)
        }
    }

    private func next() async throws -> ByteBuffer? {
        let piece = try await pieces.next()
        pieceCount += piece == nil ? 0 : 1
        return piece
    }

    /// Everything until the server closes; a reset ends it too.
    func rest() async -> String {
        while let piece = try? await next() { input.writeImmutableBuffer(piece) }
        return String(buffer: input)
    }

    /// Returns what was read beyond the last reply once there are so many octets.
    func bytes(_ count: Int) async throws -> [UInt8] {
        while input.readableBytes < count {
            guard let piece = try await next() else { throw Closed() }
            input.writeImmutableBuffer(piece)
        }
        return input.readBytes(length: count) ?? []
    }

    /// How the connection ended: `nil` for an orderly close.
    func ending() async -> (any Error)? {
        do {
            while let piece = try await next() { input.writeImmutableBuffer(piece) }
            return nil
        } catch {
            return error
        }
    }

    func close() async throws { try await channel.close() }

    /// Hands over what comes to a stream; the stream's end is the connection's.
    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation

        init(_ continuation: AsyncThrowingStream<ByteBuffer, any Error>.Continuation) {
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            continuation.finish(throwing: error)
            context.close(promise: nil)
        }
    }
}

extension RawClient {
    /// Sends one small message step by step.
    ///
    /// - Returns: The codes of MAIL, RCPT, DATA and the dot, as far as it came.
    func deliver(
        to recipient: String,
        from sender: String = "news@sender.example",
        messageID: String = "<1@sender.example>"
    ) async throws -> [String] {
        var codes: [String] = []
        let content = "Message-ID: \(messageID)\r\nSubject: x\r\n\r\nhello\r\n.\r\n"
        for command in ["MAIL FROM:<\(sender)>\r\n", "RCPT TO:<\(recipient)>\r\n", "DATA\r\n", content] {
            codes.append(String(try await ask(command).prefix(3)))
            guard let last = codes.last, last < "400" else { break }
        }
        return codes
    }
}

/// Starts a simulator, runs the test, stops it again whatever happens.
func withSimulator<Result>(
    _ configure: (inout MailSimulator.Configuration) -> Void = { _ in },
    _ body: (MailSimulator) async throws -> Result
) async throws -> Result {
    var configuration = MailSimulator.Configuration()
    configure(&configuration)
    let simulator = try await MailSimulator.start(configuration)
    do {
        let result = try await body(simulator)
        try await simulator.stop()
        return result
    } catch {
        try await simulator.stop()
        throw error
    }
}
