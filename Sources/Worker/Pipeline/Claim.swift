import Core
import RuntimeSupport

/// The second step: takes rendered messages and passes those whose rows may be sent to ``Deliver``.
///
/// A claim takes as many messages as there are free places in flight, in one short transaction; every job gets a
/// verdict and is acknowledged once the claim has committed: PostgreSQL owns the row then.
struct Claim: Sendable {
    let source: any JobSource
    let store: any DeliveryStore
    let deliver: Deliver
    let inFlight: InFlight
    let ready: BatchQueue<Prepared>
    let rendered: RenderedBytes
    /// Jobs whose contact changed: to be fetched and rendered again.
    let again: BatchQueue<Job>
    let workerRun: WorkerRun

    /// How long a claim that could take more waits to fill: a transaction costs as much as two dozen rows in it.
    static let fill: Duration = .milliseconds(5)
    /// The number from which it no longer waits.
    static let enough = 32

    /// Claims what is ready.
    ///
    /// - Returns: `false` once nothing more comes.
    /// - Throws: Errors of the store, after which the recorder puts back rows that may have been claimed;
    ///   ``Lease/Lost``.
    func claimNextBatch() async throws -> Bool {
        let first = await ready.take(atMost: 1)
        guard !first.isEmpty else { return false }
        await ready.fill(to: min(Self.enough, inFlight.capacity / 2) - 1, within: Self.fill)
        let places = await inFlight.reserve(atMost: max(Self.enough, ready.count + 1))
        guard places > 0 else {
            source.giveBack(first.map(\.job.envelope.tag))
            return false
        }
        let batch = first + ready.takeNow(atMost: places - 1)
        inFlight.unreserve(places - batch.count)
        try await claim(batch)
        return true
    }

    private func claim(_ batch: [Prepared]) async throws {
        let token = ClaimToken.random(in: 1...ClaimToken.max)
        inFlight.open(token)
        let verdicts: [Verdict]
        do {
            verdicts = try await store.claim(batch.map(\.request), token: token, workerRun: workerRun)
        } catch {
            // Whether it committed is unknown. The places stay taken until the recorder has put the rows back.
            let ids = inFlight.hold(batch.map { held($0, token) })
            deliver.results.append(ids.map { .putBack(id: $0, why: "the reply to the claim was lost") })
            throw error
        }
        guard !verdicts.contains(.leaseLost) else {
            inFlight.unreserve(batch.count)
            inFlight.forget(token)
            throw Lease.Lost()
        }
        var claimed: [Prepared] = []
        var settled: [JobTag] = []
        var changed: [Job] = []
        claimed.reserveCapacity(batch.count)
        for (prepared, verdict) in zip(batch, verdicts) {
            if verdict == .claimed { claimed.append(prepared) }
            if verdict == .changed {
                changed.append(prepared.job)
            } else if prepared.job.envelope.settleOne() {
                settled.append(prepared.job.envelope.tag)
            }
        }
        let ids = inFlight.hold(claimed.map { held($0, token) })
        inFlight.unreserve(batch.count - claimed.count)
        inFlight.forget(token)
        rendered.remove(batch.reduce(0) { $0 + $1.content.count } - claimed.reduce(0) { $0 + $1.content.count })
        source.acknowledge(settled)
        deliver.send(zip(ids, claimed))
        again.append(changed)
    }

    private func held(_ prepared: Prepared, _ token: ClaimToken) -> InFlight.Held {
        InFlight.Held(
            key: prepared.job.key,
            token: token,
            attempt: prepared.request.attempt + 1,
            policy: prepared.policy,
            bytes: prepared.content.count
        )
    }
}
