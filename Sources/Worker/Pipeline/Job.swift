import Core
import Synchronization

/// The broker message of a job: acknowledged once each of its jobs has a verdict.
final class Envelope: Sendable {
    let tag: JobTag
    let queue: String
    let body: [UInt8]
    private let unsettled: Atomic<Int>

    init(message: QueueMessage, jobs: Int) {
        tag = message.tag
        queue = message.queue
        body = message.body
        unsettled = Atomic(jobs)
    }

    /// Records that one of its jobs has a verdict.
    ///
    /// - Returns: Whether it was the last, so that the message can be acknowledged.
    func settleOne() -> Bool { unsettled.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}

/// One recipient to mail, as requested by the broker message.
struct Job: Sendable {
    let key: DeliveryKey
    let generation: Generation
    let envelope: Envelope
}

/// A job whose message is rendered and whose row is not claimed yet: a crash now changes nothing.
///
/// A class: it goes through several queues, and a copy of it would count five references.
final class Prepared: Sendable {
    let job: Job
    let request: ClaimRequest
    let sender: [UInt8]
    let recipient: [UInt8]
    let content: [UInt8]
    /// Whether the header contains the address in UTF-8 (RFC 6532).
    let is8Bit: Bool
    let policy: DeliveryPolicy
    /// How often a worker died while this message was rendered, or on a connection.
    let unfinished: Int16

    init(
        job: Job,
        request: ClaimRequest,
        sender: [UInt8],
        recipient: [UInt8],
        content: [UInt8],
        is8Bit: Bool,
        policy: DeliveryPolicy,
        unfinished: Int16
    ) {
        self.job = job
        self.request = request
        self.sender = sender
        self.recipient = recipient
        self.content = content
        self.is8Bit = is8Bit
        self.policy = policy
        self.unfinished = unfinished
    }
}
