import Broker
import Core
import DatabaseClient
import Foundation
import TestKit
import Testing

extension Scenarios {
    @Suite struct KilledRecorder {
        private static let numbers = 4_000
        private static let perMessage = 40
        private static let kills = 4

        @Test func `opens and clicks are counted once, although each comes twice and recorders are killed`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(30)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                try await stage.wait(for: campaign) { $0.state != .starting }
                let publisher = try AMQPPublisher(BrokerSettings(parsing: stage.brokerURL, caFile: nil))
                let bodies = Self.bodies(of: campaign)
                // Another queue type than the publisher's own is a mistake of topology: the recorder declares it.
                var recorders = [try stage.startRecorder()]
                try await stage.wait { (try? await publisher.depth(of: EventMessage.queue)) != nil }
                let lock = try await stage.database.connect(name: "lock")
                for (part, range) in Self.parts(of: bodies.count).enumerated() {
                    let some = Array(bodies[range])
                    let isInMidFlush = part.isMultiple(of: 2)
                    if isInMidFlush { try await lock.execute("BEGIN; LOCK TABLE engagement IN ACCESS EXCLUSIVE MODE") }
                    // Twice, as after a confirm that was lost.
                    let outcomes = try await publisher.publish((some + some).shuffled(), to: EventMessage.queue)
                    #expect(outcomes.allSatisfy { $0 == .confirmed })
                    if isInMidFlush {
                        // Everything is written and nothing committed.
                        try await stage.wait { try await stage.number(Self.waitingForLock) > 0 }
                    } else {
                        let wanted = part * Self.numbers / (2 * Self.kills)
                        try await stage.wait { try await stage.number("SELECT count(*) FROM counted") >= wanted }
                    }
                    recorders.removeLast().crash()
                    if isInMidFlush { try await lock.execute("ROLLBACK") }
                    recorders.append(try stage.startRecorder())
                }
                await lock.close()
                // A second one beside it: they share the queue.
                _ = try stage.startRecorder()
                _ = try await publisher.publish(Array(bodies.prefix(40)), to: EventMessage.queue)
                _ = try await publisher.publish([Array("v1 nonsense".utf8)], to: EventMessage.queue)
                try await stage.wait { try await stage.number("SELECT count(*) FROM counted") == Self.numbers }
                let deadLettered = "SELECT count(*) FROM dead_letters WHERE queue = 'events'"
                try await stage.wait { try await stage.number(deadLettered) >= 1 }
                for recorder in stage.recorders {
                    recorder.send(15)
                    #expect(try await recorder.exit(within: .seconds(20)) == .exit(0), "\(recorder.lastWords)")
                }
                #expect(try await publisher.depth(of: EventMessage.queue) == 0)
                let sums = "SELECT sum(%)::int8 FROM engagement"
                #expect(try await stage.number(sums.replacing("%", with: "firsts")) == Self.numbers)
                #expect(try await stage.number(sums.replacing("%", with: "total")) == 2 * Self.numbers)
                #expect(try await stage.number(sums.replacing("%", with: "machines")) == 100)
                #expect(try await stage.number("SELECT count(*) FROM events") == 2 * Self.numbers + 100)
                await publisher.close()
            }
        }

        private static let waitingForLock =
            """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'veredus_recorder' AND wait_event_type = 'Lock'
            """

        /// Each number asked for twice, under an id each time; and a hundred machines.
        private static func bodies(of campaign: CampaignID) -> [[UInt8]] {
            var random = SystemRandomNumberGenerator()
            func event(_ subject: TrackedEvent.Subject, link: UInt16) -> TrackedEvent {
                TrackedEvent(
                    id: EventID(from: &random),
                    kind: link == 0 ? .open : .click,
                    campaign: campaign,
                    link: link,
                    subject: subject,
                    isMachine: subject == .nobody
                )
            }
            var events = (0..<100).map { _ in event(.nobody, link: 0) }
            for index in 0..<numbers {
                let number = TrackedEvent.Subject.number(TokenNumber(from: &random))
                for _ in 1...2 { events.append(event(number, link: UInt16(index % 4))) }
            }
            events.shuffle()
            let hour = Int32(Date().timeIntervalSince1970 / 3_600)
            return stride(from: 0, to: events.count, by: perMessage).map { start in
                EventMessage(hour: hour - Int32(start % 3), events: Array(events[start...].prefix(perMessage)))
                    .encoded()
            }
        }

        private static func parts(of count: Int) -> [Range<Int>] {
            (0..<kills).map { count * $0 / kills..<count * ($0 + 1) / kills }
        }
    }
}
