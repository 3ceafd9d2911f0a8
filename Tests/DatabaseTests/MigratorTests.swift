import DatabaseClient
import Foundation
import Synchronization
import TestKit
import Testing

@testable import Database

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct MigratorTests {
    static let first = Migration(version: 1, name: "a", sql: Array("CREATE TABLE a (n int); CREATE TABLE b ()".utf8))
    static let second = Migration(version: 2, name: "b", sql: Array("ALTER TABLE a ADD m int".utf8))
    static let broken = Migration(version: 2, name: "c", sql: Array("DROP TABLE b; SELECT 1/0".utf8))
    static let ending = Migration(version: 2, name: "d", sql: Array("DROP TABLE b; COMMIT".utf8))

    @Test func `the list is the folder`() throws {
        let folder = #filePath.replacing(
            "/Tests/DatabaseTests/MigratorTests.swift",
            with: "/Sources/Database/Migrations"
        )
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        let listed = Migration.all.map { migration in
            let digits = String(migration.version)
            return "V\(String(repeating: "0", count: 4 - digits.count))\(digits)_\(migration.name).sql"
        }
        #expect(listed == files)
        #expect(Migration.all.map(\.version) == Array(1...Int32(Migration.all.count)))
        for (migration, file) in zip(Migration.all, files) {
            #expect(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(file)")) == Data(migration.sql))
        }
    }

    @Test func `what is missing is applied once`() async throws {
        let owner = try await PrivateDatabase.empty().connect(.owner)
        let said = Mutex<[String]>([])
        let migrator = Migrator([Self.first])
        #expect(try await migrator.pending(on: owner) == [1])
        #expect(try await migrator.migrate(on: owner) { line in said.withLock { $0.append(line) } } == [1])
        #expect(said.withLock { $0 } == ["applied migration 1 (a)"])
        #expect(try await migrator.migrate(on: owner) == [])
        #expect(try await Migrator([Self.first, Self.second]).migrate(on: owner) == [2])
        try await owner.execute("SELECT m FROM a")
    }

    @Test func `eight programs that migrate at the same time apply each step once`() async throws {
        let database = try await PrivateDatabase.empty()
        let applied = try await withThrowingTaskGroup(of: [Int32].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let owner = try await database.connect(.owner)
                    return try await Migrator([Self.first, Self.second]).migrate(on: owner)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(applied == [1, 2])
    }

    @Test func `a program that waits for another one's migration says so`() async throws {
        let database = try await PrivateDatabase.empty()
        let other = try await database.connect(.owner)
        try await other.execute("SELECT pg_advisory_lock(\(Migrator.lockKey))")
        let (notices, notice) = AsyncStream.makeStream(of: String.self)
        let owner = try await database.connect(.owner)
        async let applied = Migrator([Self.first]).migrate(on: owner) { notice.yield($0) }
        for await line in notices {
            #expect(line.contains("waiting"))
            break
        }
        await other.close()
        #expect(try await applied == [1])
    }

    @Test func `a step that fails leaves nothing of itself, and the steps before it`() async throws {
        let database = try await PrivateDatabase.empty()
        let error = await outcome {
            try await Migrator([Self.first, Self.broken]).migrate(on: database.connect(.owner))
        }
        #expect(error?.sqlState == "22012")
        let owner = try await database.connect(.owner)
        #expect(try await Migrator([Self.first, Self.second]).pending(on: owner) == [2])
        try await owner.execute("SELECT FROM b")
    }

    @Test func `a step that ends its own transaction is refused`() async throws {
        let database = try await PrivateDatabase.empty()
        let error = await outcome {
            try await Migrator([Self.first, Self.ending]).migrate(on: database.connect(.owner))
        }
        #expect(error?.kind == .misuse)
    }

    @Test func `what does not fit is refused with what to do`() async throws {
        let database = try await PrivateDatabase.empty()
        let owner = try await database.connect(.owner)
        try await Migrator([Self.first]).migrate(on: owner)
        let edited = Migration(version: 1, name: "a", sql: Self.first.sql + Array(" ".utf8))
        let cases: [(migrations: [Migration], mismatch: Migrator.Mismatch, says: String)] = [
            ([edited], .changed(version: 1, name: "a"), "put the change into a new migration"),
            ([edited, Self.second], .changed(version: 1, name: "a"), "different text"),
            ([], .newer(schema: 1, program: 0), "Install the newer program"),
            (
                [Self.first, Self.second], .behind(schema: 1, program: 2),
                "the schema is at 1, this program needs 2. Run `veredus migrate`."
            ),
        ]
        for row in cases {
            // As a program does it at its start, with a role that owns nothing.
            let worker = try await database.connect(.worker)
            let error = await #expect(throws: Migrator.Mismatch.self) {
                try await Migrator(row.migrations).verify(on: worker)
            }
            #expect(error == row.mismatch)
            #expect(error?.description.contains(row.says) == true)
            if case .behind = row.mismatch { continue }
            let again = try await database.connect(.owner)
            await #expect(throws: row.mismatch) { try await Migrator(row.migrations).migrate(on: again) }
        }
        try await Migrator([Self.first]).verify(on: database.connect(.worker))
    }

    @Test func `an empty database is behind`() async throws {
        let worker = try await PrivateDatabase.empty().connect(.worker)
        await #expect(throws: Migrator.Mismatch.behind(schema: 0, program: 1)) {
            try await Migrator([Self.first]).verify(on: worker)
        }
    }

    @Test func `the service's own migrations fit their database`() async throws {
        try await PrivateDatabase.with { database in
            try await Migrator().verify(on: database.connect(.worker))
        }
    }
}
