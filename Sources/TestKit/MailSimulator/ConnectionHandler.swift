import NIOCore
import NIOSSL

/// Sits next to the socket, below TLS, so that a connection can be dropped as by a crash.
final class WireHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func cut() { context?.close(promise: nil) }
}

/// Runs one ``Session`` on a channel: feeds it octets and carries out its actions in order, with their waits.
///
/// While an action waits, at most one buffer is read, so TCP slows a client that keeps sending.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var session: Session
    private let isTooMany: Bool
    private let wire: WireHandler
    private let tls: NIOSSLContext?
    private let ledger: Ledger
    private let idleLimit: TimeAmount?
    private var input = ByteBuffer()
    private var output = ByteBuffer()
    /// The session's pending actions, from `nextAction` on.
    private var actions: [Session.Action] = []
    private var nextAction = 0
    private var isBusy = false
    private var isGreeting = true
    private var hasReadWaiting = false
    private var isOpen = false
    private var idle: Scheduled<Void>?

    init(session: Session, isTooMany: Bool, wire: WireHandler, tls: NIOSSLContext?) {
        self.session = session
        self.isTooMany = isTooMany
        self.wire = wire
        self.tls = tls
        ledger = session.ledger
        idleLimit = session.configuration.idleLimit.map(TimeAmount.init)
    }

    func channelActive(context: ChannelHandlerContext) {
        isOpen = true
        session.greet(isTooMany: isTooMany)
        pump(context)
        restartIdle(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOpen = false
        idle?.cancel()
        ledger.closed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset or a failed handshake; what was accepted is in the ledger already.
        wire.cut()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        if isGreeting { ledger.count(.spokeTooEarly) }
        if input.readableBytes == 0 {
            input = data
        } else {
            // What is left is less than a line: moving it is cheaper than letting the buffer grow with the message.
            if input.readerIndex > 32 << 10 { input.discardReadBytes() }
            input.writeBuffer(&data)
        }
        restartIdle(context)
        pump(context)
    }

    func read(context: ChannelHandlerContext) {
        // Before the banner a little is read anyway, to notice a client that speaks too early.
        guard isBusy, !isGreeting || input.readableBytes > 0 else { return context.read() }
        hasReadWaiting = true
    }

    private func pump(_ context: ChannelHandlerContext) {
        while isOpen, !isBusy {
            if nextAction < actions.count {
                nextAction += 1
                perform(actions[nextAction - 1], context)
            } else {
                actions.removeAll(keepingCapacity: true)
                swap(&actions, &session.actions)
                nextAction = 0
                guard actions.isEmpty else { continue }
                isGreeting = false
                guard session.receive(&input, now: .now()) else { break }
            }
        }
        flush(context)
        guard !isBusy, hasReadWaiting, isOpen else { return }
        hasReadWaiting = false
        context.read()
    }

    private func perform(_ action: Session.Action, _ context: ChannelHandlerContext) {
        switch action {
        case .wait(let milliseconds):
            flush(context)
            pause(.milliseconds(Int64(milliseconds)), context) { $0.pump($1) }
        case .send(let bytes, nil):
            output.writeBytes(bytes)
        case .send(let bytes, let pause?):
            flush(context)
            drip(bytes[...], every: .milliseconds(Int64(pause)), context)
        case .flood(let code):
            flush(context)
            flood(code: code, sentBytes: 0, context)
        case .startTLS:
            flush(context)
            startTLS(context)
        case .close:
            isBusy = true
            flush(context)
            context.close(promise: nil)
        case .cut:
            isBusy = true
            flush(context)
            wire.cut()
        }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard output.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(output), promise: nil)
        output = ByteBuffer()
    }

    private func drip(_ bytes: ArraySlice<UInt8>, every interval: TimeAmount, _ context: ChannelHandlerContext) {
        guard let first = bytes.first else { return pump(context) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [first])), promise: nil)
        pause(interval, context) { $0.drip(bytes.dropFirst(), every: interval, $1) }
    }

    private func flood(code: Int, sentBytes: Int, _ context: ChannelHandlerContext) {
        isBusy = true
        guard sentBytes < Behaviour.floodLimitBytes else {
            isBusy = false
            return pump(context)
        }
        var piece = ByteBuffer()
        while piece.readableBytes < 64 << 10 {
            piece.writeString("\(code)-and so on, and so forth, without an end\r\n")
        }
        let sent = sentBytes + piece.readableBytes
        let written = context.writeAndFlush(wrapOutboundOut(piece))
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.assumeIsolated().whenSuccess { self.flood(code: code, sentBytes: sent, context.value) }
    }

    private func startTLS(_ context: ChannelHandlerContext) {
        guard let tls else { return }
        do {
            let position = ChannelPipeline.SynchronousOperations.Position.after(wire)
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: position)
        } catch {
            wire.cut()
        }
    }

    /// Carries out nothing until the time is over, then continues with `then`.
    private func pause(
        _ time: TimeAmount,
        _ context: ChannelHandlerContext,
        then: @escaping (ConnectionHandler, ChannelHandlerContext) -> Void
    ) {
        isBusy = true
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.value.eventLoop.assumeIsolated().scheduleTask(in: time) {
            guard self.isOpen else { return }
            self.isBusy = false
            then(self, context.value)
        }
    }

    private func restartIdle(_ context: ChannelHandlerContext) {
        guard let idleLimit else { return }
        idle?.cancel()
        idle = context.eventLoop.assumeIsolated().scheduleTask(in: idleLimit) { self.wire.cut() }
    }
}
