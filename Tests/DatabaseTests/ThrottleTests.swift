import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Refusals that are about the sender throttle an account's lane, and suppress nobody.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ThrottleTests {
    private static func block(_ totals: Totals, _ campaign: CampaignID, _ seqs: ClosedRange<Seq>) async throws {
        for seq in seqs { try await totals.refuse(campaign, seq, code: 550, "5.7.1 rejected as spam") }
        try await totals.judgeReplies()
    }

    private static func throttles(_ totals: Totals) async throws -> [String] {
        try await totals.superuser.rows(
            Statement(
                "throttles-for-test",
                """
                SELECT format('%s/%s level %s for %s, %s', account_id, lane_id, level, until - since, blocked)
                FROM brakes ORDER BY 1
                """
            )
        ) { try $0.text(0) }
    }

    @Test func `too many refusals of the sender put the throttle on, and nobody is suppressed`() async throws {
        try await Totals.with(contacts: 50) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 5")
            let campaign = try await totals.run()
            try await Self.block(totals, campaign, 1...4)
            #expect(try await Self.throttles(totals) == [], "four are not five")
            try await Self.block(totals, campaign, 5...5)
            #expect(try await Self.throttles(totals) == ["1/1 level 0 for 00:10:00, 5"])
            #expect(try await totals.suppressions() == [])
            let leased = try await totals.producer().leased()
            #expect(leased.flatMap(\.lanes).map(\.isThrottled) == [true])
            let audited = try await totals.number("SELECT count(*) FROM audit WHERE action = 'lane.brake'")
            #expect(audited == 1)
        }
    }

    @Test func `a message counts once, however many reports come about it`() async throws {
        try await Totals.with(contacts: 10) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 3")
            let campaign = try await totals.run()
            try await totals.accept(campaign, Array(1...3))
            func report(_ seq: Seq, mail: Int64) async throws {
                try await totals.settle(
                    .failure(of: nil, .policy),
                    from: .bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1),
                    mail: mail
                )
            }
            for mail in 1...21 { try await report(1, mail: Int64(mail)) }
            #expect(try await Self.throttles(totals) == [], "one message")
            try await report(2, mail: 22)
            #expect(try await Self.throttles(totals) == [], "two")
            try await report(3, mail: 23)
            #expect(try await Self.throttles(totals) == ["1/1 level 0 for 00:10:00, 3"])
        }
    }

    @Test(arguments: [(BounceReason.policy, false), (.rateLimited, true)])
    func `of deferrals only those that say "too fast" count, greylisting does not`(
        row: (reason: BounceReason, isThrottled: Bool)
    ) async throws {
        try await Totals.with(contacts: 10) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 5")
            let campaign = try await totals.run()
            try await totals.claim(campaign, Array(1...10))
            try await totals.worker.record(
                (1...10).map { .fixture(campaign, $0, .deferred, text: "4.7.1 not yet", code: 451) },
                finished: [100]
            )
            try await totals.asInbound { pool in
                let finding = BounceFinding(row.reason, isPermanent: false)
                _ = try await ReplyJudgements(pool) { _, _ in finding }.judgeBatch(after: 0)
            }
            #expect(try await Self.throttles(totals).isEmpty != row.isThrottled)
        }
    }

    @Test func `a few among very many are nothing`() async throws {
        try await Totals.with(contacts: 50) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 2")
            let campaign = try await totals.run()
            try await totals.asInbound { pool in
                try await ReplyJudgements(pool) { _, _ in BounceFinding(.unknown, isPermanent: true) }.notePulse()
            }
            try await totals.superuser.execute(
                "UPDATE counters SET accepted = accepted + 1000, pending = pending - 1000 WHERE writer = 0"
            )
            try await Self.block(totals, campaign, 1...2)
            #expect(try await Self.throttles(totals) == [], "2 of 1,000 are less than a twentieth")
        }
    }

    @Test func `a throttle ends by itself, and the next one soon after is longer`() async throws {
        try await Totals.with(contacts: 50) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 2")
            let campaign = try await totals.run()
            try await Self.block(totals, campaign, 1...2)
            try await Self.block(totals, campaign, 3...4)
            #expect(try await Self.throttles(totals) == ["1/1 level 0 for 00:10:00, 2"], "what came while it was on")
            let end = "UPDATE brakes SET since = since - interval '20 minutes', until = until - interval '20 minutes'"
            let forget = "UPDATE lane_blocks SET minute = minute - interval '30 minutes'"
            try await totals.superuser.execute("\(end); \(forget)")
            #expect(try await totals.producer().leased().flatMap(\.lanes).map(\.isThrottled) == [false])
            try await Self.block(totals, campaign, 5...6)
            #expect(try await Self.throttles(totals) == ["1/1 level 1 for 00:20:00, 2"])
        }
    }

    @Test func `transactional mail goes on, and so do other accounts`() async throws {
        try await Totals.with(contacts: 50) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 2")
            let campaign = try await totals.run()
            let receipts = try await totals.run(kind: .transactional)
            try await Self.block(totals, campaign, 1...2)
            let leased = try await totals.producer().leased()
            #expect(leased.first { $0.campaign == receipts }?.lanes.map(\.isThrottled) == [false])
            #expect(leased.first { $0.campaign == campaign }?.lanes.map(\.isThrottled) == [true])
        }
    }

    @Test func `retries of a throttled lane stay where they are`() async throws {
        try await Totals.with(contacts: 50) { totals in
            try await totals.superuser.execute("UPDATE accounts SET brake_blocks = 2")
            let campaign = try await totals.run()
            try await totals.claim(campaign, [9])
            try await totals.worker.record([.fixture(campaign, 9, .deferred)], finished: [100])
            try await Self.block(totals, campaign, 1...2)
            let due = try await totals.producer().dueRetries(limit: 10, againSeconds: 60, lanes: [1])
            #expect(due.map(\.key.seq) == [])
            try await totals.superuser.execute("UPDATE brakes SET until = now()")
            let later = try await totals.producer().dueRetries(limit: 10, againSeconds: 60, lanes: [1])
            #expect(later.map(\.key.seq) == [9])
        }
    }
}
