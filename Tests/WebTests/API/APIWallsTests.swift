import DatabaseClient
import HTTPTypes
import TestKit
import Testing

@testable import Web

/// What the database itself keeps from the web side, whatever its code forgets.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APIWallsTests {
    static let denied: [(role: StatementRole, sql: String, because: Comment)] = [
        (.web, "SELECT hash FROM api_keys", "keys are looked up by their hash alone"),
        (.admin, "SELECT * FROM api_key_by_hash('')", "the tool lets nobody in"),
        (.worker, "SELECT * FROM api_key_by_hash('')", "nor does a worker"),
        (.web, "UPDATE campaigns SET account_id = 2", "a campaign stays where it is"),
        (.web, "UPDATE contacts SET status = 0", "an erased contact stays erased"),
        (.web, "DELETE FROM suppressions", "a no stays a no"),
        (.web, "INSERT INTO campaigns (account_id, list_id, name) VALUES (1, 2, 'x')", "the list is another account's"),
        (.web, "INSERT INTO lists (account_id, name) VALUES (2, 'x')", "the row would be another account's"),
    ]

    @Test func `what the API never does is not possible`() async throws {
        try await APIFixture.with { fixture in
            for row in Self.denied {
                let connection = try await fixture.database.connect(row.role)
                try await connection.execute("SET veredus.account = '1'")
                await #expect(throws: PostgresError.self, row.because) { try await connection.execute(row.sql) }
                await connection.close()
            }
        }
    }

    @Test func `without an account set nothing is seen, with one its own rows only`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(1)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign, [.unchecked("Idempotency-Key"): "k"])
            _ = try await fixture.send(.post, "/suppressions", #"{"email": "x@example.org", "note": "asked"}"#)
            let connection = try await fixture.database.connect(.web)
            let tables = ["contacts", "lists", "list_members", "campaigns", "campaign_versions", "suppressions"]
            for table in tables + ["idempotency_keys", "accounts"] {
                let count = Statement("count-\(table)", "SELECT count(*) FROM \(table)")
                for (account, seen) in [("", false), ("2", table == "lists" || table == "accounts"), ("1", true)] {
                    try await connection.execute("SET veredus.account = '\(account)'")
                    let rows = try await connection.rows(count) { try $0.int64(0) }
                    #expect(rows == [seen ? 1 : 0], "\(table) of account \(account)")
                }
            }
            await connection.close()
        }
    }
}
