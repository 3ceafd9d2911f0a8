import NIOCore
import NIOPosix
import Synchronization

/// Delivers mails to one SMTP server, one after the other, and retries while it is unavailable.
///
/// A permanently refused mail is dropped, and so are the remaining ones when the postman stops.
final class Postman: Sendable {
    private let host: String
    private let port: Int
    private let name: String
    private let laterAfter: Duration
    private let group: any EventLoopGroup
    private let queue: AsyncStream<ReturnMail>.Continuation
    private let sentCount = Mutex(0)
    private let rounds = Mutex<[Task<Void, Never>]>([])

    /// - Parameters:
    ///   - host: The server's host.
    ///   - port: Its port.
    ///   - laterAfter: How long a later mail waits.
    ///   - name: The name for EHLO.
    ///   - group: The event loops of its connections.
    init(host: String, port: Int, laterAfter: Duration, name: String, _ group: any EventLoopGroup) {
        self.host = host
        self.port = port
        self.name = name
        self.laterAfter = laterAfter
        self.group = group
        let (stream, continuation) = AsyncStream.makeStream(of: ReturnMail.self)
        queue = continuation
        let round = Task { for await mail in stream { await self.deliver(mail) } }
        rounds.withLock { $0.append(round) }
    }

    /// The number of mails that the server has accepted.
    var sent: Int { sentCount.withLock { $0 } }

    func post(_ mail: ReturnMail) {
        guard mail.isLater else {
            queue.yield(mail)
            return
        }
        let wait = Task {
            guard (try? await Task.sleep(for: laterAfter)) != nil else { return }
            queue.yield(mail)
        }
        rounds.withLock { $0.append(wait) }
    }

    func stop() async {
        queue.finish()
        let tasks = rounds.withLock { $0 }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private func deliver(_ mail: ReturnMail) async {
        var pause = Duration.milliseconds(100)
        while !Task.isCancelled {
            do {
                if try await bring(mail) { sentCount.withLock { $0 += 1 } }
                return
            } catch {
                // Unavailable or busy: 4xx and lost connections alike.
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    private struct NotNow: Error {}

    /// - Returns: Whether it was accepted; false if it was refused permanently.
    /// - Throws: If it is to be retried.
    private func bring(_ mail: ReturnMail) async throws -> Bool {
        let channel = try await ClientBootstrap(group: group).connectTimeout(.seconds(10))
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var replies = Replies(pieces: inbound.makeAsyncIterator())
            var stuffed: [UInt8] = []
            var isLineStart = true
            for byte in mail.content {
                if isLineStart, byte == UInt8(ascii: ".") { stuffed.append(byte) }
                isLineStart = byte == UInt8(ascii: "\n")
                stuffed.append(byte)
            }
            let isUTF8 = mail.content.contains { $0 >= 0x80 }
            let steps: [(bytes: [UInt8], expects: Int)] = [
                ([], 2), (Array("EHLO \(name)\r\n".utf8), 2),
                (Array("MAIL FROM:<\(mail.sender)>\(isUTF8 ? " BODY=8BITMIME" : "")\r\n".utf8), 2),
                (Array("RCPT TO:<\(mail.recipient)>\r\n".utf8), 2), (Array("DATA\r\n".utf8), 3),
                (stuffed + Array(".\r\n".utf8), 2),
            ]
            for step in steps {
                if !step.bytes.isEmpty { try await outbound.write(ByteBuffer(bytes: step.bytes)) }
                let code = try await replies.next()
                if code / 100 == 5 { return false }
                guard code / 100 == step.expects else { throw NotNow() }
            }
            try await outbound.write(ByteBuffer(string: "QUIT\r\n"))
            return true
        }
    }

    /// Reads the codes of replies.
    private struct Replies {
        var pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        var buffer = ByteBuffer()

        init(pieces: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator) { self.pieces = pieces }

        /// The code of the next reply's last line.
        mutating func next() async throws -> Int {
            while true {
                if let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = buffer.readBytes(length: end - buffer.readerIndex + 1) ?? []
                    guard let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) else { throw NotNow() }
                    if line.count < 4 || line[3] != UInt8(ascii: "-") { return code }
                    continue
                }
                guard var piece = try await pieces.next() else { throw NotNow() }
                buffer.writeBuffer(&piece)
            }
        }
    }
}
