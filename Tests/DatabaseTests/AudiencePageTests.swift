import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// What a page of a long list costs: a start reads some of them, spread over the list.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct AudiencePageTests {
    private static let rows: Int32 = 100

    @Test func `a page reads its own rows, also where the statistics are from before the import`() async throws {
        try await Totals.with(contacts: 200) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                """
                ANALYZE contacts, list_members, suppressions;
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT 1, a, a, 1, sha256(a::bytea), 1, 'example.net'
                FROM generate_series(1, 20000) n, format('p%s@example.net', n) a;
                INSERT INTO list_members (list_id, contact_id, account_id, source)
                SELECT 1, contact_id, 1, 'test' FROM contacts ON CONFLICT DO NOTHING;
                INSERT INTO suppressions (account_id, key_version, address_hash, scope, reason)
                SELECT 1, 1, address_hash, \(SuppressionScope.all.rawValue), \(SuppressionReason.unsubscribe.rawValue)
                FROM contacts
                """
            )
            let (page, suppressed, read) = try await totals.admin.transaction(account: Totals.account) { connection in
                let page = try connection.audience(of: campaign, after: 10_000, limit: Self.rows)
                let suppressed = try connection.countSuppressed(
                    page.map(\.id),
                    account: Totals.account,
                    list: 1,
                    kind: .marketing
                )
                return (page, suppressed, try connection.rows(Self.tuplesRead) { try $0.int64(0) }[0])
            }
            #expect(page.map(\.id) == Array(10_001...10_100))
            #expect(suppressed == Int(Self.rows))
            #expect(read <= 10 * Int64(Self.rows), "members, contacts and suppressions, and the campaign beside each")
        }
    }

    /// In the transaction under way.
    private static let tuplesRead = Statement(
        "tuples-read",
        "SELECT sum(seq_tup_read + COALESCE(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables"
    )
}
