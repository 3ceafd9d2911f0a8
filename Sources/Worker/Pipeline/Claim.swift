import Core

/// The second step: the mark. Rendered messages in; those whose row says yes go to the transport.
///
/// A claim takes as many messages as have a place in flight, in one short transaction; every job gets a verdict and is
/// acknowledged once the claim has committed: PostgreSQL owns the row then.
struct Claim: Sendable {
    let source: any JobSource
    let store: any DeliveryStore
    let transport: any MailTransport
    let hand: InFlight
    let ready: Buffer<Prepared>
    /// Jobs whose contact changed: to be fetched and rendered again.
    let again: Buffer<Job>
    let results: Buffer<RecordStep.Entry>
    let workerRun: WorkerRun

    /// A claim that could take more waits this long to fill: a round trip costs the same for one row as for fifty.
    static let fill: Duration = .milliseconds(5)
    /// No longer wait once this many are there.
    static let enough = 64

    /// Claims what is ready.
    ///
    /// - Returns: `false` once nothing more comes.
    /// - Throws: What the store throws; what the claim may have marked is put back by the recorder. ``Lease/Lost``.
    func claimNextBatch() async throws -> Bool {
        let first = await ready.take(atMost: 1)
        guard !first.isEmpty else { return false }
        await ready.fill(to: min(Self.enough, hand.capacity / 2) - 1, within: Self.fill)
        let places = await hand.reserve(atMost: max(Self.enough, ready.count + 1))
        guard places > 0 else {
            source.giveBack(first.map(\.job.envelope.tag))
            return false
        }
        let batch = first + ready.takeNow(atMost: places - 1)
        hand.unreserve(places - batch.count)
        try await claim(batch)
        return true
    }

    private func claim(_ batch: [Prepared]) async throws {
        let token = ClaimToken.random(in: 1...ClaimToken.max)
        hand.open(token)
        let verdicts: [Verdict]
        do {
            verdicts = try await store.claim(batch.map(\.request), token: token, workerRun: workerRun)
        } catch {
            // Whether it committed is unknown. Held until the recorder has put back what it may have marked.
            let ids = hand.hold(batch.map { held($0, token) })
            results.append(ids.map { .putBack(id: $0, why: "the reply to the claim was lost") })
            throw error
        }
        guard !verdicts.contains(.leaseLost) else {
            hand.unreserve(batch.count)
            hand.forget(token)
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
        let ids = hand.hold(claimed.map { held($0, token) })
        hand.unreserve(batch.count - claimed.count)
        hand.forget(token)
        source.acknowledge(settled)
        transport.send(
            zip(ids, claimed).map { id, prepared in
                OutgoingMessage(
                    id: id,
                    sender: prepared.sender,
                    recipient: prepared.recipient,
                    content: prepared.content,
                    is8Bit: prepared.is8Bit
                )
            }
        )
        again.append(changed)
    }

    private func held(_ prepared: Prepared, _ token: ClaimToken) -> InFlight.Held {
        InFlight.Held(
            key: prepared.job.key,
            token: token,
            attempt: prepared.request.attempt + 1,
            policy: prepared.policy
        )
    }
}
