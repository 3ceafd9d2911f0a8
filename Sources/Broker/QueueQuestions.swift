import CRabbitMQ
import Core

/// Questions about queues, one at a time, on a channel of their own.
///
/// RabbitMQ answers an invalid one by closing the channel, which must not be the publishing one. The channel is then
/// reopened, without waiting.
struct QueueQuestions {
    static let channel: UInt16 = 2

    private struct Waiting {
        let question: QueueQuestion
        let queue: String
        /// `nil` for the topology that is declared again on a new connection.
        let continuation: CheckedContinuation<Int, any Error>?
        var deadline: UInt64
        /// Whether the queue may exist without `x-delivery-limit`: it was refused with it.
        var isLimited = false
    }

    private enum State { case idle, asked, opening }

    private var waiting: [Waiting] = []
    private var state = State.opening
    private var declared: [String] = []
    private(set) var isTopologyReady = false

    var isEmpty: Bool { waiting.isEmpty }
    var deadline: UInt64? { waiting.lazy.map(\.deadline).min() }

    mutating func add(
        _ question: QueueQuestion,
        _ queue: String,
        _ answer: CheckedContinuation<Int, any Error>,
        deadline: UInt64
    ) {
        waiting.append(Waiting(question: question, queue: queue, continuation: answer, deadline: deadline))
    }

    /// The channel is open on a new connection: asks for what was declared before, first of all.
    mutating func begin(deadline: UInt64) {
        state = .idle
        waiting.insert(
            contentsOf: declared.map {
                Waiting(question: .declare, queue: $0, continuation: nil, deadline: deadline)
            },
            at: 0
        )
        isTopologyReady = declared.isEmpty
    }

    /// Sends the next question, if the channel is free.
    mutating func askNext(_ connection: borrowing ConnectionHandle) throws(AMQPError) {
        guard state == .idle, let next = waiting.first else { return }
        state = .asked
        let type = next.question == .declare ? connection.broker.queueType : nil
        try connection.sendDeclare(next.queue, as: type, lifting: !next.isLimited, on: Self.channel)
    }

    /// Takes queue.declare-ok.
    ///
    /// - Returns: The queue, when it exists without `x-delivery-limit`.
    mutating func answered(ready: Int) -> String? {
        guard state == .asked, !waiting.isEmpty else { return nil }
        let done = waiting.removeFirst()
        state = .idle
        if done.question == .declare, !declared.contains(done.queue) { declared.append(done.queue) }
        done.continuation?.resume(returning: ready)
        noteTopology()
        return done.isLimited ? done.queue : nil
    }

    /// Takes channel.close: the question in front is refused, the channel has to be opened again. A queue that exists
    /// with other properties is asked for once more without `x-delivery-limit`.
    ///
    /// - Throws: When the topology cannot be declared again.
    mutating func refused(_ error: AMQPError, _ connection: borrowing ConnectionHandle) throws(AMQPError) {
        try connection.send(
            AMQP_CHANNEL_CLOSE_OK_METHOD,
            amqp_channel_close_ok_t(),
            on: Self.channel,
            as: "channel.close-ok"
        )
        try connection.send(
            AMQP_CHANNEL_OPEN_METHOD,
            amqp_channel_open_t(out_of_band: amqp_bytes_t()),
            on: Self.channel,
            as: "channel.open"
        )
        let wasAsked = state == .asked
        state = .opening
        guard wasAsked, !waiting.isEmpty else { return }
        if error.kind == .topologyMismatch, !waiting[0].isLimited, connection.liftsDeliveryLimit() {
            waiting[0].isLimited = true
            return
        }
        let done = waiting.removeFirst()
        guard let continuation = done.continuation else { throw error }
        continuation.resume(throwing: error)
    }

    /// Takes channel.open-ok.
    mutating func opened() { state = .idle }

    /// Gives up what has waited too long.
    ///
    /// - Returns: Whether a question that was sent is among them; its answer would be taken for another's.
    mutating func giveUp(at now: UInt64, because error: AMQPError) -> Bool {
        let wasAsked = state == .asked && (waiting.first.map { $0.deadline <= now } ?? false)
        waiting.removeAll { question in
            guard question.deadline <= now else { return false }
            question.continuation?.resume(throwing: error)
            return true
        }
        return wasAsked
    }

    /// The connection is lost: sent questions fail, unsent ones keep waiting.
    mutating func loseConnection(_ error: AMQPError, keepUnasked: Bool, deadline: UInt64) {
        if state == .asked, !waiting.isEmpty { waiting.removeFirst().continuation?.resume(throwing: error) }
        state = .opening
        isTopologyReady = false
        waiting.removeAll { question in
            guard question.continuation == nil || !keepUnasked else { return false }
            question.continuation?.resume(throwing: error)
            return true
        }
        hurry(to: deadline)
    }

    /// Brings all deadlines forward.
    mutating func hurry(to deadline: UInt64) {
        for index in waiting.indices { waiting[index].deadline = min(waiting[index].deadline, deadline) }
    }

    private mutating func noteTopology() {
        isTopologyReady = isTopologyReady || !waiting.contains { $0.continuation == nil }
    }
}

extension ConnectionHandle {
    /// Sends queue.declare without waiting for the answer; without a type it asks passively.
    ///
    /// - Parameters:
    ///   - queue: Its name.
    ///   - type: What it is declared as.
    ///   - lifting: Whether with `x-delivery-limit`, where the broker needs it.
    ///   - channel: Where to ask.
    /// - Throws: The connection's error when the request could not be sent.
    borrowing func sendDeclare(
        _ queue: String,
        as type: BrokerSettings.QueueType?,
        lifting: Bool,
        on channel: UInt16
    ) throws(AMQPError) {
        let isUnlimited: Int32 = lifting && liftsDeliveryLimit() ? 1 : 0
        let status = Array(queue.utf8).withAMQPBytes { name in
            guarded { veredus_amqp_send_declare(raw, channel, name, type?.rawValue, isUnlimited) }
        }
        try sent(status, "queue.declare")
    }
}
