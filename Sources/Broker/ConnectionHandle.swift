import CRabbitMQ
import Glibc

/// The only owner of a librabbitmq connection; freed once, when it goes out of scope.
///
/// Not `Sendable`: librabbitmq forbids two threads on one connection (its README, "Threading"), so it stays a local
/// variable of the thread that opened it. All its calls return at once, apart from ``open(_:purpose:watchdog:)`` and
/// ``close()``, which wait at most the settings' `connectLimit`, and writes, which wait for the peer to read: guard
/// those with ``guarded(_:)``.
struct ConnectionHandle: ~Copyable {
    /// What RabbitMQ proposes by default, and what its brokers are tuned for.
    static let frameMax: Int32 = 131_072

    let raw: amqp_connection_state_t
    let broker: BrokerSettings
    private let watchdog: WriteWatchdog
    /// The socket; `-1` until it is open.
    private(set) var descriptor: Int32 = -1

    private init(owning raw: amqp_connection_state_t, to broker: BrokerSettings, watchdog: WriteWatchdog) {
        self.raw = raw
        self.broker = broker
        self.watchdog = watchdog
    }

    deinit {
        watchdog.watch(nil)
        // Shut first, so that nothing the library does on its way out can wait for the peer.
        if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
        amqp_destroy_connection(raw)  // amqp.h: frees the socket object and everything read from it too
    }

    /// Connects and logs in.
    ///
    /// - Parameters:
    ///   - broker: Where, as whom, and with which limits.
    ///   - purpose: Appended to the client's name, for the broker's list of connections.
    ///   - watchdog: Shuts the socket when a guarded write takes too long.
    /// - Returns: A connection without channels.
    /// - Throws: Transient when it may work later, as without a broker.
    static func open(
        _ broker: BrokerSettings,
        purpose: String,
        watchdog: WriteWatchdog
    ) throws(AMQPError) -> ConnectionHandle {
        guard let raw = amqp_new_connection() else { throw .outOfMemory(in: "amqp_new_connection") }
        // Owned first: every `throw` below frees it.
        var handle = ConnectionHandle(owning: raw, to: broker, watchdog: watchdog)
        var limit = timeval(broker.connectLimit)
        amqp_set_handshake_timeout(raw, &limit)
        amqp_set_rpc_timeout(raw, &limit)
        if let tls = broker.tls {
            try handle.openTLSSocket(tls, &limit)
        } else {
            try handle.openSocket(&limit)
        }
        handle.descriptor = amqp_get_sockfd(raw)
        watchdog.watch(handle.descriptor)
        handle.tuneSocket()
        let reply = veredus_amqp_login(
            raw,
            broker.virtualHost,
            frameMax,
            Int32(broker.heartbeatSeconds),
            "\(broker.clientName) \(purpose)",
            broker.user,
            broker.password
        )
        try handle.check(reply, of: "amqp_login_with_properties")
        return handle
    }

    /// The broker's version; empty if it does not say.
    var serverVersion: String { String(veredus_amqp_server_version(raw)) }

    /// Opens a channel and waits until it is there.
    borrowing func openChannel(_ channel: UInt16) throws(AMQPError) {
        amqp_channel_open(raw, channel)
        try check(amqp_get_rpc_reply(raw), of: "channel.open")
    }

    /// Says goodbye and waits for the answer; what was sent before has been taken by the broker then.
    borrowing func close() throws(AMQPError) {
        try check(amqp_connection_close(raw, AMQP_REPLY_SUCCESS), of: "connection.close")
    }

    /// Reads one frame, if one is there; also sends and checks heartbeats.
    ///
    /// - Returns: Whether there was one. What it points to lives until ``release(_:)``.
    @inline(__always)
    borrowing func nextFrame(_ frame: inout amqp_frame_t) throws(AMQPError) -> Bool {
        var now = timeval()
        let status = amqp_simple_wait_frame_noblock(raw, &frame, &now)
        if status == AMQP_STATUS_OK.rawValue { return true }
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        throw .library("amqp_simple_wait_frame_noblock", status, at: broker)
    }

    /// Lets go of what the frames of a channel pointed to.
    @inline(__always)
    borrowing func release(_ channel: UInt16) { amqp_maybe_release_buffers_on_channel(raw, channel) }

    /// Sends one method frame.
    borrowing func send<Method: BitwiseCopyable>(
        _ id: amqp_method_number_t,
        _ method: Method,
        on channel: UInt16,
        as name: StaticString
    ) throws(AMQPError) {
        var method = method
        try sent(guarded { amqp_send_method(raw, channel, id, &method) }, name)
    }

    /// Runs a write that may wait for the peer; the watchdog ends it by shutting the socket down.
    @inline(__always)
    borrowing func guarded<Result>(_ write: () -> Result) -> Result {
        watchdog.begin()
        defer { watchdog.end() }
        return write()
    }

    /// Throws what a write returned.
    @inline(__always)
    borrowing func sent(_ status: Int32, _ call: StaticString) throws(AMQPError) {
        guard status != AMQP_STATUS_OK.rawValue else { return }
        throw .library("\(call)", status, at: broker)
    }

    /// Whether a few kilobytes can be written without waiting.
    borrowing func isWritable() -> Bool {
        var socket = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&socket, 1, 0) > 0
    }

    /// Holds small writes together until it is turned off; TCP alone would make a packet of each.
    borrowing func cork(_ isOn: Bool) { set(IPPROTO_TCP, TCP_CORK, isOn ? 1 : 0) }

    private borrowing func tuneSocket() {
        set(IPPROTO_TCP, TCP_NODELAY, 1)
        // A peer that answers nothing at TCP's level, as a pulled cable, would otherwise be noticed after 15 minutes.
        set(IPPROTO_TCP, TCP_USER_TIMEOUT, Int32(clamping: broker.heartbeatSeconds * 2_000))
    }

    private borrowing func set(_ level: Int, _ option: Int32, _ value: Int32) {
        var value = value
        setsockopt(descriptor, Int32(level), option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private mutating func openSocket(_ limit: inout timeval) throws(AMQPError) {
        guard let socket = amqp_tcp_socket_new(raw) else { throw .outOfMemory(in: "amqp_tcp_socket_new") }
        let status = amqp_socket_open_noblock(socket, broker.host, Int32(broker.port), &limit)
        guard status == AMQP_STATUS_OK.rawValue else { throw .unreachable(broker, status) }
    }
}

extension timeval {
    init(_ duration: Duration) {
        let microseconds = duration.milliseconds * 1_000
        self.init(tv_sec: Int(microseconds / 1_000_000), tv_usec: Int(microseconds % 1_000_000))
    }
}
