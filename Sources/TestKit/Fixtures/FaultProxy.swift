import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay between a client and a server that can be told, at any time, to fail as networks do.
///
/// It knows nothing of what passes. A fault holds for connections that are open and for new ones until the next
/// ``set(_:)``; octets are counted for each connection from its start or from that call, whichever is later.
package final class FaultProxy: Sendable {
    package enum Direction: Sendable { case toServer, toClient }

    package enum Fault: Sendable, Equatable {
        case passOn
        /// New connections are refused by the system (ECONNREFUSED); open ones go on.
        case refuse
        /// Every piece is so much late, in both directions.
        case latency(Duration)
        /// Exactly so many octets pass in one direction, then both sides are closed in order (FIN).
        case cut(afterBytes: Int, Direction)
        /// As ``cut(afterBytes:_:)``, but both sides are reset (RST).
        case reset(afterBytes: Int, Direction)
        /// After so many octets nothing passes any more, either way, and nothing is closed; that
        /// connection stays so whatever is set later.
        case halfOpen(afterBytes: Int, Direction)
        /// These octets pass on to the server; what comes back after them never does: both sides are closed then.
        /// So a reply is lost whose request was carried out, a COMMIT's or a final dot's.
        case loseReply(to: [UInt8])
    }

    /// Why the proxy cannot listen.
    package struct Problem: Error, CustomStringConvertible {
        package let description: String
    }

    /// The fault in force; `era` tells one ``set(_:)`` from the next.
    struct Order: Sendable {
        var fault = Fault.passOn
        var era = 0
    }

    private struct State {
        var order = Order()
        var connections = 0
        var open: [Int: any Channel] = [:]
        var listener: (any Channel)?
    }

    /// Where clients connect to.
    package let port: Int
    private let serverHost: String
    private let serverPort: Int
    private let group: MultiThreadedEventLoopGroup
    /// Keeps the port ours while nobody listens on it.
    private let reservation: PortReservation
    private let state = Mutex(State())

    private init(serverHost: String, serverPort: Int, reservation: PortReservation) {
        self.serverHost = serverHost
        self.serverPort = serverPort
        self.reservation = reservation
        port = reservation.port
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    /// Listens on a free port of 127.0.0.1; the server need not be there yet.
    package static func start(to host: String = "127.0.0.1", port: Int) async throws -> FaultProxy {
        let proxy = FaultProxy(serverHost: host, serverPort: port, reservation: try PortReservation())
        try await proxy.listen()
        return proxy
    }

    /// How many connections were accepted so far.
    package var connections: Int { state.withLock { $0.connections } }

    /// How many are open now.
    package var openConnections: Int { state.withLock { $0.open.count } }

    /// Puts a fault in force and returns when it is.
    package func set(_ fault: Fault) async throws {
        state.withLock { $0.order = Order(fault: fault, era: $0.order.era + 1) }
        if fault == .refuse {
            let listener = state.withLock { $0.listener.take() }
            try await listener?.close()
        } else if state.withLock({ $0.listener == nil }) {
            try await listen()
        }
    }

    /// Ends every connection there is, in order or by a reset.
    package func endConnections(byReset: Bool = false) {
        for channel in state.withLock({ Array($0.open.values) }) {
            channel.eventLoop.execute {
                let side = try? channel.pipeline.syncOperations.handler(type: ProxySide.self)
                side?.end(byReset: byReset)
            }
        }
    }

    /// Ends everything; the port is free afterwards.
    package func stop() async throws {
        try await group.shutdownGracefully()
    }

    private func listen() async throws {
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { self.connect($0) }
            .bind(host: "127.0.0.1", port: port).get()
        state.withLock { $0.listener = listener }
    }

    private func order() -> Order { state.withLock { $0.order } }

    /// Connects to the server for one client, and lets both sides read once they are paired.
    private func connect(_ client: any Channel) -> EventLoopFuture<Void> {
        let number = state.withLock { state in
            state.connections += 1
            state.open[state.connections] = client
            return state.connections
        }
        client.closeFuture.whenComplete { _ in self.state.withLock { $0.open[number] = nil } }
        return client.eventLoop.makeCompletedFuture {
            let near = ProxySide(.toServer) { self.order() }
            let far = ProxySide(.toClient) { self.order() }
            near.peer = far
            far.peer = near
            try client.pipeline.syncOperations.addHandler(near)
            let sides = NIOLoopBound((near: near, far: far), eventLoop: client.eventLoop)
            ClientBootstrap(group: client.eventLoop)
                .channelOption(.socketOption(.tcp_nodelay), value: 1)
                .channelOption(.autoRead, value: false)
                .channelInitializer { server in
                    server.eventLoop.makeCompletedFuture {
                        try server.pipeline.syncOperations.addHandler(sides.value.far)
                    }
                }
                .connect(host: self.serverHost, port: self.serverPort)
                .whenComplete { result in
                    switch result {
                    case .success: sides.value.near.startReading()
                    case .failure: sides.value.near.end(byReset: true)
                    }
                }
        }
    }
}

/// A socket that is bound and never listens: the port stays ours, and who connects to it is refused.
private final class PortReservation: Sendable {
    let port: Int
    private let descriptor: CInt

    init() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var yes: CInt = 1
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 && getsockname(socket, address, &length) == 0
            }
        }
        guard isBound else {
            let reason = String(cString: strerror(errno))
            close(socket)
            throw FaultProxy.Problem(description: "No free port on 127.0.0.1: \(reason).")
        }
        descriptor = socket
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
