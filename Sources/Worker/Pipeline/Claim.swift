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
    /// Messages that were on a connection when a worker died: any of them may be the reason.
    let alone: BatchQueue<Prepared>
    let workerRun: WorkerRun

    /// How long a claim that could take more waits to fill: a transaction costs as much as two dozen rows in it.
    static let fill: Duration = .milliseconds(5)
    /// The number from which it no longer waits.
    static let enough = 32
    /// A message that so many workers died with is claimed alone: with the third it is dead. After one death
    /// each message that was on a connection may be the reason, and they would wait for each other.
    static let aloneFrom: Int16 = 2

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
        let taken = first + ready.takeNow(atMost: places - 1)
        let batch = taken.filter { $0.unfinished < Self.aloneFrom }
        inFlight.unreserve(places - batch.count)
        if batch.count < taken.count { alone.append(taken.filter { $0.unfinished >= Self.aloneFrom }) }
        if !batch.isEmpty { try await claim(batch) }
        return true
    }

    /// Claims one message that a worker may have died of, and waits until it is recorded: if a worker dies of it again,
    /// no other such message is with it.
    ///
    /// - Returns: `false` once nothing more comes.
    /// - Throws: As ``claimNextBatch()``.
    func claimNextAlone() async throws -> Bool {
        let next = await alone.take(atMost: 1)
        guard !next.isEmpty else { return false }
        guard await inFlight.reserve(atMost: 1) > 0 else {
            source.giveBack(next.map(\.job.envelope.tag))
            return false
        }
        await inFlight.ended(try await claim(next))
        return true
    }

    /// - Returns: The numbers of the messages that are in flight now.
    @discardableResult
    private func claim(_ batch: [Prepared]) async throws -> [UInt64] {
        let token = ClaimToken.random(in: 1...ClaimToken.max)
        inFlight.open(token)
        guard let slots = inFlight.note(batch.map { ($0.request, $0.policy) }, token) else {
            inFlight.unreserve(batch.count)
            inFlight.forget(token)
            throw Lease.Lost()
        }
        let verdicts: [Verdict]
        do {
            verdicts = try await store.claim(batch.map(\.request), token: token, workerRun: workerRun)
        } catch {
            // Whether it committed is unknown. The places stay taken until the recorder has put the rows back.
            let ids = inFlight.hold(zip(batch, slots).map { held($0, token, $1) })
            deliver.results.append(ids.map { .putBack(id: $0, why: "the reply to the claim was lost") })
            throw error
        }
        guard !verdicts.contains(.leaseLost) else {
            inFlight.freeSlots(slots)
            inFlight.unreserve(batch.count)
            inFlight.forget(token)
            throw Lease.Lost()
        }
        var claimed: [(prepared: Prepared, slot: Int)] = []
        var free: [Int] = []
        var settled: [JobTag] = []
        var changed: [Job] = []
        claimed.reserveCapacity(batch.count)
        for (index, (prepared, verdict)) in zip(batch, verdicts).enumerated() {
            if verdict == .claimed { claimed.append((prepared, slots[index])) } else { free.append(slots[index]) }
            if verdict == .changed {
                changed.append(prepared.job)
            } else if prepared.job.envelope.settleOne() {
                settled.append(prepared.job.envelope.tag)
            }
        }
        let ids = inFlight.hold(claimed.map { held($0.prepared, token, $0.slot) })
        if !free.isEmpty { inFlight.freeSlots(free) }
        inFlight.unreserve(free.count)
        inFlight.forget(token)
        let bytes = batch.reduce(0) { $0 + $1.content.count }
        rendered.remove(bytes - claimed.reduce(0) { $0 + $1.prepared.content.count })
        source.acknowledge(settled)
        deliver.send(zip(ids, claimed))
        again.append(changed)
        return ids
    }

    private func held(_ prepared: Prepared, _ token: ClaimToken, _ slot: Int) -> InFlight.Held {
        InFlight.Held(
            key: prepared.job.key,
            token: token,
            attempt: prepared.request.attempt + 1,
            policy: prepared.policy,
            slot: slot,
            bytes: prepared.content.count
        )
    }
}
