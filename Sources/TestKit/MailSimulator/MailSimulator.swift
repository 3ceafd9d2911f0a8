import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A mail server that accepts, refuses, delays and disconnects as configured, and counts every copy that it accepts.
///
/// It is the receiving side of tests and of the demo: strict about RFC 5321. A message counts as accepted
/// once its final dot was received and the reply is 2xx, or withheld on purpose, even if the client never reads that
/// reply. See ``Behaviour`` for what recipients' addresses can ask for.
///
/// Its memory grows by some hundred octets per recipient (attempts, copies), not by the messages' contents.
package final class MailSimulator: Sendable {
    /// Why the simulator did not start, or what it waited for in vain.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where it listens.
    package let port: Int
    private let group: MultiThreadedEventLoopGroup
    private let listener: any Channel
    private let ledger: Ledger
    private let connectionsInUse: OpenConnections

    private init(
        port: Int,
        group: MultiThreadedEventLoopGroup,
        listener: any Channel,
        ledger: Ledger,
        connectionsInUse: OpenConnections
    ) {
        self.port = port
        self.group = group
        self.listener = listener
        self.ledger = ledger
        self.connectionsInUse = connectionsInUse
    }

    /// Listens, and returns when clients can connect.
    package static func start(_ configuration: Configuration = Configuration()) async throws -> MailSimulator {
        if let problem = configuration.problem { throw Problem(description: problem) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, configuration.threads))
        let postman = configuration.inbound.map {
            Postman(host: $0.host, port: $0.port, laterAfter: configuration.laterAfter, name: configuration.name, group)
        }
        let readers = configuration.readers.map { Readers($0, seed: configuration.seed, group: group) }
        let ledger: Ledger
        let tls: NIOSSLContext?
        do {
            ledger = try Ledger(configuration, postman: postman, readers: readers)
            tls = try configuration.tls.context()
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        let open = OpenConnections()
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, configuration, ledger: ledger, tls: tls, open: open)
                }
            }
        do {
            let listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
            guard let port = listener.localAddress?.port else { throw Problem(description: "No TCP port. Use IP.") }
            return MailSimulator(port: port, group: group, listener: listener, ledger: ledger, connectionsInUse: open)
        } catch {
            readers?.stop()
            await postman?.stop()
            try await group.shutdownGracefully()
            let place = "\(configuration.host):\(configuration.port)"
            throw Problem(description: "Cannot listen on \(place): \(error). Choose a free port, or 0.")
        }
    }

    private static func prepare(
        _ channel: any Channel,
        _ configuration: Configuration,
        ledger: Ledger,
        tls: NIOSSLContext?,
        open: OpenConnections
    ) throws {
        let (number, isTooMany) = ledger.opened()
        let wire = WireHandler()
        try channel.pipeline.syncOperations.addHandler(wire)
        var isEncrypted = false
        if case .implicit = configuration.tls, let tls {
            isEncrypted = true
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
        }
        let session = Session(configuration, ledger: ledger, number: number, isEncrypted: isEncrypted)
        let handler = ConnectionHandler(session: session, isTooMany: isTooMany, wire: wire, tls: tls)
        try channel.pipeline.syncOperations.addHandler(handler)
        open.add(channel, number: number)
    }

    /// The copies accepted so far, in order, one for each recipient.
    package var accepted: [AcceptedMessage] { ledger.accepted }

    package var summary: Summary { ledger.summary }

    /// How many connections there have been.
    package var connections: Int { ledger.summary.connections }

    /// How many copies this recipient, written as in RCPT TO without angle brackets, got of all messages together.
    package func copies(of recipient: String) -> Int { ledger.copies(of: recipient) }

    /// How many copies of one message this recipient got; the Message-ID has its angle brackets, and is empty for
    /// messages without one.
    package func copies(of recipient: String, messageID: String) -> Int {
        ledger.copies(of: recipient, messageID: messageID)
    }

    /// How often RCPT named this recipient.
    package func attempts(of recipient: String) -> Int { ledger.attempts(of: recipient) }

    /// Returns once this many copies have been accepted since the start.
    ///
    /// - Throws: ``Problem`` with the summary after the time limit.
    package func waitForAccepted(count: Int, within limit: Duration = .seconds(30)) async throws {
        let isDone = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.ledger.waitForAccepted(count: count)
                return true
            }
            group.addTask {
                try await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard isDone else {
            throw Problem(description: "Not \(count) copies within \(limit). Look at the summary: \(summary.json)")
        }
    }

    /// Drops all connections without a reply; new ones are accepted.
    package func dropConnections() { connectionsInUse.cutAll() }

    /// Writes what the record has in flight.
    package func flush() { ledger.flush() }

    /// Stops listening, drops every connection, writes the record.
    package func stop() async throws {
        listener.close(promise: nil)
        connectionsInUse.cutAll()
        ledger.readers?.stop()
        await ledger.postman?.stop()
        try await group.shutdownGracefully()
        ledger.flush()
    }
}

/// The open channels, so that they can be dropped.
private final class OpenConnections: Sendable {
    private let channels = Mutex<[Int: any Channel]>([:])

    func add(_ channel: any Channel, number: Int) {
        channels.withLock { $0[number] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[number] = nil } }
    }

    func cutAll() {
        for channel in channels.withLock({ Array($0.values) }) {
            channel.eventLoop.execute {
                let wire = try? channel.pipeline.syncOperations.handler(type: WireHandler.self)
                wire?.cut()
            }
        }
    }
}

extension MailSimulator.Configuration.TLS {
    fileprivate func context() throws -> NIOSSLContext? {
        switch self {
        case .never: nil
        case .startTLS(let configuration), .implicit(let configuration): try NIOSSLContext(configuration: configuration)
        }
    }
}
