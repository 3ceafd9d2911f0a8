import Core
import RuntimeSupport

/// The last step: writes outcomes to the database, in batches.
///
/// The next batch collects while one is recorded; failed batches are retried until they succeed, since the claim's
/// token guards each outcome.
struct Record: Sendable {
    /// One message to be recorded.
    enum Entry: Sendable {
        case outcome(MessageOutcome)
        /// A message that never reached the transport: the reply to its claim was lost.
        case putBack(id: UInt64, why: String)

        var id: UInt64 {
            switch self {
            case .outcome(let outcome): outcome.id
            case .putBack(let id, _): id
            }
        }
    }

    let store: any DeliveryStore
    let inFlight: InFlight
    let rendered: RenderedBytes
    let entries: BatchQueue<Entry>
    let schedule: RetrySchedule

    /// The maximum per transaction.
    static let most = 500
    /// How long a small batch waits to grow: a transaction costs as much as two dozen rows in it.
    static let fill: Duration = .milliseconds(15)
    /// The number from which it no longer waits: until its places are free, connections have nothing to send.
    static let enough = 32

    /// Waits for outcomes and converts them for the database.
    ///
    /// - Returns: `nil` once nothing more comes.
    func nextBatch() async -> Batch? {
        var taken = await entries.take(atMost: Self.most)
        guard !taken.isEmpty else { return nil }
        // With few in flight, no more are to be expected.
        let enough = min(Self.enough, inFlight.count / 2)
        if taken.count < enough {
            await entries.fill(to: enough - taken.count, within: Self.fill)
            taken += entries.takeNow(atMost: Self.most - taken.count)
        }
        let ids = taken.map(\.id)
        var results: [DeliveryResult] = []
        results.reserveCapacity(taken.count)
        for (entry, held) in zip(taken, inFlight.held(ids)) {
            if let held { results.append(result(of: entry, held)) }
        }
        return Batch(ids: ids, results: results, finished: inFlight.claimsFinished(by: ids))
    }

    /// Outcomes to record together.
    struct Batch: Sendable {
        let ids: [UInt64]
        let results: [DeliveryResult]
        let finished: [ClaimToken]
    }

    /// Records a batch and removes its messages from those in flight.
    func record(_ batch: Batch) async throws {
        try await store.record(batch.results, finished: batch.finished)
        rendered.remove(inFlight.release(batch.ids))
    }

    private func result(of entry: Entry, _ held: InFlight.Held) -> DeliveryResult {
        let outcome =
            switch entry {
            case .outcome(let outcome): outcome
            case .putBack(let id, let why):
                MessageOutcome(id: id, judgement: .notStarted, code: 0, text: why, step: .connect)
            }
        let decision = DeliveryDecision(
            outcome,
            attempt: Int(held.attempt),
            policy: held.policy,
            schedule: schedule,
            fraction: .random(in: 0..<1)
        )
        return DeliveryResult(key: held.key, token: held.token, decision: decision, outcome: outcome)
    }
}
