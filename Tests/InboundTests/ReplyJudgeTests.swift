import Core
import Database
import DatabaseClient
import Logging
import ReturnedMail
import TestKit
import Testing

@testable import Inbound

/// The service that judges refusals during SMTP.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ReplyJudgeTests {
    /// 60 contacts of account 1, each refused for good in campaign 1 with a reply that nobody has judged.
    private static let seed = """
        INSERT INTO accounts (name) VALUES ('Test');
        INSERT INTO lists (account_id, name) VALUES (1, 'News');
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.net'
        FROM generate_series(1, 60) AS n, LATERAL (SELECT 'c' || n || '@example.net') AS t(a);
        INSERT INTO campaigns (account_id, list_id, name, state, started_at) VALUES (1, 1, 'over', 6, now());
        INSERT INTO campaigns (account_id, list_id, name, state, started_at) VALUES (1, 1, 'next', 2, now());
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state, attempt, code, reason)
        SELECT 1, contact_id, 1, contact_id, 1, 1, 4, 1, 550, 1 FROM contacts
        UNION ALL SELECT 2, contact_id, 1, contact_id, 1, 1, 0, 0, 0, 0 FROM contacts;
        INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
        SELECT 1, contact_id, 1, 1, 2, 6, 550, '5.1.1 <recipient> no such user' FROM contacts;
        """

    @Test func `several judge at once, and each refusal suppresses and recalls once`() async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(Self.seed)
            let pool = PostgresPool(settings: database.settings(role: .inbound), name: "inbound", size: 6)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        var judge = ReplyJudge(pool: pool, book: .builtIn, log: Logger(label: "test"))
                        judge.interval = .milliseconds(10)
                        try await judge.run()
                    }
                }
                let left = Statement("left", "SELECT count(*) FROM replies WHERE bounce_reason IS NULL")
                try await eventually("all are judged") { try await superuser.rows(left, []) { try $0.int64(0) } == [0] }
                group.cancelAll()
            }
            await pool.close()
            let counts = Statement(
                "counts",
                """
                SELECT count(*) FROM suppressions WHERE scope = 0 AND reason = 1
                UNION ALL SELECT count(*) FROM bounces WHERE kind = 0 AND consequence = 1
                UNION ALL SELECT count(*) FROM deliveries WHERE campaign_id = 2 AND state = 5
                UNION ALL SELECT count(*) FROM audit WHERE action = 'suppress.all'
                """
            )
            #expect(try await superuser.rows(counts) { try $0.int64(0) } == [60, 60, 60, 60])
            await superuser.close()
        }
    }
}
