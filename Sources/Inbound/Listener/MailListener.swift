import Core
import Database
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// Receives mail by SMTP or LMTP and stores it: 250 to a final dot comes only after the commit.
///
/// Without a database the dot is answered 451, and the sender tries again. A graceful stop answers mails being stored,
/// sends 421 to the other connections, and ends.
struct MailListener: Service {
    /// The address it could not listen on, and why; another program may free the port later.
    struct CannotListen: TransientFailure, CustomStringConvertible {
        let description: String
        let isTransient: Bool
    }

    let settings: InboundListenerSettings
    let rules: MailDialogue.Rules
    let room: ConnectionLimiter
    let ingest: Ingest
    let graceSeconds: Double
    let log: Logger
    /// Called with the port once it listens; for tests.
    var onListening: @Sendable (Int) -> Void = { _ in }

    static let mailbox = "listener"

    init(
        _ settings: InboundListenerSettings,
        domain: String,
        mostBytes: Int,
        graceSeconds: Double,
        ingest: Ingest,
        log: Logger
    ) {
        self.settings = settings
        rules = MailDialogue.Rules(
            spoken: settings.spoken,
            domain: domain,
            offersTLS: settings.certificate != nil,
            mostBytes: mostBytes
        )
        room = ConnectionLimiter(
            ConnectionLimiter.Limits(
                connections: settings.connections,
                peerConnections: settings.peerConnections,
                peerMailsPerMinute: settings.peerMailsPerMinute,
                bytes: max(128 << 20, 2 * mostBytes)
            )
        )
        self.ingest = ingest
        self.graceSeconds = graceSeconds
        self.log = log
    }

    func run() async throws {
        let tls = try settings.certificate.map { try $0.context() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let (mails, source) = AsyncStream.makeStream(of: ReceivedMail.self)
        let open = OpenConnections { source.finish() }
        do {
            let channel = try await bind(group, tls: tls, open: open, hand: { source.yield($0) })
            let port = channel.localAddress?.port ?? settings.port
            log.info("listening", metadata: ["port": "\(port)", "protocol": "\(settings.spoken.rawValue)"])
            onListening(port)
            await withGracefulShutdownHandler {
                // Bounded by the connections: each has at most one mail in flight.
                await withDiscardingTaskGroup { tasks in
                    for await mail in mails { tasks.addTask { await store(mail) } }
                }
            } onGracefulShutdown: {
                channel.close(promise: nil)
                open.endAll()
                channel.eventLoop.scheduleTask(in: TimeAmount(.seconds(graceSeconds))) { open.cutAll() }
            }
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        open.cutAll()
        try await group.shutdownGracefully()
    }

    private func bind(
        _ group: MultiThreadedEventLoopGroup,
        tls: NIOSSLContext?,
        open: OpenConnections,
        hand: @escaping @Sendable (ReceivedMail) -> Void
    ) async throws -> any Channel {
        let times = ReceivingHandler.Times(
            idle: TimeAmount(.seconds(settings.idleSeconds)),
            session: TimeAmount(.seconds(settings.sessionSeconds))
        )
        let (rules, room) = (rules, room)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let peer = channel.remoteAddress?.ipAddress ?? "?"
                    guard room.enter(peer) else {
                        try channel.pipeline.syncOperations.addHandler(FullHandler())
                        return
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ReceivingHandler(rules, room: room, peer: peer, times: times, tls: tls, hand: hand)
                    )
                    open.add(channel)
                }
            }
        do {
            return try await bootstrap.bind(host: settings.host, port: settings.port).get()
        } catch {
            throw CannotListen(
                description: "cannot listen on \(settings.host):\(settings.port): \(error). "
                    + "Set VEREDUS_INBOUND_LISTEN to an address of this machine and a free port",
                isTransient: true
            )
        }
    }

    private func store(_ received: ReceivedMail) async {
        var verdicts: [MailDialogue.Verdict] = []
        for recipient in received.mail.recipients {
            do {
                let outcome = try await ingest.take(
                    received.mail.bytes,
                    sentTo: recipient,
                    mailbox: Self.mailbox
                )
                verdicts.append(outcome == .counted(.beyondLimits) ? .beyondLimits : .taken)
            } catch {
                ingest.complain("a mail could not be stored", error)
                // The others would wait as long, and the sender sends them all again.
                break
            }
        }
        received.answer(verdicts)
    }
}

/// Refuses a connection above the limit and closes it.
private final class FullHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelActive(context: ChannelHandlerContext) {
        let words = ByteBuffer(string: "421 4.7.0 too many connections, try again later\r\n")
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(words)).whenComplete { _ in channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}

/// The open connections, to end them.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())
    private let onLast: @Sendable () -> Void

    /// Calls `onLast` when the last one has closed after ``endAll()``.
    init(onLast: @escaping @Sendable () -> Void) { self.onLast = onLast }

    func add(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let isLate = state.withLock { state in
            state.channels[key] = channel
            return state.isEnding
        }
        if isLate { end(channel) }
        channel.closeFuture.whenComplete { _ in
            let isLast = self.state.withLock { state in
                state.channels[key] = nil
                return state.isEnding && state.channels.isEmpty
            }
            if isLast { self.onLast() }
        }
    }

    func endAll() {
        let channels = state.withLock { state in
            state.isEnding = true
            return Array(state.channels.values)
        }
        if channels.isEmpty { onLast() }
        for channel in channels { end(channel) }
    }

    func cutAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { channel.close(mode: .all, promise: nil) }
    }

    private func end(_ channel: any Channel) {
        channel.eventLoop.execute {
            let handler = try? channel.pipeline.syncOperations.handler(type: ReceivingHandler.self)
            handler?.end(.stopping)
        }
    }
}

extension InboundListenerSettings.Certificate {
    /// Reads both files.
    fileprivate func context() throws -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(chainPath).map { NIOSSLCertificateSource.certificate($0) }
            let key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(key)
            )
            configuration.minimumTLSVersion = .tlsv12
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw MailListener.CannotListen(
                description: "the certificate cannot be used: \(error). Check VEREDUS_INBOUND_CERTIFICATE_FILE "
                    + "and VEREDUS_INBOUND_CERTIFICATE_KEY_FILE: both must be readable PEM files that match",
                isTransient: false
            )
        }
    }
}
