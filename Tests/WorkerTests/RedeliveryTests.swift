import Core
import Logging
import RuntimeSupport
import Testing

@testable import Worker

@Suite struct RedeliveryTests {
    private let totals = FakeDeliveryStore()
    private let source = FakeSource()
    private let ready = BatchQueue<Prepared>()

    @Test func `a job that was handed out again for somebody else's sake is never dead-lettered`() async throws {
        let prepare = try prepare()
        for redelivery in 1...5 {
            source.put(message(1, redelivery))
            _ = try await prepare.prepareNextBatch()
        }
        #expect(ready.takeNow(atMost: 10).count == 5)
        #expect(totals.deadLettered == [:])
    }

    @Test func `a job that ends its worker each time is dead-lettered alone, and its neighbour goes on`() async throws {
        let prepare = try prepare()
        totals.poison(key(2))
        // Each crash hands both out again, the neighbour first.
        for redelivery in 1...2 {
            source.put(message(1, redelivery))
            source.put(message(2, redelivery))
            await #expect(throws: FakeDeliveryStore.Crash.self) { try await prepare.prepareNextBatch() }
        }
        source.put(message(1, 3))
        source.put(message(2, 3))
        _ = try await prepare.prepareNextBatch()
        #expect(totals.deadLettered == [key(2): .poison])
        #expect(source.acknowledged == [message(2, 3).tag])
        #expect(ready.takeNow(atMost: 10).map(\.job.key) == [key(1), key(1)], "the first time both were lost together")
    }

    @Test func `one poisonous job of a message is dead-lettered, and none of its neighbours`() async throws {
        let prepare = try prepare()
        totals.poison(key(3))
        let crashes = 2
        for redelivery in 1...crashes {
            source.put(message([1, 2, 3, 4, 5], redelivery))
            await #expect(throws: FakeDeliveryStore.Crash.self) { try await prepare.prepareNextBatch() }
        }
        _ = ready.takeNow(atMost: 10)
        source.put(message([1, 2, 3, 4, 5], crashes + 1))
        _ = try await prepare.prepareNextBatch()
        #expect(totals.deadLettered == [key(3): .poison])
        #expect(Set(ready.takeNow(atMost: 10).map(\.job.key)) == Set([1, 2, 4, 5].map(key)))
    }

    private func key(_ seq: Seq) -> DeliveryKey { DeliveryKey(campaign: 1, seq: seq) }

    private func message(_ seq: Seq, _ redelivery: Int) -> QueueMessage { message([seq], redelivery) }

    private func message(_ seqs: [Seq], _ redelivery: Int) -> QueueMessage {
        QueueMessage(
            body: JobMessage(campaign: 1, generation: 1, seqs: seqs).encoded(),
            tag: JobTag(epoch: UInt32(redelivery), tag: UInt64(seqs[0])),
            isRedelivered: true,
            queue: "jobs.default"
        )
    }

    private func prepare() throws -> Prepare {
        let deadLetters = DeadLetterQueue(
            store: totals,
            source: source,
            publisher: FakePublisher(),
            worker: "test",
            unsupported: UnsupportedVersions(grace: .seconds(60)),
            log: Logger(label: "test")
        )
        return Prepare(
            source: source,
            store: totals,
            messages: TemplateCache(store: totals, installation: try .fixture()),
            keys: try .fixture(),
            deadLetters: deadLetters,
            batch: 16,
            clock: { 0 },
            ready: ready,
            rendered: RenderedBytes(limit: 1 << 20)
        )
    }
}
