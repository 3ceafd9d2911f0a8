import Core
import Testing

@testable import Broker

@Suite(.enabled(if: TestBroker.isThere), .timeLimit(.minutes(2)))
struct PublishTests {
    @Test(arguments: BrokerSettings.QueueType.allCases)
    func `what is confirmed is in the queue`(type: BrokerSettings.QueueType) async throws {
        var settings = try await TestBroker.settings()
        settings.queueType = type
        let queue = TestBroker.queue("confirmed")
        let publisher = try AMQPPublisher(settings)
        try await publisher.declare([queue])
        try await publisher.declare([queue])
        #expect(try await publisher.depth(of: queue) == 0)
        let outcomes = try await publisher.publish(bodies(3_000), to: queue)
        #expect(outcomes == Array(repeating: .confirmed, count: 3_000))
        #expect(try await publisher.depth(of: queue) == 3_000)
        #expect(try await publisher.publish([], to: queue) == [])
        await publisher.close()
    }

    @Test func `many callers at once get their own outcomes, through a window smaller than what they send`()
        async throws
    {
        let queue = TestBroker.queue("window")
        let publisher = try AMQPPublisher(try await TestBroker.settings(), window: 100)
        try await publisher.declare([queue])
        try await withThrowingTaskGroup { group in
            for caller in 1...20 {
                group.addTask {
                    let missing = caller.isMultiple(of: 5)
                    let outcomes = try await publisher.publish(
                        bodies(250 + caller),
                        to: missing ? "jobs.test-nowhere" : queue
                    )
                    #expect(outcomes.count == 250 + caller)
                    #expect(outcomes.allSatisfy { ($0 == .confirmed) == !missing })
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await publisher.depth(of: queue) == 16 * 250 + (1...20).filter { !$0.isMultiple(of: 5) }.reduce(0, +)
        )
        await publisher.close()
    }

    @Test func `a publish to a queue that is not there is refused, and the next one works`() async throws {
        let queue = TestBroker.queue("there")
        let publisher = try AMQPPublisher(try await TestBroker.settings())
        try await publisher.declare([queue])
        for outcome in try await publisher.publish(bodies(50), to: "jobs.test-missing") {
            guard case .refused(let reason) = outcome else {
                Issue.record("confirmed although nobody has it")
                continue
            }
            #expect(reason.contains("jobs.test-missing"))
        }
        #expect(try await publisher.publish(bodies(1), to: queue) == [.confirmed])
        await publisher.close()
    }

    @Test func `the depth of a missing queue is an error, not 0, and leaves publishing alone`() async throws {
        let queue = TestBroker.queue("there")
        let publisher = try AMQPPublisher(try await TestBroker.settings())
        try await publisher.declare([queue])
        for _ in 1...3 {
            let error = await #expect(throws: AMQPError.self) { try await publisher.depth(of: "jobs.test-missing") }
            #expect(error?.kind == .missingQueue)
            #expect(try await publisher.publish(bodies(10), to: queue) == Array(repeating: .confirmed, count: 10))
        }
        #expect(try await publisher.depth(of: queue) == 30)
        #expect(publisher.status.reconnects == 0)
        await publisher.close()
    }

    @Test func `a queue of another type is a clear error that is not tried again`() async throws {
        let queue = TestBroker.queue("mismatch")
        var settings = try await TestBroker.settings()
        settings.queueType = .classic
        let first = try AMQPPublisher(settings)
        try await first.declare([queue])
        settings.queueType = .quorum
        let second = try AMQPPublisher(settings)
        let error = await #expect(throws: AMQPError.self) { try await second.declare([queue]) }
        #expect(error?.kind == .topologyMismatch)
        #expect(error?.isTransient == false)
        #expect(error?.description.contains("Set VEREDUS_QUEUE_TYPE to the type the queue has") == true)
        #expect(error?.description.contains("delete_queue") == false, "the restore guard's queue must never be deleted")
        #expect(try await second.depth(of: queue) == 0, "the connection lives on")
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 1)
        let refusal = await #expect(throws: AMQPError.self) { try await consumer.next(limit: 1) }
        #expect(refusal?.kind == .topologyMismatch)
        await first.close()
        await second.close()
        await consumer.close()
    }

    @Test func `a wrong password is a clear error that is not tried again`() async throws {
        let right = try await TestBroker.settings()
        let notices = Notices()
        let settings = try BrokerSettings(host: right.host, port: right.port, user: right.user, password: "swordfish")
        let publisher = try AMQPPublisher(settings, notice: notices.take)
        let consumer = try AMQPConsumer(settings, queues: ["jobs.x"], prefetch: 1, notice: notices.take)
        let error = await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
        #expect(error?.kind == .accessRefused)
        #expect(error?.isTransient == false)
        let other = await #expect(throws: AMQPError.self) { try await consumer.next(limit: 1) }
        #expect(other?.kind == .accessRefused)
        await #expect(throws: AMQPError.self) { try await publisher.depth(of: "jobs.x") }
        #expect(!notices.contain("swordfish"))
        #expect(!notices.contain("next attempt"))
        #expect(notices.all.count == 2)
        await publisher.close()
        await consumer.close()
    }

    @Test func `an unreachable broker is tried again, and a publish says so within its patience`() async throws {
        var settings = try BrokerSettings(parsing: "amqp://a:b@127.0.0.1:1")
        settings.patience = .milliseconds(300)
        settings.firstPause = .milliseconds(20)
        let publisher = try AMQPPublisher(settings)
        let start = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("127.0.0.1:1") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
        await publisher.close()
        await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
    }
}
