import CRabbitMQ
import Core
import RuntimeSupport

/// The consumers of one channel, one per queue, and their states.
///
/// From the wanted state and the broker's frames it sends the next step for each queue, without waiting: declare,
/// consume, cancel. A consumer's tag is the place of its queue in the list.
struct Subscriptions {
    static let channel: UInt16 = 1

    private enum State: Equatable {
        case idle
        case declaring
        case subscribing
        case consuming
        case cancelling
        /// The broker cancelled it: the queue was deleted, or lost its leader.
        case resting(until: UInt64)
    }

    private struct Subscription {
        let queue: String
        var state = State.idle
        var backoff: Backoff
        /// When the question that it waits for was sent.
        var asked: UInt64 = 0
        /// Whether the queue exists without `x-delivery-limit`: it was refused with it.
        var isLimited = false

        var isAsking: Bool { state == .declaring || state == .subscribing || state == .cancelling }
    }

    let prefetch: UInt16
    private var subscriptions: [Subscription]

    init(queues: [String], prefetch: UInt16, broker: BrokerSettings) {
        self.prefetch = prefetch
        subscriptions = queues.map {
            Subscription(queue: $0, backoff: Backoff(first: broker.firstPause, longest: broker.longestPause))
        }
    }

    /// Whether nothing can arrive any more unless it is asked for again.
    var isIdle: Bool {
        subscriptions.allSatisfy { subscription in
            switch subscription.state {
            case .idle, .declaring, .resting: true
            case .subscribing, .consuming, .cancelling: false
            }
        }
    }

    /// When the first rest ends, or the first answer is late.
    func deadline(answerLimit: Duration) -> UInt64? {
        subscriptions.compactMap { subscription in
            if case .resting(let until) = subscription.state { return until }
            return subscription.isAsking ? subscription.asked + answerLimit.nanoseconds : nil
        }.min()
    }

    /// The queue of a consumer tag.
    func queue(of tag: amqp_bytes_t) -> String? { place(of: tag).map { subscriptions[$0].queue } }

    /// Begins again on a new channel.
    mutating func reset() {
        for place in subscriptions.indices { subscriptions[place].state = .idle }
    }

    /// Sends what brings each queue nearer to consuming, or to being idle.
    ///
    /// - Throws: Also when an answer is late: a quorum queue without a majority gives none, for ever.
    mutating func step(_ connection: borrowing ConnectionHandle, wanted: Bool, now: UInt64) throws(AMQPError) {
        let limit = connection.broker.answerLimit
        for place in subscriptions.indices {
            guard !subscriptions[place].isAsking || now < subscriptions[place].asked + limit.nanoseconds else {
                throw .noAnswer(to: "\(subscriptions[place].state) of \(subscriptions[place].queue)", within: limit)
            }
            let isDue =
                switch subscriptions[place].state {
                case .idle: true
                case .resting(let until): until <= now
                default: false
                }
            if wanted, isDue {
                subscriptions[place].state = .declaring
                subscriptions[place].asked = now
                try connection.sendDeclare(
                    subscriptions[place].queue,
                    as: connection.broker.queueType,
                    lifting: !subscriptions[place].isLimited,
                    on: Self.channel
                )
            } else if isDue {
                subscriptions[place].state = .idle
            } else if !wanted, subscriptions[place].state == .consuming {
                subscriptions[place].state = .cancelling
                subscriptions[place].asked = now
                let status = tag(of: place).withAMQPBytes { tag in
                    var cancel = amqp_basic_cancel_t(consumer_tag: tag, nowait: 0)
                    return connection.guarded {
                        amqp_send_method(connection.raw, Self.channel, AMQP_BASIC_CANCEL_METHOD, &cancel)
                    }
                }
                try connection.sent(status, "basic.cancel")
            }
        }
    }

    /// Takes queue.declare-ok: consumes from the queue, if messages are still wanted.
    mutating func declared(
        _ queue: String,
        _ connection: borrowing ConnectionHandle,
        wanted: Bool
    ) throws(AMQPError) {
        guard let place = subscriptions.firstIndex(where: { $0.queue == queue && $0.state == .declaring }) else {
            return
        }
        guard wanted else { return subscriptions[place].state = .idle }
        subscriptions[place].state = .subscribing
        let status = Array(queue.utf8).withAMQPBytes { queue in
            tag(of: place).withAMQPBytes { tag in
                var consume = amqp_basic_consume_t()
                consume.queue = queue
                consume.consumer_tag = tag
                return connection.guarded {
                    amqp_send_method(connection.raw, Self.channel, AMQP_BASIC_CONSUME_METHOD, &consume)
                }
            }
        }
        try connection.sent(status, "basic.consume")
    }

    /// Takes a channel.close that refuses a declaration: the broker answers in order, so it is the oldest one's.
    ///
    /// - Returns: Whether it is worth another try without `x-delivery-limit`.
    mutating func refusedDeclaration(_ connection: borrowing ConnectionHandle) -> Bool {
        let asked = subscriptions.indices.filter { subscriptions[$0].state == .declaring }
        guard connection.liftsDeliveryLimit(),
            let place = asked.min(by: { subscriptions[$0].asked < subscriptions[$1].asked }),
            !subscriptions[place].isLimited
        else { return false }
        subscriptions[place].isLimited = true
        return true
    }

    /// Whether a queue was declared without `x-delivery-limit` where it needs it.
    func isLimited(_ queue: String) -> Bool { subscriptions.contains { $0.queue == queue && $0.isLimited } }

    /// Takes basic.consume-ok.
    mutating func subscribed(_ tag: amqp_bytes_t) {
        guard let place = place(of: tag), subscriptions[place].state == .subscribing else { return }
        subscriptions[place].state = .consuming
        subscriptions[place].backoff.reset()
    }

    /// Takes basic.cancel-ok.
    mutating func cancelled(_ tag: amqp_bytes_t) {
        guard let place = place(of: tag), subscriptions[place].state == .cancelling else { return }
        subscriptions[place].state = .idle
    }

    /// Takes a basic.cancel from the broker: the queue rests before it is declared again.
    ///
    /// - Returns: The queue.
    mutating func cancelledByBroker(_ tag: amqp_bytes_t, now: UInt64) -> String? {
        guard let place = place(of: tag) else { return nil }
        let rest = subscriptions[place].backoff.next(fraction: .random(in: 0..<1))
        subscriptions[place].state = .resting(until: now + rest.nanoseconds)
        return subscriptions[place].queue
    }

    private func tag(of place: Int) -> [UInt8] { Array(String(place).utf8) }

    private func place(of tag: amqp_bytes_t) -> Int? {
        var place = 0
        for digit in UnsafeRawBufferPointer(start: tag.bytes, count: tag.len) {
            place = place * 10 + Int(digit &- UInt8(ascii: "0"))
            guard place < subscriptions.count else { return nil }
        }
        return tag.len > 0 ? place : nil
    }
}
