import Core
import Database
import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ClaimTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let says: Verdict
        let because: Comment
        /// Done as superuser before; `@` stands for the campaign.
        var before = ""
        var request = ClaimRequest.fixture(0, 1)

        var testDescription: String { because.rawValue }
    }

    static let deferred =
        "UPDATE deliveries SET state = \(DeliveryState.deferred.sql), attempt = 1 WHERE campaign_id = @ AND seq = 1;"
    static let retry = "INSERT INTO retries SELECT campaign_id, seq, account_id, lane_id, "
    static let ofRow = " FROM deliveries WHERE campaign_id = @ AND seq = 1"

    static let cases: [Case] = [
        Case(says: .claimed, because: "pending"),
        Case(
            says: .claimed,
            because: "deferred and due",
            before: deferred + retry + "now(), now()" + ofRow,
            request: .fixture(0, 1, attempt: 1)
        ),
        Case(
            says: .claimed,
            because: "a retry has no generation: its row says whether it is due",
            before: deferred + retry + "now(), now()" + ofRow,
            request: .fixture(0, 1, generation: 9, attempt: 1)
        ),
        Case(
            says: .notDue,
            because: "deferred until later",
            before: deferred + retry + "now() + interval '1 hour', now()" + ofRow,
            request: .fixture(0, 1, attempt: 1)
        ),
        Case(
            says: .final,
            because: "being sent",
            before: "UPDATE deliveries SET state = \(DeliveryState.sending.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .final,
            because: "accepted",
            before: "UPDATE deliveries SET state = \(DeliveryState.accepted.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .final,
            because: "suppressed",
            before: "UPDATE deliveries SET state = \(DeliveryState.suppressed.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .final,
            because: "dead",
            before: "UPDATE deliveries SET state = \(DeliveryState.dead.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .paused,
            because: "paused",
            before: "UPDATE campaigns SET state = \(CampaignState.paused.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .held,
            because: "cancelling",
            before: "UPDATE campaigns SET state = \(CampaignState.cancelling.sql) WHERE campaign_id = @"
        ),
        Case(
            says: .held,
            because: "cancelled",
            before: "UPDATE campaigns SET state = \(CampaignState.cancelled.sql) WHERE campaign_id = @"
        ),
        Case(says: .held, because: "expired", before: "UPDATE campaigns SET expires_at = now() WHERE campaign_id = @"),
        Case(
            says: .oldGeneration,
            because: "published before the lane was published anew",
            before: "UPDATE campaign_lanes SET generation = 2 WHERE campaign_id = @"
        ),
        Case(
            says: .oldGeneration,
            because: "of a generation that this database never had",
            request: .fixture(0, 1, generation: 3)
        ),
        Case(says: .changed, because: "the contact has a new version", before: "UPDATE contacts SET version = 2"),
        Case(
            says: .changed,
            because: "the contact was erased",
            before: "UPDATE contacts SET status = \(ContactStatus.erased.sql)"
        ),
        Case(says: .changed, because: "an attempt was made since", request: .fixture(0, 1, attempt: 1)),
        Case(says: .unknown, because: "no such recipient", request: .fixture(0, 99)),
        Case(says: .leaseLost, because: "the worker's lease is over", before: "UPDATE workers SET alive_until = now()"),
        Case(says: .leaseLost, because: "the worker was given up and forgotten", before: "DELETE FROM workers"),
    ]

    @Test(arguments: cases)
    func `every job gets a verdict, and only a claimed row is marked`(row: Case) async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(row.before.replacing("@", with: "\(campaign)"))
            let before = try await totals.recount(campaign)
            let request = ClaimRequest(
                key: DeliveryKey(campaign: campaign, seq: row.request.key.seq),
                generation: row.request.generation,
                contactVersion: row.request.contactVersion,
                attempt: row.request.attempt
            )
            #expect(try await totals.worker.claim([request], token: 55, workerRun: 1) == [row.says], row.because)
            let marked = try await totals.number(
                """
                SELECT count(*) FROM deliveries d JOIN claims k ON k.token = d.token AND k.campaign_id = d.campaign_id
                WHERE d.campaign_id = \(campaign) AND d.seq = 1 AND d.state = \(DeliveryState.sending.sql)
                  AND d.token = 55 AND k.seqs = '{1}'
                  AND k.incarnation = 1 AND d.attempt = \(row.request.attempt + 1)
                """
            )
            #expect(marked == (row.says == .claimed ? 1 : 0), row.because)
            let after = try await totals.recount(campaign, row.because)
            if row.says != .claimed { #expect(after == before, row.because) }
        }
    }

    @Test func `verdicts come in the order of the jobs, of several campaigns too`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let (first, second) = (try await totals.run(), try await totals.run())
            try await totals.superuser.execute(
                "UPDATE campaigns SET state = \(CampaignState.paused.sql) WHERE campaign_id = \(first)"
            )
            let requests: [ClaimRequest] = [
                .fixture(second, 3), .fixture(99, 1), .fixture(first, 2), .fixture(second, 1), .fixture(second, 9),
            ]
            let verdicts = try await totals.worker.claim(requests, token: 5, workerRun: 1)
            #expect(verdicts == [.claimed, .unknown, .paused, .claimed, .unknown])
            #expect(try await totals.number("SELECT count(*) FROM claims WHERE seqs = '{1,3}'") == 1)
        }
    }

    @Test func `a row whose retry was made anew while the claim waited is not marked`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            let both = (Self.deferred + Self.retry + "now(), now()" + Self.ofRow)
                .replacing(" AND seq = 1", with: "").replacing("@", with: "\(campaign)")
            try await totals.superuser.execute(both)
            // The claim's snapshot is older than the new retry: it waits for row 1 meanwhile.
            let holder = try await totals.database.connect()
            try await holder.execute("BEGIN; SELECT FROM deliveries WHERE seq = 1 FOR UPDATE")
            async let verdicts = totals.worker.claim(
                [
                    ClaimRequest.fixture(campaign, 1, attempt: 1), ClaimRequest.fixture(campaign, 2, attempt: 1),
                ],
                token: 5,
                workerRun: 1
            )
            try await eventually("the claim waits") { try await totals.number(Self.waiting) > 0 }
            let retry = (Self.retry + "now(), now()" + Self.ofRow).replacing("seq = 1", with: "seq = 2")
            try await totals.superuser.execute(
                "DELETE FROM retries WHERE seq = 2; \(retry.replacing("@", with: "\(campaign)"))"
            )
            try await holder.execute("COMMIT")
            await holder.close()
            #expect(try await verdicts == [.claimed, .notDue])
            #expect(try await totals.recount(campaign) == [.sending: 1, .deferred: 1])
        }
    }

    private static let waiting = """
        SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        """

    @Test func `a row that was suppressed while the claim waited for it is not marked`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            let holder = try await totals.database.connect()
            let suppressed = DeliveryState.suppressed.sql
            try await holder.execute("BEGIN; UPDATE deliveries SET state = \(suppressed) WHERE seq = 1")
            async let verdicts = totals.claim(campaign, [1, 2], token: 5)
            try await eventually("the claim waits") { try await totals.number(Self.waiting) > 0 }
            try await holder.execute("COMMIT")
            await holder.close()
            #expect(try await verdicts == [.final, .claimed])
            #expect(try await totals.recount(campaign) == [.suppressed: 1, .sending: 1])
        }
    }

    @Test func `pending rows and retries of one campaign are claimed together, and swept together`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                (Self.deferred + Self.retry + "now(), now()" + Self.ofRow).replacing("@", with: "\(campaign)")
            )
            let requests: [ClaimRequest] = [
                .fixture(campaign, 3), .fixture(campaign, 1, attempt: 1), .fixture(campaign, 2),
            ]
            let verdicts = try await totals.worker.claim(requests, token: 5, workerRun: 1)
            #expect(verdicts == [.claimed, .claimed, .claimed])
            let swept = "SELECT count(*) FROM claims WHERE token = 5 AND seqs @> '{1,2,3}' AND cardinality(seqs) = 3"
            #expect(try await totals.number(swept) == 1)
        }
    }

    @Test func `neighbours of two lanes are claimed together, each by its lane's generation`() async throws {
        try await Totals.with(contacts: 6) { totals in
            try await totals.superuser.execute(
                """
                INSERT INTO lanes VALUES (2, 'slow');
                INSERT INTO lane_domains VALUES ('slow.example', 2);
                UPDATE contacts SET domain = 'slow.example' WHERE contact_id > 3;
                """
            )
            let campaign = try await totals.run()
            #expect(try await totals.claim(campaign, [2, 3, 4, 5]) == [.claimed, .claimed, .claimed, .claimed])
            try await totals.superuser.execute("UPDATE campaign_lanes SET generation = 2 WHERE lane_id = 2")
            let requests: [ClaimRequest] = [.fixture(campaign, 1), .fixture(campaign, 6)]
            let verdicts = try await totals.worker.claim(requests, token: 5, workerRun: 1)
            #expect(verdicts == [.claimed, .oldGeneration])
            #expect(try await totals.recount(campaign) == [.sending: 5, .pending: 1])
        }
    }

    @Test func `of several jobs for one recipient in one claim, one is claimed: the newest`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                "UPDATE campaign_lanes SET generation = 2 WHERE campaign_id = \(campaign)"
            )
            let requests: [ClaimRequest] = [
                .fixture(campaign, 1, generation: 1), .fixture(campaign, 1, generation: 2),
                .fixture(campaign, 2, generation: 2), .fixture(campaign, 1, generation: 2),
            ]
            let verdicts = try await totals.worker.claim(requests, token: 5, workerRun: 1)
            #expect(verdicts == [.final, .claimed, .claimed, .final])
            #expect(try await totals.recount(campaign) == [.sending: 2])
        }
    }

    @Test func `twenty claimers in random order mark each row once, and none waits in a circle`() async throws {
        try await Totals.with(contacts: 200) { totals in
            let campaign = try await totals.run()
            let marked = try await withThrowingTaskGroup(of: [Seq].self) { group in
                for claimer in 1...20 {
                    group.addTask {
                        var marked: [Seq] = []
                        for (round, seqs) in (1...200).map(Seq.init).shuffled().chunks(of: 40).enumerated() {
                            let token = ClaimToken(claimer * 1_000 + round)
                            let verdicts = try await totals.claim(campaign, seqs, token: token)
                            marked += zip(seqs, verdicts).filter { $0.1 == .claimed }.map(\.0)
                        }
                        return marked
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(marked.sorted() == (1...200).map(Seq.init))
            #expect(try await totals.recount(campaign) == [.sending: 200])
        }
    }
}

extension Array {
    fileprivate func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min(count, $0 + size)]) }
    }
}
