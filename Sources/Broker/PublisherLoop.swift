import CRabbitMQ
import Core
import RuntimeSupport

/// The publisher's thread: owns the connection, sends while the socket takes it, reads confirms at any time.
///
/// It never waits inside a write for a broker that reads nothing, as under a memory alarm: it asks the socket first, so
/// that it still hears `connection.blocked` and heartbeats. Used by one thread only.
final class PublisherLoop {
    private static let channel: UInt16 = 1
    /// Written between two looks at the socket; well below what a writable socket takes.
    private static let chunkBytes = 8_192
    /// Written between two reads.
    private static let chunksPerTurn = 8

    private let broker: BrokerSettings
    private let commandQueue: ThreadQueue<PublisherCommand>
    private let board: LinkBoard
    private var commands: [PublisherCommand] = []
    private var ledger: PublishLedger
    private var questions = QueueQuestions()
    private var blocked: String?
    /// The return whose content header is still to come.
    private var returned: String?
    private var isClosing = false
    private var closers: [CheckedContinuation<Void, Never>] = []
    private let number = DecimalText()

    init(broker: BrokerSettings, window: Int, commandQueue: ThreadQueue<PublisherCommand>, board: LinkBoard) {
        self.broker = broker
        self.commandQueue = commandQueue
        self.board = board
        ledger = PublishLedger(window: window)
    }

    /// Runs until closed, or until a permanent failure.
    func run(_ watchdog: WriteWatchdog) {
        var end = AMQPError.closed
        do throws(AMQPError) {
            let reconnector = Reconnector(broker: broker, purpose: "publisher", board: board, watchdog: watchdog)
            try reconnector.run(serve: serve, lost: lost, pause: pause)
        } catch {
            board.notice("\(error) (publisher; given up)")
            end = error
        }
        commands += commandQueue.end(because: end)
        handleCommands(connected: false)
        ledger.loseConnection(end, keepUnsent: false, deadline: 0)
        questions.loseConnection(end, keepUnasked: false, deadline: 0)
        for closer in closers { closer.resume() }
    }

    // MARK: - With a connection

    private func serve(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try connection.openChannel(Self.channel)
        amqp_confirm_select(connection.raw, Self.channel)
        try connection.check(amqp_get_rpc_reply(connection.raw), of: "confirm.select")
        try connection.openChannel(QueueQuestions.channel)
        questions.begin(deadline: deadline(after: broker.answerLimit))
        let beat = UInt64(broker.heartbeatSeconds) * 500_000_000
        while true {
            commandQueue.take(into: &commands)
            handleCommands(connected: true)
            try readFrames(connection)
            ledger.answerSettled()
            if blocked == nil { try questions.askNext(connection) }
            try send(connection)
            let now = monotonicNow()
            try giveUpLate(now)
            if isClosing, ledger.isEmpty, questions.isEmpty {
                // A blocked broker reads no goodbye.
                if blocked == nil { try? connection.close() }
                return
            }
            let deadline = min(ledger.deadline ?? .max, questions.deadline ?? .max, now + beat)
            waitForWork(
                socket: connection.descriptor,
                commandQueue: commandQueue.descriptor,
                until: deadline,
                writable: maySend && ledger.sendable != nil
            )
        }
    }

    private var maySend: Bool { blocked == nil && questions.isTopologyReady }

    private func send(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        guard maySend, ledger.sendable != nil, connection.isWritable() else { return }
        connection.cork(true)
        defer { connection.cork(false) }
        for chunk in 0..<Self.chunksPerTurn {
            guard let batch = ledger.sendable, chunk == 0 || connection.isWritable() else { return }
            try sendChunk(of: batch, connection)
        }
    }

    private func sendChunk(of batch: Int, _ connection: borrowing ConnectionHandle) throws(AMQPError) {
        var properties = PublishProperties.ofJobs
        let (order, queue) = (ledger.batches[batch].order, ledger.batches[batch].queue)
        let status = queue.withAMQPBytes { queue in
            connection.guarded {
                var bytes = 0
                while bytes < Self.chunkBytes, let (tag, index) = ledger.send(from: batch) {
                    properties.correlation_id = number.write(tag)
                    let status = order.bodies[index].withAMQPBytes { body in
                        bytes += body.len + PublishProperties.overheadBytes
                        // The default exchange: the routing key is the queue's name. Mandatory, not immediate.
                        return amqp_basic_publish(
                            connection.raw,
                            Self.channel,
                            amqp_bytes_t(),
                            queue,
                            1,
                            0,
                            &properties,
                            body
                        )
                    }
                    guard status == AMQP_STATUS_OK.rawValue else { return status }
                }
                return AMQP_STATUS_OK.rawValue
            }
        }
        try connection.sent(status, "amqp_basic_publish")
    }

    private func giveUpLate(_ now: UInt64) throws(AMQPError) {
        if let due = ledger.deadline, due <= now {
            let blocked = blocked
            let limit = broker.answerLimit
            ledger.giveUp(at: now) { _ in
                blocked.map(AMQPError.blocked) ?? .noAnswer(to: "basic.publish", within: limit)
            }
        }
        guard let due = questions.deadline, due <= now else { return }
        let error = blocked.map(AMQPError.blocked) ?? .noAnswer(to: "queue.declare", within: broker.answerLimit)
        guard !questions.giveUp(at: now, because: error) else { throw error }
    }

    // MARK: - Without a connection

    private func lost(_ error: AMQPError) {
        blocked = nil
        returned = nil
        let deadline = deadline(after: broker.patience)
        ledger.loseConnection(error, keepUnsent: error.isTransient, deadline: deadline)
        questions.loseConnection(error, keepUnasked: error.isTransient, deadline: deadline)
    }

    private func pause(until: UInt64) -> Bool {
        while true {
            commandQueue.take(into: &commands)
            handleCommands(connected: false)
            guard !isClosing else { return false }
            let now = monotonicNow()
            let error = AMQPError(
                kind: .connectionLost,
                call: "connection to \(broker.address)",
                reason: "none for \(broker.patience); last: \(board.current.lastError ?? "none yet")",
                remedy: "Start the broker or fix the network; the program reconnects automatically"
            )
            ledger.giveUp(at: now) { _ in error }
            _ = questions.giveUp(at: now, because: error)
            guard now < until else { return true }
            let deadline = min(until, ledger.deadline ?? .max, questions.deadline ?? .max)
            waitForWork(socket: -1, commandQueue: commandQueue.descriptor, until: deadline)
        }
    }

    // MARK: - Commands and frames

    private func deadline(after limit: Duration) -> UInt64 { monotonicNow() + limit.nanoseconds }

    private func handleCommands(connected: Bool) {
        guard !commands.isEmpty else { return }
        let deadline = deadline(after: connected ? broker.answerLimit : broker.patience)
        for command in commands {
            switch command {
            case .publish(let order):
                if let blocked {
                    order.continuation.resume(throwing: AMQPError.blocked(blocked))
                } else if isClosing {
                    order.continuation.resume(throwing: AMQPError.closed)
                } else {
                    ledger.add(order, deadline: deadline)
                }
            case .ask(let question, let queue, let continuation):
                if let blocked {
                    continuation.resume(throwing: AMQPError.blocked(blocked))
                } else {
                    questions.add(question, queue, continuation, deadline: deadline)
                }
            case .close(let continuation):
                isClosing = true
                if let continuation { closers.append(continuation) }
            }
        }
        commands.removeAll(keepingCapacity: true)
    }

    private func readFrames(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        var frame = amqp_frame_t()
        while try connection.nextFrame(&frame) {
            if Int32(frame.frame_type) == AMQP_FRAME_METHOD {
                try take(frame.payload.method, on: frame.channel, connection)
            } else if Int32(frame.frame_type) == AMQP_FRAME_HEADER, let reason = returned,
                let header = frame.payload.properties.decoded
            {
                let properties = header.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee
                if let tag = UInt64(String(properties.correlation_id)) { ledger.refuse(tag, reason) }
                returned = nil
            }
            connection.release(frame.channel)
        }
    }

    private func take(
        _ method: amqp_method_t,
        on channel: UInt16,
        _ connection: borrowing ConnectionHandle
    ) throws(AMQPError) {
        guard let decoded = method.decoded else { return }
        switch method.id {
        case AMQP_BASIC_ACK_METHOD:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            ledger.settle(ack.delivery_tag, multiple: ack.multiple != 0, deadline: confirmDeadline)
        case AMQP_BASIC_NACK_METHOD:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            let refusal = "basic.nack: the broker could not keep it"
            ledger.settle(nack.delivery_tag, multiple: nack.multiple != 0, refusal: refusal, deadline: confirmDeadline)
        case AMQP_BASIC_RETURN_METHOD:
            let answer = decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee
            returned =
                "basic.return: \(answer.reply_code) \(String(answer.reply_text)), "
                + "no queue \(String(answer.routing_key))"
        case AMQP_CONNECTION_BLOCKED_METHOD:
            block(String(decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee.reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            blocked = nil
            board.update { $0.isBlocked = false }
            board.notice("the broker accepts messages again")
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            let answer = decoded.assumingMemoryBound(to: amqp_queue_declare_ok_t.self).pointee
            if let limited = questions.answered(ready: Int(answer.message_count)) { board.noteLimited(limited) }
        case AMQP_CHANNEL_OPEN_OK_METHOD:
            questions.opened()
        case AMQP_CHANNEL_CLOSE_METHOD where channel == QueueQuestions.channel:
            try questions.refused(connection.closed(by: method, during: "queue.declare"), connection)
        case AMQP_CHANNEL_CLOSE_METHOD:
            throw connection.closed(by: method, during: "basic.publish")
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

    /// Once blocked, progress buys no more time.
    private var confirmDeadline: UInt64 { blocked == nil ? deadline(after: broker.answerLimit) : 0 }

    private func block(_ reason: String) {
        blocked = reason
        board.update { $0.isBlocked = true }
        board.notice(AMQPError.blocked(reason).description)
        let deadline = deadline(after: broker.patience)
        ledger.hurry(to: deadline)
        questions.hurry(to: deadline)
        // None of these was sent: their callers need not wait.
        ledger.giveUpUnsent(because: .blocked(reason))
    }
}
