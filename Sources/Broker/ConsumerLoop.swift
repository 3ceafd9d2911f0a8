import CRabbitMQ
import Core
import RuntimeSupport

/// The consumer's thread: owns the connection, passes on messages, sends acknowledgements in few frames.
///
/// Used by one thread only.
final class ConsumerLoop {
    /// How many settlements a quorum queue may have before it has written them: RabbitMQ's
    /// `quorum_commands_soft_limit`, 32, and some room. Its channel keeps what is beyond that to itself for a while, and
    /// forgets it when it is closed meanwhile.
    private static let burstLimit = 16
    /// How long a burst is given to be written.
    private static let burstTime = Duration.milliseconds(500)
    /// How long a stop waits for the broker to say that nothing more comes.
    private static let goodbyeLimit = Duration.seconds(5)

    /// Callers' requests; only ever grows, apart from `suspended`.
    private struct Wishes {
        var suspended = false
        var stopped = false
        var closing = false
    }

    private let broker: BrokerSettings
    private let commandQueue: ThreadQueue<ConsumerCommand>
    private let arrivals: MessageQueue
    private let board: LinkBoard
    private var subscriptions: Subscriptions
    private var ledger = AckLedger()
    private var epoch: UInt32 = 0
    private var wishes = Wishes()
    /// When a broker that is silent has kept a stop waiting for long enough.
    private var stopBy = UInt64.max
    /// Suspended: everything not acknowledged goes back as soon as nothing more can arrive.
    private var owesAll = false
    private var closers: [CheckedContinuation<Void, Never>] = []
    private var commands: [ConsumerCommand] = []
    private var acks: [UInt64] = []
    private var returns: [UInt64] = []
    private var frames: [AckLedger.Frame] = []
    private var reader = DeliveryReader()
    private var arrived: [QueueMessage] = []
    /// Settlements sent with less than `burstTime` between them, and when the last one was.
    private var burst = (count: 0, last: UInt64(0))

    init(
        broker: BrokerSettings,
        subscriptions: Subscriptions,
        commandQueue: ThreadQueue<ConsumerCommand>,
        arrivals: MessageQueue,
        board: LinkBoard
    ) {
        self.broker = broker
        self.subscriptions = subscriptions
        self.commandQueue = commandQueue
        self.arrivals = arrivals
        self.board = board
    }

    /// Runs until closed, or until a permanent failure.
    func run(_ watchdog: WriteWatchdog) {
        do throws(AMQPError) {
            let reconnector = Reconnector(broker: broker, purpose: "consumer", board: board, watchdog: watchdog)
            try reconnector.run(serve: serve, lost: lost, pause: pause)
            commands += commandQueue.end(because: .closed)
            arrivals.end(nil)
        } catch {
            board.notice("\(error) (consumer; given up)")
            commands += commandQueue.end(because: error)
            arrivals.end(error)
        }
        handleCommands()
        for closer in closers { closer.resume() }
    }

    private var isWanted: Bool { !wishes.suspended && !wishes.stopped && !wishes.closing && !owesAll }

    // MARK: - With a connection

    private func serve(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try begin(connection)
        let beat = UInt64(broker.heartbeatSeconds) * 500_000_000
        while true {
            commandQueue.take(into: &commands)
            handleCommands()
            try settle(connection)
            try readFrames(connection)
            try subscriptions.step(connection, wanted: isWanted, now: monotonicNow())
            if subscriptions.isIdle {
                try giveAllBack(connection)
                if wishes.stopped || wishes.closing { arrivals.end(nil) }
                if wishes.closing, monotonicNow() >= writtenAt { return try connection.close() }
            }
            let now = monotonicNow()
            // Messages it would still deliver go to another consumer when the connection ends.
            if now >= stopBy, !subscriptions.isIdle {
                arrivals.end(nil)
                if wishes.closing { return }
            }
            let goodbye = wishes.closing && subscriptions.isIdle ? writtenAt : .max
            let deadline = subscriptions.deadline(answerLimit: broker.answerLimit) ?? .max
            waitForWork(
                socket: connection.descriptor,
                commandQueue: commandQueue.descriptor,
                until: min(now + beat, deadline, goodbye, now < stopBy ? stopBy : .max)
            )
        }
    }

    private func begin(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try connection.openChannel(Subscriptions.channel)
        // Per consumer: quorum queues know no limit for the whole channel ("global"), and RabbitMQ 4 drops it.
        amqp_basic_qos(connection.raw, Subscriptions.channel, 0, subscriptions.prefetch, 0)
        try connection.check(amqp_get_rpc_reply(connection.raw), of: "basic.qos")
        epoch += 1
        ledger = AckLedger()
        reader = DeliveryReader()
        subscriptions.reset()
        owesAll = false
    }

    /// Opens the channel again that the broker closed; what was not acknowledged on it goes back by itself.
    private func reopen(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try connection.send(
            AMQP_CHANNEL_CLOSE_OK_METHOD,
            amqp_channel_close_ok_t(),
            on: Subscriptions.channel,
            as: "channel.close-ok"
        )
        arrived.removeAll(keepingCapacity: true)
        arrivals.clear()
        acks.removeAll(keepingCapacity: true)
        returns.removeAll(keepingCapacity: true)
        try begin(connection)
    }

    /// Sends what was acknowledged and given back since the last time.
    private func settle(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        if !acks.isEmpty {
            ledger.settle(&acks, into: &frames)
            acks.removeAll(keepingCapacity: true)
            try send(connection) { frame in
                amqp_basic_ack(connection.raw, Subscriptions.channel, frame.tag, frame.multiple ? 1 : 0)
            }
        }
        if !returns.isEmpty {
            ledger.settle(&returns, into: &frames)
            returns.removeAll(keepingCapacity: true)
            try sendReturns(connection)
        }
    }

    private func giveAllBack(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        guard owesAll else { return }
        owesAll = false
        if let all = ledger.settleAll() {
            frames.append(all)
            try sendReturns(connection)
        }
        try subscriptions.step(connection, wanted: isWanted, now: monotonicNow())
    }

    private func sendReturns(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try send(connection) { frame in
            amqp_basic_nack(connection.raw, Subscriptions.channel, frame.tag, frame.multiple ? 1 : 0, 1)
        }
    }

    private func send(
        _ connection: borrowing ConnectionHandle,
        _ write: (AckLedger.Frame) -> Int32
    ) throws(AMQPError) {
        guard !frames.isEmpty else { return }
        defer { frames.removeAll(keepingCapacity: true) }
        let now = monotonicNow()
        burst = (count: frames.count + (now - burst.last < Self.burstTime.nanoseconds ? burst.count : 0), last: now)
        let isMany = frames.count > 1
        if isMany { connection.cork(true) }
        defer { if isMany { connection.cork(false) } }
        for frame in frames { try connection.sent(connection.guarded { write(frame) }, "basic.ack") }
    }

    /// When the last burst of settlements is presumably written.
    private var writtenAt: UInt64 {
        burst.count > Self.burstLimit ? burst.last + Self.burstTime.nanoseconds : 0
    }

    // MARK: - Without a connection

    private func lost(_ error: AMQPError) {
        // All of it belongs to the broker again; tags in callers' hands are of an old epoch from now on.
        arrivals.clear()
        acks.removeAll(keepingCapacity: true)
        returns.removeAll(keepingCapacity: true)
        if wishes.stopped || wishes.closing { arrivals.end(nil) }
    }

    private func pause(until: UInt64) -> Bool {
        while true {
            commandQueue.take(into: &commands)
            handleCommands()
            acks.removeAll(keepingCapacity: true)
            returns.removeAll(keepingCapacity: true)
            if wishes.closing { return false }
            if wishes.stopped { arrivals.end(nil) }
            // Once stopped there is nothing to connect for.
            let until = wishes.stopped ? .max : until
            guard monotonicNow() < until else { return true }
            waitForWork(socket: -1, commandQueue: commandQueue.descriptor, until: until)
        }
    }

    // MARK: - Commands and frames

    private func handleCommands() {
        guard !commands.isEmpty else { return }
        for command in commands {
            switch command {
            case .acknowledge(let tags): for tag in tags where tag.epoch == epoch { acks.append(tag.tag) }
            case .giveBack(let tags): for tag in tags where tag.epoch == epoch { returns.append(tag.tag) }
            case .stopTaking:
                wishes.stopped = true
                stopBy = min(stopBy, monotonicNow() + Self.goodbyeLimit.nanoseconds)
            case .suspend:
                wishes.suspended = true
                owesAll = true
                arrivals.clear()
            case .resume: wishes.suspended = false
            case .close(let continuation):
                wishes.closing = true
                stopBy = min(stopBy, monotonicNow() + Self.goodbyeLimit.nanoseconds)
                if let continuation { closers.append(continuation) }
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private func readFrames(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        var frame = amqp_frame_t()
        while try connection.nextFrame(&frame) {
            switch Int32(frame.frame_type) {
            case AMQP_FRAME_METHOD: try take(frame.payload.method, connection)
            case AMQP_FRAME_HEADER: reader.header(frame.payload.properties.body_size)
            case AMQP_FRAME_BODY: reader.body(frame.payload.body_fragment)
            default: break
            }
            if let message = reader.finished(epoch: epoch) {
                // Suspended: it stays in the ledger and goes back with the rest.
                if !owesAll { arrived.append(message) }
                if arrived.count >= 256 { arrivals.put(&arrived) }
            }
            connection.release(frame.channel)
        }
        arrivals.put(&arrived)
    }

    private func take(_ method: amqp_method_t, _ connection: borrowing ConnectionHandle) throws(AMQPError) {
        guard let decoded = method.decoded else { return }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee
            guard let queue = subscriptions.queue(of: deliver.consumer_tag), ledger.deliver(deliver.delivery_tag) else {
                throw .unexpected("basic.deliver \(deliver.delivery_tag) for '\(String(deliver.consumer_tag))'")
            }
            reader.begin(queue: queue, tag: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0)
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            let answer = decoded.assumingMemoryBound(to: amqp_queue_declare_ok_t.self).pointee
            let queue = String(answer.queue)
            if subscriptions.isLimited(queue) { board.noteLimited(queue) }
            try subscriptions.declared(queue, connection, wanted: isWanted)
        case AMQP_BASIC_CONSUME_OK_METHOD:
            subscriptions.subscribed(decoded.assumingMemoryBound(to: amqp_basic_consume_ok_t.self).pointee.consumer_tag)
        case AMQP_BASIC_CANCEL_OK_METHOD:
            subscriptions.cancelled(decoded.assumingMemoryBound(to: amqp_basic_cancel_ok_t.self).pointee.consumer_tag)
        case AMQP_BASIC_CANCEL_METHOD:
            let cancel = decoded.assumingMemoryBound(to: amqp_basic_cancel_t.self).pointee
            guard let queue = subscriptions.cancelledByBroker(cancel.consumer_tag, now: monotonicNow()) else {
                return
            }
            board.notice(
                "the broker cancelled the consumer of \(queue), which was deleted or moved; declaring it again"
            )
        case AMQP_CHANNEL_CLOSE_METHOD:
            let error = connection.closed(by: method, during: "consumer's channel")
            guard error.kind == .topologyMismatch, subscriptions.refusedDeclaration(connection) else { throw error }
            try reopen(connection)
        case AMQP_CONNECTION_CLOSE_METHOD:
            let error = connection.closed(by: method, during: "connection")
            try connection.send(
                AMQP_CONNECTION_CLOSE_OK_METHOD,
                amqp_connection_close_ok_t(),
                on: 0,
                as: "connection.close-ok"
            )
            throw error
        default:
            return
        }
    }
}
