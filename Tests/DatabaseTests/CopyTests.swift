import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct CopyTests {
    struct SourceEnded: Error {}
    static let sql = "COPY t FROM STDIN"

    @Test func `chunks cut anywhere are copied`() async throws {
        let connection = try await table(of: 1)
        let text = (2...20_000).map { "\($0)\n" }.joined().utf8
        let copied = try await connection.transaction { connection in
            var rest = text[...]
            return try connection.copyIn(Self.sql) {
                guard !rest.isEmpty else { return nil }
                defer { rest = rest.dropFirst(777) }
                return Array(rest.prefix(777))
            }
        }
        #expect(copied == 19_999)
        #expect(try await connection.count() == 20_000)
    }

    @Test func `nothing to copy is no rows`() async throws {
        let connection = try await table(of: 1)
        #expect(try await connection.transaction { try $0.copyIn(Self.sql) { nil } } == 0)
    }

    @Test func `a row that is refused undoes all of them and its text is not told`() async throws {
        let connection = try await table(of: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in
                var chunks = ["2\n3\n", "ada@example.org\n", "4\n"]
                return try connection.copyIn(Self.sql) { chunks.isEmpty ? nil : Array(chunks.removeFirst().utf8) }
            }
        }
        #expect(error?.sqlState == "22P02")
        #expect(error?.description.contains("ada") == false)
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 1)
    }

    @Test func `a source that fails half-way takes the copy back`() async throws {
        let connection = try await table(of: 1)
        await #expect(throws: SourceEnded.self) {
            try await connection.transaction { connection in
                var chunks = ["2\n", "3\n"]
                return try connection.copyIn(Self.sql) {
                    guard !chunks.isEmpty else { throw SourceEnded() }
                    return Array(chunks.removeFirst().utf8)
                }
            }
        }
        #expect(await connection.isUsable)
        #expect(try await connection.count() == 1)
    }

    static let notCopies: [(sql: String, kind: PostgresError.Kind)] = [
        ("COPY nowhere FROM STDIN", .other),
        ("SELECT 1", .misuse),
        ("INSERT INTO t VALUES (1)", .uniqueViolation),
    ]

    @Test(arguments: notCopies.indices)
    func `a command that copies nothing in is refused and the connection goes on`(index: Int) async throws {
        let connection = try await table(of: 1)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { try $0.copyIn(Self.notCopies[index].sql) { nil } }
        }
        #expect(error?.kind == Self.notCopies[index].kind)
        #expect(await connection.isUsable)
    }

    @Test func `a COPY where none is expected does not leave the connection waiting`() async throws {
        let connection = try await table(of: 1)
        await #expect(throws: PostgresError.self) { try await connection.execute(Self.sql) }
        #expect(try await connection.count() == 1)
    }
}
