import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// What a dead worker's flight log proves, written to the rows.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct FlightSettleTests {
    private static let keepsLog = "UPDATE workers SET keeps_log = true"

    private static func message(
        _ kind: SettledMessage.Kind,
        _ campaign: CampaignID,
        _ seq: Seq,
        _ state: DeliveryState = .deferred,
        token: ClaimToken = 100
    ) -> SettledMessage {
        let outcome = MessageOutcome(id: 0, judgement: .notStarted, code: 0, text: "worker 1 ended", step: .connect)
        let isPutBack = kind == .putBack || kind == .begun
        return SettledMessage(
            kind,
            isPutBack
                ? DeliveryResult(
                    key: DeliveryKey(campaign: campaign, seq: seq),
                    token: token,
                    decision: .putBack,
                    outcome: outcome
                ) : .fixture(campaign, seq, state, token: token)
        )
    }

    @Test func `each message takes what its slot proves, once, and the report counts it`() async throws {
        try await Totals.with(contacts: 5) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(Self.keepsLog)
            try await totals.claim(campaign, [1, 2, 3, 4, 5])
            try await totals.settlements.endLease(of: 1)
            let messages = [
                Self.message(.putBack, campaign, 1), Self.message(.begun, campaign, 2),
                Self.message(.recorded, campaign, 3, .accepted), Self.message(.unknown, campaign, 4, .uncertain),
            ]
            for time in ["first", "repeated"] {
                let settled = try await totals.settlements.settle(messages, of: 1)
                let once = time == "first" ? 1 : 0
                #expect(settled == [.putBack: once, .begun: once, .recorded: once, .unknown: once], "\(time)")
                let counts = try await totals.recount(campaign)
                #expect(counts == [.deferred: 2, .accepted: 1, .uncertain: 1, .sending: 1], "\(time)")
                #expect(try await totals.number("SELECT sum(suspect) FROM deliveries") == 1, "\(time)")
                #expect(try await totals.number("SELECT count(*) FROM deliveries WHERE attempt = 0") == 2, "\(time)")
                #expect(try await totals.settlements.claimsLeft(of: 1) == 1, "row 5 has no slot: \(time)")
            }
            let report = try await totals.admin.settled(of: campaign, account: Totals.account)
            #expect(report == [.putBack: 1, .begun: 1, .recorded: 1, .unknown: 1])
            try await totals.settlements.endWait(for: 1)
            #expect(try await totals.producer().sweepDeadWorkers(limit: 10) == 1, "the rest is the sweep's")
            #expect(try await totals.recount(campaign) == [.deferred: 2, .accepted: 1, .uncertain: 2])
        }
    }

    @Test func `a count of deaths stays over a claim, and a result ends it`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                Self.keepsLog + "; INSERT INTO workers VALUES (2, 'b', 1, '{}', now(), now() + interval '1 hour')"
            )
            try await totals.claim(campaign, [1])
            try await totals.settlements.endLease(of: 1)
            _ = try await totals.settlements.settle([Self.message(.begun, campaign, 1)], of: 1)
            #expect(try await totals.claim(campaign, [1], token: 101, workerRun: 2) == [.claimed])
            #expect(try await totals.number("SELECT suspect::int8 FROM deliveries") == 1)
            try await totals.worker.record([.fixture(campaign, 1, .deferred, token: 101)], finished: [101])
            #expect(try await totals.number("SELECT suspect::int8 FROM deliveries") == 0)
        }
    }

    @Test func `a worker whose lease lasts is left alone`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(Self.keepsLog)
            try await totals.claim(campaign, [1])
            #expect(try await totals.settlements.leaseLasts(1))
            await #expect(throws: SettlementStore.LeaseLasts.self) {
                try await totals.settlements.settle([Self.message(.putBack, campaign, 1)], of: 1)
            }
            #expect(try await totals.recount(campaign) == [.sending: 1])
        }
    }

    @Test func `after its lease was ended a worker claims nothing and renews nothing`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run()
            try await totals.settlements.endLease(of: 1)
            #expect(try await totals.claim(campaign, [1]) == [.leaseLost])
            #expect(try await !totals.register(workerRun: 1).renew())
        }
    }

    @Test func `a renewal that waited while its lease was ended brings nothing back`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let settler = try await totals.database.connect()
            try await settler.execute("BEGIN; UPDATE workers SET alive_until = clock_timestamp() WHERE incarnation = 1")
            async let isRenewed = totals.register(workerRun: 1).renew()
            try await eventually("the renewal waits") { try await totals.number(Self.waiting) > 0 }
            try await settler.execute("COMMIT")
            await settler.close()
            #expect(try await !isRenewed)
        }
    }

    @Test func `settling waits for a claim of that worker that is under way`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(Self.keepsLog)
            let claim = try await totals.database.connect()
            let lock = "SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.workerRun.sql), 1)"
            try await claim.execute("BEGIN; \(lock)")
            try await totals.settlements.endLease(of: 1)
            async let settled = totals.settlements.settle([Self.message(.putBack, campaign, 1)], of: 1)
            try await eventually("the settler waits") { try await totals.number(Self.waiting) > 0 }
            let sending = DeliveryState.sending.sql
            try await claim.execute("UPDATE deliveries SET state = \(sending), attempt = 1, token = 100; COMMIT")
            await claim.close()
            #expect(try await settled == [.putBack: 1])
            #expect(try await totals.recount(campaign) == [.deferred: 1])
        }
    }

    @Test func `of a log that the database does not know only what a server said is believed`() async throws {
        try await Totals.with(contacts: 4) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2, 3, 4])
            try await totals.settlements.endLease(of: 1)
            let messages = [
                Self.message(.putBack, campaign, 1), Self.message(.begun, campaign, 2),
                Self.message(.recorded, campaign, 3, .accepted), Self.message(.recorded, campaign, 4, .deferred),
            ]
            let settled = try await totals.settlements.settle(messages, of: 1)
            #expect(settled == [.recorded: 1])
            #expect(try await totals.recount(campaign) == [.sending: 3, .accepted: 1])
        }
    }

    @Test func `adopting a database withdraws belief from all logs`() async throws {
        try await Totals.with(contacts: 1) { totals in
            try await totals.superuser.execute(Self.keepsLog)
            try await totals.admin.adoptInstallation(newest: 0, reason: "test")
            #expect(try await totals.number("SELECT count(*) FROM workers WHERE keeps_log") == 0)
        }
    }

    @Test(arguments: [(DeliveryPolicy.atMostOnce, 299, 301), (.atLeastOnce, 59, 61)])
    func `the sweep leaves a worker with a log to those who find it, for a while`(
        policy: DeliveryPolicy,
        early: Int,
        late: Int
    ) async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run(policy: policy)
            try await totals.claim(campaign, [1])
            for (seconds, swept) in [(early, 0), (late, 1)] {
                try await totals.superuser.execute(
                    Self.keepsLog + ", alive_until = now() - interval '\(seconds) seconds'"
                )
                #expect(try await totals.producer().sweepDeadWorkers(limit: 10) == swept, "\(seconds) s")
            }
        }
    }

    private static let waiting = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        """
}
