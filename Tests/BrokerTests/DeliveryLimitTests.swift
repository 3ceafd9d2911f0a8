import Core
import Testing

@testable import Broker

@Suite struct DeliveryLimitTests {
    static let versions: [(version: String, isLifted: Bool, because: Comment)] = [
        ("3.10.8", false, "no limit by itself, and -1 is taken for 0"),
        ("3.13.7", false, "the last without a limit"),
        ("4.0.0", true, "the first with a limit of 20"),
        ("4.1.0-rc.1", true, "a candidate has it, too"),
        ("10.2", true, "numbers, not texts, are compared"),
        ("", false, "a broker that does not say"),
        ("unknown", false, "no number"),
    ]

    @Test(arguments: versions)
    func `the delivery limit is lifted where a broker has one by itself`(
        row: (version: String, isLifted: Bool, because: Comment)
    ) {
        #expect(DeliveryLimit.mustBeLifted(version: row.version, from: 4) == row.isLifted, row.because)
    }

    @Test func `the advice about a limit removes nothing`() {
        let warning = DeliveryLimit.warning("events", version: "4.0.5")
        #expect(warning.contains("RabbitMQ 4.0.5 drops a message that came back 20 times"))
        #expect(warning.contains("rabbitmqctl set_policy"))
        #expect(!warning.contains("delete"))
    }

    /// With a broker of any version: the argument is only declared and compared.
    @Suite(.enabled(if: TestBroker.isThere), .timeLimit(.minutes(1))) struct WithABroker {
        @Test func `a queue that was made without the argument is used as it is, and said once`() async throws {
            let queue = TestBroker.queue("limited")
            let plain = try await TestBroker.settings()
            let old = try AMQPPublisher(plain)
            try await old.declare([queue])
            #expect(old.status.limitedQueues.isEmpty)
            let version = try #require(old.status.brokerVersion)
            #expect(version.contains("."), "\(version)")

            var lifting = plain
            lifting.limitsDeliveriesFrom = 0
            let notices = Notices()
            let publisher = try AMQPPublisher(lifting, notice: notices.take)
            try await publisher.declare([queue])
            try await publisher.declare([queue])
            #expect(publisher.status.limitedQueues == [queue])
            try await publisher.publishAll(bodies(3), to: queue)
            let consumer = try AMQPConsumer(lifting, queues: [queue], prefetch: 10, notice: notices.take)
            let messages = try await consumer.take(3)
            #expect(messages.count == 3)
            consumer.acknowledge(messages.map(\.tag))
            #expect(notices.all.filter { $0.contains("without x-delivery-limit") }.count == 2, "each connection once")
            for publisher in [old, publisher] { await publisher.close() }
            await consumer.close()
        }

        @Test func `a new queue has the argument, for a publisher and a consumer`() async throws {
            let (first, second) = (TestBroker.queue("lifted"), TestBroker.queue("lifted-too"))
            var lifting = try await TestBroker.settings()
            let plain = try AMQPPublisher(lifting)
            lifting.limitsDeliveriesFrom = 0
            let publisher = try AMQPPublisher(lifting)
            try await publisher.declare([first])
            let consumer = try AMQPConsumer(lifting, queues: [first, second], prefetch: 10)
            try await publisher.publishAll(bodies(1), to: first)
            #expect(try await consumer.take(1).count == 1)
            for queue in [first, second] {
                let error = await #expect(throws: AMQPError.self) { try await plain.declare([queue]) }
                #expect(error?.kind == .topologyMismatch, "declared without the argument it is another queue")
            }
            #expect(publisher.status.limitedQueues.isEmpty)
            for publisher in [plain, publisher] { await publisher.close() }
            await consumer.close()
        }
    }
}
