import Core
import Logging
import RuntimeSupport

/// Dead-letters jobs: a row with the reason, then a message for the broker's own tools, then the acknowledgement. In
/// this order a crash loses nothing; a repeated row is harmless.
struct DeadLetterQueue: Sendable {
    static let queue = "dead-letters"

    let store: any DeliveryStore
    let source: any JobSource
    let publisher: any JobPublisher
    let worker: String
    let unsupported: UnsupportedVersions
    let log: Logger
    /// Messages of a newer version, in the order of their return.
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

    /// Dead-letters one job of a job message; its row, if still to be mailed, becomes `dead`.
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

    /// Dead-letters an unreadable job message; a newer version returns to the queue until its grace period is over.
    func deadLetter(_ message: QueueMessage, _ error: JobMessage.Unreadable) async throws {
        let reason: DeadLetter.Reason
        let detail: String
        switch error {
        case .tooNew(let version):
            guard unsupported.isOverdue(message.body) else {
                // Not at once: with only old workers it would circulate endlessly.
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

    /// Returns messages of a newer version when their rest ends; on cancellation, all at once.
    func giveBackRested() async {
        await withTaskCancellationHandler {
            while let next = await resting.take(atMost: 1).first {
                // It does not wait after cancellation.
                try? await Task.sleep(until: next.until)
                source.giveBack([next.tag])
            }
        } onCancel: {
            resting.close()
        }
    }

    private func deadLetter(_ message: DeadLetter) async throws {
        try await store.deadLetter(message, worker: worker)
        // The row counts: without a broker only the copy for the broker's own tools is missing.
        do {
            guard try await publisher.publish([message.envelope], to: Self.queue) != [.confirmed] else { return }
            // The queue does not exist (any more).
            try await publisher.declare([Self.queue])
            _ = try await publisher.publish([message.envelope], to: Self.queue)
        } catch {
            log.warning("a dead letter is not in the queue \(Self.queue)", metadata: ["why": "\(error)"])
        }
    }
}
