import Core
import Synchronization

/// The message that a job came in: acknowledged once every job of it has its verdict.
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

    /// One job of it has its verdict.
    ///
    /// - Returns: Whether it was the last, so that the message is to be acknowledged.
    func settleOne() -> Bool { unsettled.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 }
}

/// One recipient to be mailed, as the broker asks it.
struct Job: Sendable {
    let key: DeliveryKey
    let generation: Generation
    let envelope: Envelope
}

/// A job whose message is rendered, and whose row is not marked yet: a crash now changes nothing.
struct Prepared: Sendable {
    let job: Job
    let request: ClaimRequest
    let sender: [UInt8]
    let recipient: [UInt8]
    let content: [UInt8]
    /// Whether the header bears the address in UTF-8 (RFC 6532).
    let is8Bit: Bool
    let policy: DeliveryPolicy
}
