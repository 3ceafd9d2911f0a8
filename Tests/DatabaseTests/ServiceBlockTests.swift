import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Whom the service blocks nobody mails, whichever account asks.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ServiceBlockTests {
    private static func hash(_ totals: Totals, _ contact: Int) async throws -> [UInt8] {
        try await totals.superuser.rows(
            Statement("hash-of-contact", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
            [.int64(Int64(contact))]
        ) { try $0.bytes(0) }[0]
    }

    @Test func `a block recalls what is queued, of all accounts and kinds, and a later freeze leaves it out`()
        async throws
    {
        try await Totals.with(contacts: 3) { totals in
            let marketing = try await totals.run()
            let receipts = try await totals.run(kind: .transactional)
            try await totals.claim(receipts, [2])
            try await totals.claim(marketing, [2])
            try await totals.worker.record([.fixture(marketing, 2, .deferred)], finished: [100])
            // The same person at another account: its campaign, its contact.
            try await totals.superuser.execute(
                """
                INSERT INTO accounts (name) VALUES ('Other');
                INSERT INTO lists (account_id, name) VALUES (2, 'Theirs');
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT 2, address, address_key, 1, address_hash, 1, domain FROM contacts WHERE contact_id = 2;
                INSERT INTO campaigns (account_id, list_id, name, state) VALUES (2, 2, 'theirs', 2);
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
                SELECT 3, 1, 2, max(contact_id), 2, 1 FROM contacts;
                """
            )
            let receipt = try await totals.admin.block(try await Self.hash(totals, 2), key: 1, reason: "abuse")
            #expect(receipt.recalled == 2, "the deferred one here, the pending one there")
            #expect(receipt.alreadyOnTheirWay == 1)
            #expect(try await totals.state(marketing, 2) == .suppressed)
            #expect(try await totals.state(receipts, 2) == .sending)
            #expect(try await totals.state(3, 1) == .suppressed)
            #expect(try await totals.state(marketing, 1) == .pending)
            try await totals.recount(marketing)
            let again = try await totals.admin.block(try await Self.hash(totals, 2), key: 1, reason: "abuse")
            #expect(!again.isNew && again.recalled == 0)

            let next = try await totals.run(kind: .transactional)
            #expect(try await totals.state(next, 2) == .suppressed, "the freeze's second look")
            #expect(try await totals.suppressions() == [], "no account learns of it")
        }
    }

    @Test func `a freeze waits for a block that is under way, and sees it`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.start()
            let hash = try await Self.hash(totals, 2)
            let other = try await totals.database.connect(.admin)
            try await other.execute("BEGIN")
            _ = try await other.rows(
                Statement("block", "SELECT recalled FROM block_address(1::smallint, $1::bytea, 'abuse', 'test')"),
                [.bytes(hash)]
            ) { try $0.int32(0) }
            async let frozen = totals.freezer().freeze(campaign) { _ in [] }
            let waits = """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'
                """
            try await eventually("the freeze waits") { try await totals.number(waits) > 0 }
            try await other.execute("COMMIT")
            #expect(try await frozen?.optedOut == 1)
            #expect(try await totals.state(campaign, 2) == .suppressed)
            await other.close()
        }
    }

    @Test func `who is blocked is not sent again by a reopen`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [2])
            try await totals.worker.record([.fixture(campaign, 2, .uncertain)], finished: [100])
            _ = try await totals.admin.block(try await Self.hash(totals, 2), key: 1, reason: "abuse")
            let receipt = try await totals.admin.reopen(
                [2],
                of: campaign,
                account: Totals.account,
                from: [.uncertain],
                reason: "test"
            )
            #expect(receipt == ReopenReceipt(reopened: 0, optedOut: 1))
        }
    }
}
