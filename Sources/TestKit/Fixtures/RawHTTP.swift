import Foundation
import NIOCore
import NIOPosix

/// Raw HTTP: one request, or any bytes, on a connection of its own.
package enum RawHTTP {
    /// The response.
    package struct Answer: Sendable {
        /// Everything until the server closed.
        package let text: String

        /// 0 without an answer.
        package var status: Int {
            Int(text.split(separator: " ", maxSplits: 2).dropFirst().first.map(String.init) ?? "") ?? 0
        }

        /// What follows the head.
        package var body: String { text.range(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? "" }

        /// A field of the head, in any case; `nil` without it.
        package func field(_ name: String) -> String? {
            let head = text.range(of: "\r\n\r\n").map { text[..<$0.lowerBound] } ?? text[...]
            for line in head.components(separatedBy: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { continue }
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
            return nil
        }
    }

    /// A browser as far as a server can tell.
    package static let browser =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"

    /// Asks for one thing.
    ///
    /// - Parameters:
    ///   - path: With its slash.
    ///   - port: On 127.0.0.1.
    ///   - host: The field Host.
    ///   - method: GET, HEAD.
    ///   - fields: More fields; `nil` takes one away.
    /// - Returns: Status 0 when the server closed without an answer.
    /// - Throws: If the port has no listener.
    package static func ask(
        _ path: String,
        port: Int,
        host: String,
        method: String = "GET",
        fields: [String: String] = [:]
    ) async throws -> Answer {
        var all = ["Host": host, "User-Agent": browser, "Connection": "close"]
        all.merge(fields) { $1 }
        let lines = all.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }.joined()
        return try await send("\(method) \(path) HTTP/1.1\r\n\(lines)\r\n", port: port)
    }

    /// Sends exactly this, and reads until the server closes.
    package static func send(_ text: String, port: Int) async throws -> Answer {
        let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        // A server that refuses may close before it has read everything.
        try? await channel.writeAndFlush(ByteBuffer(string: text)).get()
        var bytes = ByteBuffer()
        for await piece in stream { bytes.writeImmutableBuffer(piece) }
        try? await channel.close().get()
        return Answer(text: String(decoding: bytes.readableBytesView, as: UTF8.self))
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation

        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
