import Glibc
import NIOCore

/// One of the two sockets of a relayed connection: passes its input to its peer, as the current fault allows.
///
/// Both sides are on one event loop. A side reads the next piece after its peer has written the previous one.
final class ProxySide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// The other side; the cycle is broken when either channel closes.
    var peer: ProxySide?
    private let direction: FaultProxy.Direction
    private let order: () -> FaultProxy.Order
    private var context: ChannelHandlerContext?
    private var era = 0
    private var passedBytes = 0
    private var isHalted = false
    private var matcher: Matcher?
    /// Whether the request was seen, on the side to the server; the next piece to the client ends both.
    private var hasSeenRequest = false

    init(_ direction: FaultProxy.Direction, order: @escaping () -> FaultProxy.Order) {
        self.direction = direction
        self.order = order
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Called once both sides are connected.
    func startReading() {
        context?.read()
        peer?.context?.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        let order = order()
        start(order)
        peer?.start(order)
        switch order.fault {
        case .passOn, .refuse: pass(piece, context)
        case .latency(let delay):
            let context = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.value.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) {
                self.pass(piece, context.value)
            }
        case .cut(let limit, direction): pass(&piece, upTo: limit, context) { $0.end(byReset: false) }
        case .reset(let limit, direction): pass(&piece, upTo: limit, context) { $0.end(byReset: true) }
        case .halfOpen(let limit, direction): pass(&piece, upTo: limit, context) { $0.halt() }
        case .cut, .reset, .halfOpen: pass(piece, context)
        case .loseReply:
            if direction == .toClient, peer?.hasSeenRequest == true { return end(byReset: false) }
            if direction == .toServer, matcher?.finds(in: piece) == true { hasSeenRequest = true }
            pass(piece, context)
        }
    }

    /// Restarts the count for a new fault.
    private func start(_ order: FaultProxy.Order) {
        guard order.era != era else { return }
        era = order.era
        passedBytes = 0
        hasSeenRequest = false
        if case .loseReply(let request) = order.fault { matcher = Matcher(request) } else { matcher = nil }
    }

    private func pass(_ piece: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isHalted, let next = peer?.context else { return }
        passedBytes += piece.readableBytes
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let written = next.writeAndFlush(peer?.wrapOutboundOut(piece) ?? NIOAny(piece))
        written.assumeIsolated().whenSuccess { context.value.read() }
    }

    private func pass(
        _ piece: inout ByteBuffer,
        upTo limit: Int,
        _ context: ChannelHandlerContext,
        then: @escaping (ProxySide) -> Void
    ) {
        let left = max(0, limit - passedBytes)
        guard piece.readableBytes >= left else { return pass(piece, context) }
        guard left > 0, let part = piece.readSlice(length: left), let next = peer?.context else { return then(self) }
        passedBytes += left
        let written = next.writeAndFlush(peer?.wrapOutboundOut(part) ?? NIOAny(part))
        written.assumeIsolated().whenComplete { _ in then(self) }
    }

    private func halt() {
        isHalted = true
        peer?.isHalted = true
    }

    /// Closes both sockets, in order or by a reset.
    func end(byReset: Bool) {
        let other = peer
        peer = nil
        other?.peer = nil
        for side in [self, other] { side?.close(byReset: byReset) }
    }

    private func close(byReset: Bool) {
        guard let context else { return }
        if byReset, let socket = context.channel as? any SocketOptionProvider {
            // With 0 seconds close() sends RST. On a closed socket it has no effect.
            _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // The other side learns of a close, unless the network is to be silent.
        if isHalted {
            peer?.peer = nil
            peer = nil
        } else {
            end(byReset: false)
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isHalted { context.close(promise: nil) } else { end(byReset: true) }
    }
}

/// Finds octets in a stream of pieces, across their boundaries.
private struct Matcher {
    private let wanted: [UInt8]
    private var tail: [UInt8] = []

    init(_ wanted: [UInt8]) { self.wanted = wanted }

    mutating func finds(in piece: ByteBuffer) -> Bool {
        let octets = tail + piece.readableBytesView
        tail = Array(octets.suffix(max(0, wanted.count - 1)))
        guard !wanted.isEmpty, octets.count >= wanted.count else { return false }
        return octets.indices.dropLast(wanted.count - 1).contains { octets[$0...].starts(with: wanted) }
    }
}
