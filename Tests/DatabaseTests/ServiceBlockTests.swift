import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Whom the service blocks nobody mails, whichever account asks.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ServiceBlockTests {
    private static func hash(_ books: Books, _ contact: Int) async throws -> [UInt8] {
        try await books.superuser.rows(
            Statement("hash-of-contact", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
            [.int64(Int64(contact))]
        ) { try $0.bytes(0) }[0]
    }

    @Test func `a block recalls what is queued, of all accounts and kinds, and a later freeze leaves it out`()
        async throws
    {
        try await Books.with(contacts: 3) { books in
            let marketing = try await books.run()
            let receipts = try await books.run(kind: .transactional)
            try await books.claim(receipts, [2])
            try await books.claim(marketing, [2])
            try await books.worker.record([.fixture(marketing, 2, .deferred)], finished: [100])
            // The same person at another account: its campaign, its contact.
            try await books.superuser.execute(
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
            let receipt = try await books.admin.block(try await Self.hash(books, 2), key: 1, reason: "abuse")
            #expect(receipt.recalled == 2, "the deferred one here, the pending one there")
            #expect(receipt.alreadyOnTheirWay == 1)
            #expect(try await books.state(marketing, 2) == .suppressed)
            #expect(try await books.state(receipts, 2) == .sending)
            #expect(try await books.state(3, 1) == .suppressed)
            #expect(try await books.state(marketing, 1) == .pending)
            try await books.recount(marketing)
            let again = try await books.admin.block(try await Self.hash(books, 2), key: 1, reason: "abuse")
            #expect(!again.isNew && again.recalled == 0)

            let next = try await books.run(kind: .transactional)
            #expect(try await books.state(next, 2) == .suppressed, "the freeze's second look")
            #expect(try await books.suppressions() == [], "no account learns of it")
        }
    }

    @Test func `a freeze waits for a block that is under way, and sees it`() async throws {
        try await Books.with(contacts: 3) { books in
            let campaign = try await books.start()
            let hash = try await Self.hash(books, 2)
            let other = try await books.database.connect(.admin)
            try await other.execute("BEGIN")
            _ = try await other.rows(
                Statement("block", "SELECT recalled FROM block_address(1::smallint, $1::bytea, 'abuse', 'test')"),
                [.bytes(hash)]
            ) { try $0.int32(0) }
            async let frozen = books.freezer().freeze(campaign) { _ in [] }
            let waits = """
                SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'
                """
            try await eventually("the freeze waits") { try await books.number(waits) > 0 }
            try await other.execute("COMMIT")
            #expect(try await frozen?.optedOut == 1)
            #expect(try await books.state(campaign, 2) == .suppressed)
            await other.close()
        }
    }

    @Test func `who is blocked is not sent again by a reopen`() async throws {
        try await Books.with(contacts: 3) { books in
            let campaign = try await books.run()
            try await books.claim(campaign, [2])
            try await books.worker.record([.fixture(campaign, 2, .uncertain)], finished: [100])
            _ = try await books.admin.block(try await Self.hash(books, 2), key: 1, reason: "abuse")
            let receipt = try await books.admin.reopen(
                [2],
                of: campaign,
                account: Books.account,
                from: [.uncertain],
                reason: "test"
            )
            #expect(receipt == ReopenReceipt(reopened: 0, optedOut: 1))
        }
    }
}
