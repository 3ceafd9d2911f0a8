import Core
import Logging
import RuntimeSupport

/// Where jobs go that cannot be processed: a row with the reason, then a message for the broker's own tools, then the
/// acknowledgement. In this order nothing is lost by a crash; a repeated row is harmless.
struct DeadLetterQueue: Sendable {
    static let queue = "dead-letters"

    let store: any DeliveryStore
    let source: any JobSource
    let publisher: any JobPublisher
    let worker: String
    let unsupported: UnsupportedVersions
    let log: Logger
    /// Messages of a newer version, in the order in which they go back.
    private let resting = BatchQueue<Resting>()

    private struct Resting {
        let tag: JobTag
        let until: ContinuousClock.Instant
    }

    init(
        store: any DeliveryStore,
        source: any JobSource,
        publisher: any JobPublisher,
        worker: String,
        unsupported: UnsupportedVersions,
        log: Logger
    ) {
        self.store = store
        self.source = source
        self.publisher = publisher
        self.worker = worker
        self.unsupported = unsupported
        self.log = log
    }

    /// Buries one job of an envelope; its row, if it is still to be mailed, becomes `dead`.
    func deadLetter(_ job: Job, _ reason: DeadLetter.Reason, detail: String) async throws {
        let body = JobMessage(campaign: job.key.campaign, generation: job.generation, seqs: [job.key.seq]).encoded()
        let message = DeadLetter(
            key: job.key,
            reason: reason,
            detail: detail,
            queue: job.envelope.queue,
            envelope: body
        )
        try await deadLetter(message)
        if job.envelope.settleOne() { source.acknowledge([job.envelope.tag]) }
    }

    /// Buries a message that is no envelope; one that is too new goes back for a newer worker, until nobody came for it.
    func deadLetter(_ message: QueueMessage, _ error: JobMessage.Unreadable) async throws {
        let reason: DeadLetter.Reason
        let detail: String
        switch error {
        case .tooNew(let version):
            guard unsupported.isOverdue(message.body) else {
                // Not at once: with old workers alone it would go round and round.
                resting.append([Resting(tag: message.tag, until: .now + unsupported.rest)])
                return
            }
            reason = .tooNew
            detail =
                "job message of version \(version); this worker reads \(JobMessage.version), and no newer one took it"
        case .malformed(let position):
            reason = .undecodable
            detail = "not a job message: unexpected byte at \(position)"
        }
        try await deadLetter(
            DeadLetter(key: nil, reason: reason, detail: detail, queue: message.queue, envelope: message.body)
        )
        source.acknowledge([message.tag])
    }

    /// Gives messages of a newer version back as their rest ends, until it is cancelled: then all of them at once.
    func giveBackRested() async {
        await withTaskCancellationHandler {
            while let next = await resting.take(atMost: 1).first {
                // Cancelled, it does not wait.
                try? await Task.sleep(until: next.until)
                source.giveBack([next.tag])
            }
        } onCancel: {
            resting.close()
        }
    }

    private func deadLetter(_ message: DeadLetter) async throws {
        try await store.deadLetter(message, worker: worker)
        // The row is the truth: without a broker only the copy for the broker's own tools is missing.
        do {
            guard try await publisher.publish([message.envelope], to: Self.queue) != [.confirmed] else { return }
            // No such queue, yet or any more.
            try await publisher.declare([Self.queue])
            _ = try await publisher.publish([message.envelope], to: Self.queue)
        } catch {
            log.warning("a dead letter is not in the queue \(Self.queue)", metadata: ["why": "\(error)"])
        }
    }
}
