import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// What workers leave behind that went away, and what a producer may change that does not drive any more.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct SweepTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: DeliveryPolicy
        let because: Comment
        let becomes: DeliveryState
        /// Done as superuser before the sweep.
        var before = "UPDATE workers SET alive_until = now()"

        var testDescription: String { because.rawValue }
    }

    static let cases: [Case] = [
        Case(policy: .atMostOnce, because: "never twice: it may have been sent", becomes: .uncertain),
        Case(policy: .atLeastOnce, because: "nobody forgotten: it is sent again", becomes: .deferred),
        Case(
            policy: .atMostOnce,
            because: "the worker's row is gone",
            becomes: .uncertain,
            before: "DELETE FROM workers"
        ),
        Case(
            policy: .atLeastOnce,
            because: "opted out while it was being sent: never again",
            becomes: .uncertain,
            before: "UPDATE workers SET alive_until = now(); UPDATE deliveries SET recalled = true WHERE seq = 1"
        ),
        Case(
            policy: .atLeastOnce,
            because: "in flight at twelve crashes: it may be what ends the workers",
            becomes: .uncertain,
            before: "UPDATE workers SET alive_until = now(); UPDATE deliveries SET attempt = 12 WHERE seq = 1"
        ),
        Case(policy: .atMostOnce, because: "the worker is alive", becomes: .sending, before: "SELECT 1"),
        Case(policy: .atLeastOnce, because: "the worker is alive", becomes: .sending, before: "SELECT 1"),
    ]

    @Test(arguments: cases)
    func `what a dead worker had in flight is settled by policy`(row: Case) async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run(policy: row.policy)
            try await totals.claim(campaign, [1])
            try await totals.superuser.execute(row.before)
            _ = try await totals.producer().sweepDeadWorkers(limit: 10)
            #expect(try await totals.state(campaign, 1) == row.becomes, row.because)
            #expect(try await totals.state(campaign, 2) == .pending)
            let isSwept = row.becomes != .sending
            #expect(try await totals.number("SELECT count(*) FROM claims") == (isSwept ? 0 : 1))
            let words = "SELECT count(*) FROM replies WHERE seq = 1 AND reply LIKE 'worker 1 ended%'"
            #expect(try await totals.number(words) == (isSwept ? 1 : 0))
            try await totals.recount(campaign, row.because)
            #expect(try await totals.producer().sweepDeadWorkers(limit: 10) == 0, "it is done once")
            try await totals.recount(campaign, row.because)
        }
    }

    @Test func `what was recorded before is left alone, and a late result still counts`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2, 3])
            try await totals.worker.record([.fixture(campaign, 1, .accepted)], finished: [])
            try await totals.superuser.execute("UPDATE workers SET alive_until = now()")
            #expect(try await totals.producer().sweepDeadWorkers(limit: 10) == 1)
            #expect(try await totals.recount(campaign) == [.accepted: 1, .uncertain: 2])
            // The worker was only slow: what the other side said is known after all.
            try await totals.worker.record([.fixture(campaign, 2, .accepted)], finished: [100])
            #expect(try await totals.recount(campaign) == [.accepted: 2, .uncertain: 1])
        }
    }

    @Test func `a lease that ran out cannot be renewed, and one that was ended in order leaves nothing`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let register = totals.register(workerRun: 5, leaseSeconds: 30)
            try await register.register(name: "five", slots: 4, lanes: ["default"])
            #expect(try await totals.producer().workersByLane() == ["default": LaneWorkers(count: 2, slots: 14)])
            #expect(try await register.renew())
            try await totals.superuser.execute("UPDATE workers SET alive_until = now() WHERE incarnation = 5")
            #expect(try await !register.renew())
            #expect(try await totals.producer().workersByLane() == ["default": LaneWorkers(count: 1, slots: 10)])

            let orderly = totals.register(workerRun: 6)
            try await orderly.register(name: "six", slots: 4, lanes: ["default"])
            try await orderly.end()
            #expect(try await totals.number("SELECT count(*) FROM workers WHERE incarnation = 6") == 0)

            let campaign = try await totals.run()
            let hasty = totals.register(workerRun: 7)
            try await hasty.register(name: "seven", slots: 4, lanes: ["default"])
            try await totals.claim(campaign, [1], workerRun: 7)
            try await hasty.end()
            #expect(try await totals.producer().sweepDeadWorkers(limit: 10) == 1, "swept at once")
        }
    }

    @Test func `a producer that does not drive any more changes nothing`() async throws {
        try await Totals.with(contacts: 10) { totals in
            let campaign = try await totals.run()
            let stopped = totals.producer(token: 7)
            let lane = try #require(try await stopped.leased().first?.lanes.first)
            try await totals.claim(campaign, [1, 2])
            try await totals.worker.record(
                [.fixture(campaign, 1, .deferred), .fixture(campaign, 2, .accepted)],
                finished: []
            )

            // Another one drives now.
            try await totals.superuser.execute("UPDATE campaigns SET lease_until = now() - interval '1 second'")
            let other = totals.producer(token: 8)
            try await other.lease(seconds: 60)
            #expect(try await other.leased().map(\.campaign) == [campaign])
            try await stopped.lease(seconds: 60)
            #expect(try await stopped.leased() == [])

            let everything = """
                SELECT count(*) FROM campaign_lanes l JOIN campaigns c USING (campaign_id), retries r
                WHERE l.cursor = 0 AND l.generation = 1 AND c.state = 2 AND r.publish_at = r.due
                """
            try await stopped.moveCursors([(campaign, lane, 5)])
            try await stopped.renewGenerations(campaign, [lane])
            #expect(try await stopped.dueRetries(limit: 10, againSeconds: 60, lanes: [1]).isEmpty)
            #expect(try await stopped.closeRows(campaign, above: 0, upTo: 10, as: .cancelled) == 0)
            #expect(try await totals.number(everything) == 1)
            try await totals.superuser.execute("DELETE FROM retries; UPDATE deliveries SET state = 3")
            #expect(try await !stopped.finish(campaign))

            try await other.moveCursors([(campaign, lane, 5)])
            #expect(try await totals.number("SELECT cursor::int8 FROM campaign_lanes") == 5)
            #expect(try await other.finish(campaign), "the driver may")
        }
    }

    @Test func `a campaign is finished only when nothing is open`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            let producer = totals.producer()
            #expect(try await !producer.finish(campaign), "pending")
            try await totals.claim(campaign, [1, 2, 3])
            #expect(try await !producer.finish(campaign), "being sent")
            try await totals.worker.record(
                [1, 2, 3].map { .fixture(campaign, $0, $0 == 3 ? .deferred : .accepted) },
                finished: [100]
            )
            #expect(try await !producer.finish(campaign), "deferred")
            try await totals.claim(campaign, [3], attempt: 1, token: 101)
            try await totals.worker.record([.fixture(campaign, 3, .uncertain, token: 101)], finished: [101])
            #expect(try await producer.finish(campaign))
            #expect(try await !producer.finish(campaign), "once")
        }
    }

    @Test func `a lane is published anew from its first pending row, and retries at once`() async throws {
        try await Totals.with(contacts: 10) { totals in
            let campaign = try await totals.run()
            let producer = totals.producer()
            let lane = try #require(try await producer.leased().first?.lanes.first)
            try await producer.moveCursors([(campaign, lane, 10)])
            try await totals.claim(campaign, [1, 2, 3, 5])
            try await totals.worker.record([.fixture(campaign, 1, .deferred)], finished: [])
            #expect(try await producer.dueRetries(limit: 10, againSeconds: 60, lanes: [1]).map(\.key.seq) == [1])
            #expect(
                try await producer.dueRetries(limit: 10, againSeconds: 60, lanes: [1]).isEmpty,
                "not twice in a minute"
            )
            try await totals.admin.ask(.pause, of: campaign, account: Totals.account)
            try await totals.admin.ask(.resume, of: campaign, account: Totals.account)
            let resumed = try #require(try await producer.leased().first)
            #expect(resumed.isToBeRepublished)
            try await producer.renewGenerations(campaign, resumed.lanes)
            let again = try #require(try await producer.leased().first)
            #expect(!again.isToBeRepublished)
            #expect(again.lanes.map(\.generation) == [2])
            #expect(again.lanes.map(\.cursor) == [3])
            #expect(try await producer.pending(campaign, again.lanes[0], limit: 3) == [4, 6, 7])
            #expect(try await producer.dueRetries(limit: 10, againSeconds: 60, lanes: [1]).map(\.key.seq) == [1])
            // The old generation's producer, or a second look at old figures, changes nothing.
            try await producer.renewGenerations(campaign, [lane])
            #expect(try await producer.leased().first?.lanes.map(\.generation) == [2])
        }
    }

    @Test func `a campaign that ends leaves no retry behind`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2, 3])
            try await totals.worker.record((1...3).map { .fixture(campaign, $0, .accepted) }, finished: [100])
            // What a claim that raced with the campaign's expiry may leave.
            try await totals.superuser.execute(
                """
                INSERT INTO retries (campaign_id, seq, account_id, lane_id, due, publish_at)
                VALUES (\(campaign), 2, 1, 1, now(), now())
                """
            )
            #expect(try await totals.producer().finish(campaign))
            #expect(try await totals.number("SELECT count(*) FROM retries") == 0)
            #expect(try await !totals.producer().finish(campaign), "it is done once")
        }
    }
}
