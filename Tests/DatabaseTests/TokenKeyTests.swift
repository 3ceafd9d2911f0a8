import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// A number of a token key stands for one key, whichever program names it first.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct TokenKeyTests {
    private static func checks(_ keys: [UInt8: UInt8]) throws -> [KeyCheck] {
        let ring = try KeyRing(
            keys: keys.sorted { $0.key < $1.key }.map {
                TokenKey(id: $0.key, secret: [UInt8](repeating: $0.value, count: 32))
            },
            signing: try #require(keys.keys.min()),
            identity: AddressHashKey(secret: [UInt8](repeating: 9, count: 32))
        )
        return ring.checks
    }

    @Test func `the first program notes a key, and every one refuses another under its number`() async throws {
        try await PrivateDatabase.with { database in
            for role in [StatementRole.worker, .web, .inbound, .admin] {
                let connection = try await database.connect(role)
                try await connection.assertTokenKeys(Self.checks([1: 0xA1, 2: 0xA2]))
                try await connection.assertTokenKeys(Self.checks([1: 0xA1]))
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.assertTokenKeys(Self.checks([1: 0xA1, 2: 0xFF]))
                }
                #expect(error?.isTransient == false)
                let words = "\(try #require(error))"
                #expect(words.contains("key 2 is not the key that signs tokens under this number"), "\(words)")
                #expect(words.contains("Set the same key 2 for every program"), "\(words)")
                #expect(!words.contains("ffff"), "no secret")
                await connection.close()
            }
            let superuser = try await database.connect()
            let noted = try await superuser.rows(
                Statement("noted-keys", "SELECT purpose || ' ' || key_version FROM key_checks ORDER BY 1")
            ) { try $0.text(0) }
            #expect(noted == ["token 1", "token 2"], "what was refused is not noted")
            await superuser.close()
        }
    }

    @Test func `of programs that start at once with different keys one is refused`() async throws {
        try await PrivateDatabase.with { database in
            for number in UInt8(1)...10 {
                let refused = await withTaskGroup(of: Bool.self) { group in
                    for secret in UInt8(1)...2 {
                        group.addTask {
                            do {
                                let connection = try await database.connect(.worker)
                                defer { Task { await connection.close() } }
                                try await connection.assertTokenKeys(Self.checks([number: secret]))
                                return false
                            } catch {
                                return true
                            }
                        }
                    }
                    return await group.reduce(0) { $1 ? $0 + 1 : $0 }
                }
                #expect(refused == 1)
            }
        }
    }

    static let intrusions: [(role: StatementRole, sql: String, because: Comment)] = [
        (.recorder, "SELECT note_token_key(1::smallint, sha256('x'))", "the recorder has no keys"),
        (.producer, "SELECT note_token_key(1::smallint, sha256('x'))", "nor has the producer"),
        (.web, "INSERT INTO key_checks (purpose, key_version, check_value) VALUES ('address', 9, 'x')", "hashes"),
        (.worker, "UPDATE key_checks SET check_value = 'x'", "what is noted stays"),
        (.web, "SELECT note_token_key(0::smallint, sha256('x'))", "no number of a key"),
        (.web, "SELECT note_token_key(256::smallint, sha256('x'))", "no number of a key"),
        (.web, "SELECT note_token_key(1::smallint, 'x')", "no check value"),
    ]

    @Test(arguments: intrusions)
    func `nobody notes what is not theirs`(row: (role: StatementRole, sql: String, because: Comment)) async throws {
        try await PrivateDatabase.with { database in
            let connection = try await database.connect(row.role)
            await #expect(throws: PostgresError.self, row.because) { try await connection.execute(row.sql) }
            await connection.close()
        }
    }
}
