import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// What the database notes for the journals, and how it takes a journal's word.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct JournalTests {
    private static let journal = "6b0f6c1e-7f3a-4d39-9b3e-1f1f4b1c2d3e"

    /// Lends a database and what a program's journal asks of it.
    private static func with(
        _ body: (Totals, _ web: JournalStore, _ admin: JournalStore, _ pools: [PostgresPool]) async throws -> Void
    ) async throws {
        try await Totals.with(contacts: 5) { totals in
            let pools = [StatementRole.web, .admin].map {
                PostgresPool(settings: totals.database.settings(role: $0), name: "journal", size: 2)
            }
            try await totals.superuser.execute("INSERT INTO key_checks VALUES ('address', 1, sha256('key'))")
            try await body(totals, JournalStore(pools[0]), JournalStore(pools[1]), pools)
            for pool in pools { await pool.close() }
        }
    }

    private static func hash(_ totals: Totals, _ contact: Int) async throws -> [UInt8] {
        try await totals.superuser.rows(
            Statement("hash-of-contact", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
            [.int64(Int64(contact))]
        ) { try $0.bytes(0) }[0]
    }

    private static func suppression(
        _ hash: [UInt8],
        _ scope: SuppressionScope = .list,
        _ reason: SuppressionReason = .unsubscribe
    ) -> Suppression { .test(hash, scope, reason, source: "a secret note") }

    private static func setStatus(_ status: MembershipStatus) -> String {
        "UPDATE list_members SET status = \(status.rawValue) WHERE contact_id = 2"
    }

    /// Changes of a right to mail, by what makes them.
    struct Way: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let act: @Sendable (Totals, [UInt8]) async throws -> Void
        /// Kind, scope, reason and whether it was taken away, of what waits then.
        let notes: [String]
    }

    static let ways: [Way] = [
        Way(
            testDescription: "an opt-out from a list",
            act: { totals, hash in _ = try await totals.admin.suppress(suppression(hash)) },
            notes: ["membership 2 0 true", "suppression 2 0 true"]
        ),
        Way(
            testDescription: "the same a second time",
            act: { totals, hash in
                for _ in 1...2 { _ = try await totals.admin.suppress(suppression(hash, .marketing)) }
            },
            notes: ["suppression 1 0 true"]
        ),
        Way(
            testDescription: "a hard bounce and a complaint",
            act: { totals, hash in
                _ = try await totals.admin.suppress(suppression(hash, .all, .hardBounce))
                _ = try await totals.admin.suppress(suppression(hash, .all, .complaint))
            },
            notes: ["suppression 0 1 true", "suppression 0 2 true"]
        ),
        Way(
            testDescription: "a removal",
            act: { totals, hash in
                _ = try await totals.admin.suppress(suppression(hash, .all, .byHand))
                _ = try await totals.admin.removeSuppressions(ofHash: hash, account: 1, scope: nil, reason: "asked")
            },
            notes: ["suppression 0 3 false"]
        ),
        Way(
            testDescription: "an erasure",
            act: { totals, hash in
                _ = try await totals.admin.erase(hash, hashKey: 1, account: 1, reason: "asked")
            },
            notes: ["membership 2 0 true", "suppression 0 4 true"]
        ),
        Way(
            testDescription: "a block of the service and its end",
            act: { totals, hash in
                _ = try await totals.admin.block(hash, key: 1, reason: "abuse")
                _ = try await totals.admin.unblock(hash, reason: "solved")
            },
            notes: ["serviceBlock 0 0 false"]
        ),
        Way(
            testDescription: "by hand in SQL",
            act: { totals, _ in
                try await totals.superuser.execute(Self.setStatus(.unsubscribed))
                try await totals.superuser.execute(Self.setStatus(.subscribed))
            },
            notes: ["membership 2 0 false"]
        ),
    ]

    @Test(arguments: ways)
    func `every change of a right to mail waits for a journal, whatever the way`(way: Way) async throws {
        try await Self.with { totals, web, _, _ in
            let hash = try await Self.hash(totals, 2)
            try await way.act(totals, hash)
            let waiting = try await web.waiting(limit: 100)
            let notes = waiting.map { "\($0.right.kind) \($0.right.scope) \($0.right.reason) \($0.isWithheld)" }
            #expect(notes.sorted() == way.notes)
            #expect(waiting.allSatisfy { $0.right.addressHash == hash && $0.keyCheck.count == 16 })
            #expect(waiting.allSatisfy { ($0.right.account == nil) == ($0.right.kind == .serviceBlock) })
            #expect(!"\(waiting)".contains("secret"), "notes of people stay in the database")
        }
    }

    @Test func `what was rolled back waits for no journal, and an import that changes nobody's right is none`()
        async throws
    {
        try await Self.with { totals, web, _, _ in
            let hash = try await Self.hash(totals, 2)
            try await totals.superuser.execute(
                """
                BEGIN; UPDATE list_members SET status = \(MembershipStatus.unsubscribed.rawValue); ROLLBACK;
                UPDATE list_members SET source = 'x'
                """
            )
            #expect(try await web.waiting(limit: 100) == [])
            _ = try await totals.admin.suppress(Self.suppression(hash))
            #expect(try await web.waiting(limit: 100).count == 2)
        }
    }

    @Test func `a change is marked by itself: one that changed again meanwhile still waits`() async throws {
        try await Self.with { totals, web, _, _ in
            let hash = try await Self.hash(totals, 2)
            _ = try await totals.admin.suppress(Self.suppression(hash, .all, .byHand))
            _ = try await totals.admin.suppress(Self.suppression(try await Self.hash(totals, 3), .all, .byHand))
            let written = try await web.waiting(limit: 100)
            _ = try await totals.admin.removeSuppressions(ofHash: hash, account: 1, scope: nil, reason: "asked")
            try await web.enter(Self.journal, named: "host/veredus-web")
            try await web.mark(written, of: Self.journal, after: 0, batch: 1)
            let left = try await web.waiting(limit: 100)
            #expect(left.map(\.right.addressHash) == [hash])
            #expect(left.map(\.isWithheld) == [false])
            #expect(try await web.sight(of: Self.journal).batch == 1)
            // A database that was put back knows an older batch: what lies between must not be skipped.
            try await totals.superuser.execute("UPDATE journals SET batch = 0")
            try await web.mark(left, of: Self.journal, after: 1, batch: 2)
            #expect(try await web.sight(of: Self.journal).batch == 0)
        }
    }

    @Test func `a journal brings back what the database lacks, with the recall, and says what it did`() async throws {
        try await Self.with { totals, web, _, _ in
            let campaign = try await totals.run()
            let (left, erased, blocked) = (
                try await Self.hash(totals, 2), try await Self.hash(totals, 3), try await Self.hash(totals, 4)
            )
            // What is noted in one database is replayed in the same one, put back by hand to what it was.
            _ = try await totals.admin.suppress(Self.suppression(left))
            _ = try await totals.admin.erase(erased, hashKey: 1, account: 1, reason: "asked")
            _ = try await totals.admin.block(blocked, key: 1, reason: "abuse")
            let journal = try await web.waiting(limit: 100)
            try await totals.superuser.execute(
                """
                ALTER TABLE suppressions DISABLE TRIGGER USER; ALTER TABLE list_members DISABLE TRIGGER USER;
                ALTER TABLE service_blocks DISABLE TRIGGER USER;
                DELETE FROM suppressions; DELETE FROM service_blocks; DELETE FROM mail_rights;
                UPDATE list_members SET status = \(MembershipStatus.subscribed.rawValue);
                UPDATE contacts SET status = \(ContactStatus.active.rawValue), address = 'c3@example.net' WHERE contact_id = 3;
                UPDATE deliveries SET state = \(DeliveryState.pending.rawValue), reason = \(DeliveryReason.none.rawValue);
                ALTER TABLE suppressions ENABLE TRIGGER USER; ALTER TABLE list_members ENABLE TRIGGER USER;
                ALTER TABLE service_blocks ENABLE TRIGGER USER;
                """
            )
            let report = try await web.replay(journal, from: "host/veredus-web", newestGeneration: 0)
            #expect(report.withheld + report.known == journal.count)
            #expect(report.erased == 1 && report.recalled == 3 && report.unknown == 0)
            for seq in 2...4 as ClosedRange<Int32> {
                #expect(try await totals.state(campaign, seq) == .suppressed, "\(seq)")
            }
            #expect(try await totals.state(campaign, 1) == .pending, "who asked for nothing is left alone")
            #expect(
                try await totals.number(
                    "SELECT count(*) FROM contacts WHERE status = \(ContactStatus.erased.rawValue) AND address = ''"
                ) == 1
            )
            #expect(try await totals.number("SELECT status::int8 FROM list_members WHERE contact_id = 2") == 1)
            #expect(try await totals.number("SELECT count(*) FROM service_blocks") == 1)
            #expect(
                try await web.replay(journal, from: "host/veredus-web", newestGeneration: 0).known == journal.count,
                "once is enough"
            )
        }
    }

    @Test func `what is newer than the journal's word stays`() async throws {
        try await Self.with { totals, web, admin, _ in
            let hash = try await Self.hash(totals, 2)
            _ = try await totals.admin.suppress(Self.suppression(hash, .all, .byHand))
            let old = try await web.waiting(limit: 100)
            _ = try await totals.admin.removeSuppressions(ofHash: hash, account: 1, scope: nil, reason: "asked")
            #expect(try await admin.replay(old, from: "host/veredus-web", newestGeneration: 0).known == 1)
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 0, "nobody is suppressed unasked")
        }
    }

    @Test func `a program gives no right back by itself: the operator does, unless it was taken away again`()
        async throws
    {
        try await Self.with { totals, web, _, _ in
            var hashes: [[UInt8]] = []
            for contact in 2...3 {
                hashes.append(try await Self.hash(totals, contact))
                _ = try await totals.admin.suppress(Self.suppression(hashes[contact - 2], .all, .byHand))
            }
            let lifted = try await web.waiting(limit: 100).map { entry in
                JournalEntry(
                    right: entry.right,
                    stamp: RightStamp(generation: 0, event: 1_000 + entry.stamp.event),
                    isWithheld: false,
                    keyCheck: entry.keyCheck
                )
            }
            #expect(try await web.replay(lifted, from: "host/veredus-web", newestGeneration: 0).waiting == 2)
            #expect(
                try await web.replay(lifted, from: "host/veredus-web", newestGeneration: 0).known == 2,
                "it waits already"
            )
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 2)
            // From now on changes are newer: one of the two opts out again.
            _ = try await totals.admin.suppress(Self.suppression(hashes[1], .all, .byHand))
            #expect(try await totals.admin.endReplay(forgetting: []) == 1)
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 1)
        }
    }

    @Test func `what the database does not know is counted, and another key's hashes are refused`() async throws {
        try await Self.with { totals, web, _, _ in
            _ = try await totals.admin.suppress(Self.suppression(try await Self.hash(totals, 2)))
            let journal = try await web.waiting(limit: 100)
            try await totals.superuser.execute(
                "UPDATE lists SET list_uuid = gen_random_uuid(); DELETE FROM mail_rights"
            )
            #expect(try await web.replay(journal, from: "host/veredus-web", newestGeneration: 0).unknown == 2)
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 1)
            try await web.check([.init(number: 1, check: journal[0].keyCheck), .init(number: 3, check: "")])
            await #expect(throws: ForeignAddressKey.self) {
                try await web.check([
                    .init(number: 1, check: "0011223344556677"), .init(number: 2, check: journal[0].keyCheck),
                ])
            }
        }
    }

    @Test func `numbers that were given away are not given away again, and the next campaign has a partition`()
        async throws
    {
        try await Self.with { totals, web, _, _ in
            #expect(try await web.sight(of: Self.journal).numbers.contact == 5)
            try await web.raise(HighestNumbers(campaign: 5_999, list: 7, account: 3, contact: 800))
            try await web.raise(HighestNumbers(campaign: 10, list: 1, account: 1, contact: 1))
            let campaign = try await totals.run()
            #expect(campaign == 6_000)
            #expect(try await totals.state(campaign, 1) == .pending)
            await #expect(throws: PostgresError.self) {
                try await web.raise(HighestNumbers(campaign: .max, list: 1, account: 1, contact: 1))
            }
        }
    }

    @Test func `of two changes of one right the one that commits last has the higher number`() async throws {
        try await Self.with { totals, web, _, _ in
            let hash = try await Self.hash(totals, 2)
            _ = try await totals.admin.suppress(Self.suppression(hash, .all, .byHand))
            let other = try await totals.database.connect(.admin)
            try await other.execute("BEGIN; SET LOCAL veredus.account = '1'; DELETE FROM suppressions")
            async let again = totals.admin.suppress(Self.suppression(hash, .all, .byHand))
            try await waitForLock(totals)
            try await other.execute("COMMIT")
            await other.close()
            _ = try await again
            let waiting = try await web.waiting(limit: 10)
            #expect(waiting.map(\.isWithheld) == [true], "the second no came last")
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 1)
        }
    }

    @Test func `whoever opted out by a lost message is not mailed when they are imported again`() async throws {
        try await Self.with { totals, _, _, _ in
            try await totals.superuser.execute(
                """
                INSERT INTO lost_opt_outs (account_id, mark)
                SELECT 1, substr(address_hash, 1, 8) FROM contacts WHERE contact_id = 3
                """
            )
            let marketing = try await totals.run()
            #expect(try await totals.state(marketing, 3) == .suppressed)
            #expect(try await totals.state(marketing, 2) == .pending)
            let receipts = try await totals.run(kind: .transactional)
            #expect(try await totals.state(receipts, 3) == .pending)
        }
    }

    private func waitForLock(_ totals: Totals) async throws {
        let statement = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while try await totals.number(statement) == 0 { await Task.yield() }
    }
}
