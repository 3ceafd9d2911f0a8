import Core
import NIOCore
import NIOSSL
import RuntimeSupport

/// A received mail on its way to the store; `answer` may be called once, on any thread.
struct ReceivedMail: Sendable {
    let mail: MailDialogue.Mail
    let answer: @Sendable ([MailDialogue.Verdict]) -> Void
}

/// Runs one ``MailDialogue`` on a channel, with its time limits.
///
/// Nothing is read while a mail is being stored, so TCP slows down a client that keeps sending.
final class ReceivingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Times: Sendable {
        var idle: TimeAmount
        var session: TimeAmount
    }

    private let room: ConnectionLimiter
    private let peer: String
    private let times: Times
    private let tls: NIOSSLContext?
    private let hand: @Sendable (ReceivedMail) -> Void
    private var dialogue: MailDialogue
    private let held: Held
    private var input = ByteBuffer()
    private var hasReadWaiting = false
    private var idle: Scheduled<Void>?
    private var session: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    /// Memory reserved for this connection's mail; shared with the dialogue's closure.
    private final class Held {
        var bytes = 0
    }

    init(
        _ rules: MailDialogue.Rules,
        room: ConnectionLimiter,
        peer: String,
        times: Times,
        tls: NIOSSLContext?,
        hand: @escaping @Sendable (ReceivedMail) -> Void
    ) {
        self.room = room
        self.peer = peer
        self.times = times
        self.tls = tls
        self.hand = hand
        let held = Held()
        self.held = held
        dialogue = MailDialogue(
            rules,
            takesMail: { room.takesMail(of: peer, now: monotonicNow()) },
            mayHold: { count in
                guard room.hold(count) else { return false }
                held.bytes += count
                return true
            }
        )
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        say(dialogue.greeting(), context)
        context.flush()
        restartIdle(context)
        session = limit(times.session, .tooLong, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        idle?.cancel()
        session?.cancel()
        self.context = nil
        giveBack()
        room.leave(peer)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset, or a failed handshake; the sender repeats a mail in transfer.
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        guard !dialogue.isClosed else { return }
        if input.readableBytes == 0 {
            input = data
        } else {
            // What is left is less than a line: moving it is cheaper than letting the buffer grow.
            input.discardReadBytes()
            input.writeBuffer(&data)
        }
        restartIdle(context)
        perform(dialogue.receive(&input), context)
    }

    func read(context: ChannelHandlerContext) {
        guard dialogue.isDelivering else { return context.read() }
        hasReadWaiting = true
    }

    /// Ends the connection once its mail in progress, if any, is answered.
    func end(_ ending: MailDialogue.Ending) {
        guard let context else { return }
        perform(dialogue.end(ending), context)
    }

    private func perform(_ actions: [MailDialogue.Action], _ context: ChannelHandlerContext) {
        for action in actions {
            switch action {
            case .reply(let text): say(text, context)
            case .deliver(let mail): deliver(mail, context)
            case .startTLS: startTLS(context)
            case .close: break  // after the flush
            }
        }
        context.flush()
        if !dialogue.isHolding { giveBack() }
        guard !dialogue.isClosed else {
            context.close(promise: nil)
            return
        }
        guard !dialogue.isDelivering else { return }
        if hasReadWaiting {
            hasReadWaiting = false
            context.read()
        }
    }

    private func deliver(_ mail: MailDialogue.Mail, _ context: ChannelHandlerContext) {
        idle?.cancel()
        let place = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        hand(
            ReceivedMail(mail: mail) { verdicts in
                loop.execute {
                    let (handler, context) = place.value
                    guard handler.context != nil else { return }
                    handler.restartIdle(context)
                    handler.perform(handler.dialogue.delivered(verdicts), context)
                    // Octets sent after the mail.
                    handler.perform(handler.dialogue.receive(&handler.input), context)
                }
            }
        )
    }

    private func say(_ text: String, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    private func startTLS(_ context: ChannelHandlerContext) {
        context.flush()
        guard let tls else { return context.close(promise: nil) }
        do {
            try context.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls), position: .first)
        } catch {
            context.close(promise: nil)
        }
    }

    private func giveBack() {
        guard held.bytes > 0 else { return }
        room.release(held.bytes)
        held.bytes = 0
    }

    private func restartIdle(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = limit(times.idle, .idle, context)
    }

    private func limit(
        _ time: TimeAmount,
        _ ending: MailDialogue.Ending,
        _ context: ChannelHandlerContext
    ) -> Scheduled<Void> {
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { self.end(ending) }
    }
}
