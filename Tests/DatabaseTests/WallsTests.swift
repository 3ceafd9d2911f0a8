import DatabaseClient
import TestKit
import Testing

/// What an account, and the role that serves accounts, cannot reach.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct WallsTests {
    static let counted = Statement("walls-counted", "SELECT count(*) FROM contacts")

    @Test func `without an account set nothing is seen, with one its own rows only`() async throws {
        try await Totals.with(contacts: 3) { totals in
            try await totals.superuser.execute(Self.otherAccount)
            let admin = try await totals.database.connect(.admin)
            #expect(try await admin.rows(Self.counted) { try $0.int64(0) } == [0])
            try await admin.execute("SET veredus.account = '2'")
            #expect(try await admin.rows(Self.counted) { try $0.int64(0) } == [1])
            await admin.close()
        }
    }

    static let intrusions: [(sql: String, because: Comment)] = [
        (
            "INSERT INTO list_members (list_id, contact_id, account_id, source) VALUES (1, 1, 2, 'x')",
            "the list is another account's: its campaigns would mail who never subscribed"
        ),
        (
            "INSERT INTO campaigns (account_id, list_id, name) VALUES (2, 1, 'x')",
            "the list's name would stand in messages of another account"
        ),
        (
            "INSERT INTO list_members (list_id, contact_id, account_id, source) VALUES (2, 4, 1, 'x')",
            "the row would be another account's"
        ),
        ("UPDATE deliveries SET token = 1", "the admin tool marks nothing"),
        ("SELECT make_delivery_partitions()", "no program makes tables"),
    ]

    @Test(arguments: intrusions)
    func `an account cannot reach into another one`(row: (sql: String, because: Comment)) async throws {
        try await Totals.with(contacts: 3) { totals in
            try await totals.superuser.execute(Self.otherAccount)
            let admin = try await totals.database.connect(.admin)
            try await admin.execute("SET veredus.account = '2'")
            await #expect(throws: PostgresError.self, row.because) { try await admin.execute(row.sql) }
            await admin.close()
        }
    }

    @Test func `a temporary table does not take the place of the audit log`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let before = try await totals.number("SELECT count(*) FROM public.audit")
            let admin = try await totals.database.connect(.admin)
            try await admin.execute(
                """
                CREATE TEMP TABLE audit (audit_id bigint PRIMARY KEY, at timestamptz, actor text, account_id int,
                    action text, subject text, reason text, hash bytea);
                GRANT ALL ON audit TO PUBLIC;
                SELECT write_audit('somebody', NULL, 'look', 'a contact', 'curious');
                """
            )
            await admin.close()
            #expect(try await totals.number("SELECT count(*) FROM public.audit") == before + 1)
        }
    }

    private static let otherAccount = """
        INSERT INTO accounts (name) VALUES ('Other');
        INSERT INTO lists (account_id, name) VALUES (2, 'Theirs');
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        VALUES (2, 'o@example.org', 'o@example.org', 1, sha256('o'), 1, 'example.org');
        """
}
