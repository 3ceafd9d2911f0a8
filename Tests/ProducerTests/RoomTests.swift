import Core
import Database
import DatabaseClient
import Logging
import Synchronization
import Testing

@testable import Producer

/// Which lanes' queues may take retries as well.
@Suite struct RoomTests {
    @Test func `a lane has room for retries while its queue is not fuller than its window`() async throws {
        let broker = FakeBroker()
        let pool = PostgresPool(
            settings: try PostgresSettings(parsing: "postgresql://x@127.0.0.1:1/x"),
            name: "none",
            size: 1
        )
        let publish = Publish(
            store: ProducerStore(pool, token: 1),
            publisher: broker,
            jobsPerMessage: 1,
            log: Logger(label: "test")
        )
        // Everything is published: nothing is left for the filler itself.
        let campaigns = [
            LeasedCampaign(
                campaign: 1,
                account: 1,
                state: .running,
                isToBeRepublished: false,
                isExpired: false,
                lanes: [.fixture(cursor: 100)]
            )
        ]
        for (depth, hasRoom) in [(0, true), (64, true), (65, false), (5_000, false), (3, true)] {
            broker.depth.withLock { $0 = depth }
            let depths = try await publish.fill(campaigns)
            #expect(await publish.lanesWithRoom(depths) == (hasRoom ? ["default"] : []), "\(depth) jobs wait")
        }
        #expect(await publish.lanesWithRoom([:]) == [], "a queue that nobody looked at")
        await pool.close()
    }

    /// Queues of which only the depth matters.
    private final class FakeBroker: JobPublisher {
        let depth = Mutex(0)

        func publish(_ bodies: [[UInt8]], to queue: String) -> [PublishOutcome] { bodies.map { _ in .confirmed } }
        func depth(of queue: String) -> Int { depth.withLock { $0 } }
        func declare(_ queues: [String]) {}
    }
}
