import Core
import Database
import DatabaseClient
import Foundation
import Glibc
import Logging
import TestKit
import Testing

@testable import Bootstrap

/// A program's journal and its database: what is answered, what a kill leaves, what a restore forgets.
@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct JournalWriterTests {
    private struct Stage {
        let database: PrivateDatabase
        let superuser: PostgresConnection
        let pool: PostgresPool
        let adminPool: PostgresPool
        let folder: JournalFolder
        var admin: AccountDatabase { AccountDatabase(pool: adminPool, actor: "test") }

        func writer(_ program: String = "veredus-web", in path: String? = nil) throws -> JournalWriter {
            try #require(
                JournalWriter(
                    pool: pool,
                    state: StateSettings(machineFolder: path ?? folder.path, instance: nil),
                    program: program,
                    log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                )
            )
        }

        func suppress(_ contact: Int) async throws {
            _ = try await admin.suppress(.test(try await hash(contact), .all, .byHand))
        }

        func hash(_ contact: Int) async throws -> [UInt8] {
            try await superuser.rows(
                Statement("hash-of", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
                [.int64(Int64(contact))]
            ) { try $0.bytes(0) }[0]
        }

        func number(_ sql: String) async throws -> Int64 {
            try await superuser.rows(Statement("n-\(sql.hashValue)", sql)) { try $0.int64(0) }[0]
        }

        /// What a restored dump knows: nothing of what came since.
        func forget() async throws {
            try await superuser.execute(
                """
                ALTER TABLE suppressions DISABLE TRIGGER USER;
                DELETE FROM suppressions; DELETE FROM mail_rights; UPDATE journals SET batch = 0, answered = 0;
                ALTER TABLE suppressions ENABLE TRIGGER USER;
                """
            )
        }
    }

    private func with(in path: String? = nil, _ body: (Stage) async throws -> Void) async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(
                """
                INSERT INTO accounts (name) VALUES ('Test');
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.net'
                FROM generate_series(1, 9) AS n, LATERAL (SELECT 'c' || n || '@example.net') AS t(a);
                """
            )
            let stage = Stage(
                database: database,
                superuser: superuser,
                pool: PostgresPool(settings: database.settings(role: .web), name: "journal", size: 2),
                adminPool: PostgresPool(settings: database.settings(role: .admin), name: "admin", size: 2),
                folder: path.map { JournalFolder(path: $0) } ?? JournalFolder()
            )
            try await body(stage)
            if path == nil { stage.folder.remove() }
            await stage.pool.close()
            await stage.adminPool.close()
            await superuser.close()
        }
    }

    @Test func `what was committed before a flush is on the disk after it, and many share one write`() async throws {
        try await with { stage in
            let writer = try stage.writer()
            try await writer.begin()
            try await withThrowingTaskGroup { tasks in
                for contact in 1...9 {
                    tasks.addTask {
                        try await stage.suppress(contact)
                        await writer.flush()
                        var index = JournalIndex()
                        _ = try JournalFile.index(of: stage.folder.journal, into: &index)
                        return index.rights
                    }
                }
                for try await rights in tasks { #expect(rights >= 1) }
            }
            var index = JournalIndex()
            _ = try JournalFile.index(of: stage.folder.journal, into: &index)
            #expect(index.rights == 9)
            #expect(index.lastBatch <= 9)
        }
    }

    @Test func `killed between commit and journal, the next start writes what was committed, and suppresses no other`()
        async throws
    {
        try await with { stage in
            do {
                let writer = try stage.writer()
                try await writer.begin()
                try await stage.suppress(1)
                await writer.flush()
                // Killed here: 1 is written and not marked, 2 is committed and not written.
                try await stage.suppress(2)
            }
            #expect(try await stage.number("SELECT count(*) FROM mail_rights WHERE NOT is_journalled") == 2)
            let next = try stage.writer()
            try await next.begin()
            #expect(try await stage.number("SELECT (journal_ahead = '')::int::int8 FROM installation") == 1)
            await next.poll()
            #expect(try await stage.number("SELECT count(*) FROM mail_rights WHERE NOT is_journalled") == 0)
            var index = JournalIndex()
            _ = try JournalFile.index(of: stage.folder.journal, into: &index)
            #expect(index.rights == 2)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 2)
        }
    }

    @Test
    func `a restored database gets back what it lacks before the program is ready, and is refused by those that send`()
        async throws
    {
        try await with { stage in
            do {
                let writer = try stage.writer()
                try await writer.begin()
                for contact in 1...3 { try await stage.suppress(contact) }
                await writer.poll()
            }
            try await stage.forget()
            let next = try stage.writer()
            try await next.begin()
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 3)
            let stored = try await InstallationStore(stage.pool).read()
            #expect(stored.stored.journalAhead.hasSuffix("/veredus-web"))
            #expect(RestoredDatabaseFound.judge(stored.stored, on: stored.server, []) != nil)
            let journal = try #require(await stage.admin.journals().first)
            #expect(journal.replayed == 3 && journal.unknown == 0)
            #expect(try await stage.number("SELECT journal_generation FROM installation") == 1)
        }
    }

    @Test func `a database that is put back under a running program gets back what it lacks within a tick`()
        async throws
    {
        try await with { stage in
            let writer = try stage.writer()
            try await writer.begin()
            for contact in 1...3 { try await stage.suppress(contact) }
            await writer.poll()
            try await stage.forget()
            try await stage.suppress(4)
            await writer.flush()
            await writer.poll()
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 4)
        }
    }

    @Test func `a journal of another address key reports nothing, however often it is asked`() async throws {
        try await with { stage in
            try await stage.superuser.execute("INSERT INTO key_checks VALUES ('address', 1, sha256('key'))")
            do {
                let writer = try stage.writer()
                try await writer.begin()
                for contact in 1...3 { try await stage.suppress(contact) }
                await writer.poll()
            }
            try await stage.forget()
            try await stage.superuser.execute("UPDATE key_checks SET check_value = sha256('another key')")
            let writer = try stage.writer()
            try await writer.begin()
            let before = try stage.folder.bytes()
            try await stage.suppress(4)
            await writer.flush()
            let call = try await stage.admin.callJournals()
            for _ in 1...3 { await writer.poll() }
            let journal = try #require(await stage.admin.journals().first)
            #expect(journal.answered != call && !journal.trouble.isEmpty)
            #expect(try await stage.number("SELECT batch FROM journals") == 0)
            #expect(try await stage.number("SELECT count(*) FROM mail_rights WHERE NOT is_journalled") == 1)
            #expect(try stage.folder.bytes() == before)
        }
    }

    @Test func `a file that was put back itself goes on above what the database has seen of it`() async throws {
        try await with { stage in
            var old = Data()
            do {
                let writer = try stage.writer()
                try await writer.begin()
                old = try stage.folder.bytes()
                for contact in 1...3 {
                    try await stage.suppress(contact)
                    await writer.flush()
                }
                await writer.poll()
            }
            try old.write(to: URL(filePath: stage.folder.journal))
            let seen = try await stage.number("SELECT batch FROM journals")
            do {
                let writer = try stage.writer()
                try await writer.begin()
                try await stage.suppress(4)
                await writer.flush()
                await writer.poll()
            }
            try await stage.forget()
            // As in a backup of that moment.
            try await stage.superuser.execute("UPDATE journals SET batch = \(seen)")
            try await stage.writer().begin()
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 1)
        }
    }

    @Test func `a journal answers whoever adopts the database, and one that does not is named`() async throws {
        try await with { stage in
            let (web, inbound) = (try stage.writer(), try stage.writer("veredus-inbound"))
            for writer in [web, inbound] { try await writer.begin() }
            let call = try await stage.admin.callJournals()
            #expect(try await stage.admin.callJournals() == call, "one call until it is adopted")
            await web.poll()
            let silent = try await stage.admin.journals().filter { $0.answered != call }
            #expect(silent.map { $0.name.split(separator: "/").last } == ["veredus-inbound"])
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "a volume is mounted: that needs root"))
    func `with a full disk an opt-out stands and is answered, and the alarm is raised until it is written`()
        async throws
    {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        try await with(in: disk.path) { stage in
            let writer = try stage.writer()
            try await writer.begin()
            disk.fill()
            // What is left of the last page has room for a few.
            for contact in 1...9 {
                for _ in 1...5 { try await stage.suppress(contact) }
                await writer.flush()
                await writer.poll()
                for _ in 1...5 {
                    try await stage.superuser.execute("UPDATE suppressions SET repeated_at = now()")
                    await writer.flush()
                }
            }
            #expect(try await stage.admin.journals().map(\.trouble).first?.contains("No space") == true)
            #expect(try await stage.admin.waitForJournal(.milliseconds(200)) > 0)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 9)
            disk.empty()
            await writer.poll()
            await writer.poll()
            #expect(try await stage.admin.journals().map(\.trouble) == [""])
            #expect(try await stage.admin.waitForJournal(.milliseconds(200)) == 0)
        }
    }

    @Test(.enabled(if: SmallDisk.isPossible, "a volume is mounted: that needs root"))
    func `with room again the alarm ends, although another program wrote what waited`() async throws {
        let disk = try SmallDisk()
        defer { disk.unmount() }
        let elsewhere = JournalFolder()
        defer { elsewhere.remove() }
        try await with(in: disk.path) { stage in
            let writer = try stage.writer()
            let other = try stage.writer("veredus-inbound", in: elsewhere.path)
            try await writer.begin()
            try await other.begin()
            await writer.poll()
            disk.fill()
            for _ in 1...100 {
                for contact in 1...9 { try await stage.suppress(contact) }
                try await stage.superuser.execute("UPDATE suppressions SET repeated_at = now()")
                await writer.flush()
                await other.poll()
            }
            let full = try await stage.admin.journals().map(\.trouble)
            #expect(full.contains { $0.contains("No space") } && full.contains(""))
            disk.empty()
            await writer.poll()
            #expect(try await stage.admin.journals().map(\.trouble) == ["", ""])
        }
    }

    @Test func `a start ends the alarm that an earlier process raised`() async throws {
        try await with { stage in
            do {
                let writer = try stage.writer()
                try await writer.begin()
                await writer.poll()
            }
            let id = try #require(await stage.admin.journals().first?.id)
            try await JournalStore(stage.pool, deadline: .seconds(3)).note(trouble: "cannot be written", of: id)
            let writer = try stage.writer()
            try await writer.begin()
            await writer.poll()
            #expect(try await stage.admin.journals().map(\.trouble) == [""])
        }
    }

    @Test func `a new database takes the journal as soon as it knows the key`() async throws {
        try await with { stage in
            try await stage.superuser.execute("INSERT INTO key_checks VALUES ('address', 1, sha256('key'))")
            do {
                let writer = try stage.writer()
                try await writer.begin()
                for contact in 1...3 { try await stage.suppress(contact) }
                await writer.poll()
            }
            try await stage.forget()
            try await stage.superuser.execute("DELETE FROM key_checks")
            let writer = try stage.writer()
            try await writer.begin()
            await writer.poll()
            #expect(try await stage.admin.journals().first?.trouble.isEmpty == false)
            try await stage.superuser.execute("INSERT INTO key_checks VALUES ('address', 1, sha256('key'))")
            await writer.poll()
            #expect(try await stage.admin.journals().map(\.trouble) == [""])
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 3)
        }
    }
}
