import Broker
import Core
import DatabaseClient
import Foundation
import TestKit
import Testing

extension Scenarios {
    @Suite struct CrashingRecorder {
        /// RabbitMQ 4 drops what came back twenty times; here a policy does so after three.
        private static let limit = 3

        @Test func `a recorder that crashes more often than the broker hands a message out loses no event`()
            async throws
        {
            try await Stage.with { stage in
                let quorum = ["VEREDUS_QUEUE_TYPE": "quorum"]
                try await stage.addContacts(30)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer(quorum)
                try await stage.wait(for: campaign) { $0.state != .starting }
                try await Stage.control([
                    "-p", stage.database.name, "set_policy", "limit", ".*",
                    "{\"delivery-limit\": \(Self.limit)}", "--apply-to", "queues",
                ])
                let publisher = try AMQPPublisher(BrokerSettings(parsing: stage.brokerURL, caFile: nil))
                try await publisher.declare([EventMessage.queue])
                let events = try await publisher.publish(Self.bodies(of: campaign), to: EventMessage.queue)
                #expect(events.allSatisfy { $0 == .confirmed })
                // Takes what is there, and never comes to count it.
                let slow = quorum.merging(["VEREDUS_FLUSH_SECONDS": "60"]) { $1 }
                for crash in 1...2 * Self.limit + 1 {
                    let recorder = try stage.startRecorder(slow)
                    try await stage.wait { try await publisher.depth(of: EventMessage.queue) == 0 }
                    // What was handed out before has a new copy; a crash in between would leave both.
                    try await stage.wait {
                        crash == 1 || recorder.lastWords.contains("events that came back were published again")
                    }
                    recorder.crash()
                    try await stage.wait { try await publisher.depth(of: EventMessage.queue) >= 8 }
                    #expect(try await stage.number("SELECT count(*) FROM events") == 0, "crash \(crash)")
                }
                _ = try stage.startRecorder(quorum)
                try await stage.wait {
                    try await stage.number("SELECT coalesce(sum(total), 0)::int8 FROM engagement") == 8
                }
                await publisher.close()
            }
        }

        private static func bodies(of campaign: CampaignID) -> [[UInt8]] {
            var random = SystemRandomNumberGenerator()
            return (0..<8).map { _ in
                let open = TrackedEvent(
                    id: EventID(from: &random),
                    kind: .open,
                    campaign: campaign,
                    link: 0,
                    subject: .number(TokenNumber(from: &random)),
                    isMachine: false
                )
                return EventMessage(hour: Int32(Date().timeIntervalSince1970 / 3_600), events: [open]).encoded()
            }
        }
    }
}
