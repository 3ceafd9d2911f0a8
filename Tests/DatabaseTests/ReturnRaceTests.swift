import Database
import DatabaseClient
import TestKit
import Testing

@testable import Core

/// What comes back races with claims: nobody is marked after it has suppressed them, and nobody waits in a circle.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(3)))
struct ReturnRaceTests {
    private static let recipients = 300

    @Test func `no mark commits after a bounce, and locks are taken in one order`() async throws {
        try await Totals.with(contacts: Self.recipients) { totals in
            let seqs = (1...Self.recipients).map(Seq.init)
            let first = try await totals.run()
            try await totals.claim(first, seqs)
            try await totals.worker.record(seqs.map { .fixture(first, $0, .uncertain) }, finished: [100])
            let second = try await totals.run()
            try await totals.superuser.execute(ConsentRaceTests.oracle)
            let bounced = Array(seqs.shuffled().prefix(Self.recipients / 2))
            try await withThrowingTaskGroup(of: Void.self) { work in
                for claimer in 1...4 { work.addTask { try await claimAll(totals, first, second, claimer: claimer) } }
                for part in [bounced.prefix(50), bounced[50..<100], bounced.dropFirst(100)] {
                    work.addTask { try await bounce(totals, first, Array(part)) }
                }
                try await work.waitForAll()
            }
            let counts = try await totals.recount(first)
            #expect(counts == [.failed: Self.recipients / 2, .uncertain: Self.recipients - Self.recipients / 2])
            let later = try await totals.recount(second)
            #expect(later[.pending] == nil && (later[.suppressed] ?? 0) > 0, "or nothing raced")
            let unknownToThem = try await totals.number(
                """
                SELECT count(*) FROM deliveries d JOIN contacts c USING (contact_id)
                JOIN suppressions s ON s.address_hash = c.address_hash
                WHERE d.campaign_id = \(second) AND d.state <> 5 AND NOT d.recalled
                """
            )
            #expect(unknownToThem == 0, "whoever bounced is recalled, or known to be on the way")
        }
    }

    /// Claims every row of the second campaign, in batches with stale jobs of the first one.
    private func claimAll(_ totals: Totals, _ first: CampaignID, _ second: CampaignID, claimer: Int) async throws {
        let all = (1...Self.recipients).map(Seq.init).shuffled()
        for start in stride(from: 0, to: all.count, by: 10) {
            let part = all[start..<min(all.count, start + 10)]
            let requests = part.flatMap { seq -> [ClaimRequest] in
                [.fixture(second, seq), .fixture(first, seq, attempt: 1)]
            }
            _ = try await totals.worker.claim(
                requests.shuffled(),
                token: ClaimToken(claimer * 1_000_000 + start + 1),
                workerRun: 1
            )
        }
    }

    private func bounce(_ totals: Totals, _ campaign: CampaignID, _ seqs: [Seq]) async throws {
        try await totals.asInbound { pool in
            for seq in seqs {
                let mail = ReturnedMail(
                    mail: Int64(seq),
                    receivedAt: 0,
                    report: .failure(of: nil, .mailboxUnknown),
                    origin: .bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1)
                )
                _ = try await pool.withConnection { connection in
                    try await connection.transaction { try $0.settle(mail) }
                }
            }
        }
    }
}
