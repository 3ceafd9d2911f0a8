import DatabaseClient
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct UserTests {
    private static let dashboard = ["VEREDUS_DASHBOARD_URL": "https://mail.example.net" as String?]

    @Test func `a link is printed once, and only its hash is stored`() async throws {
        try await Tool.with { tool in
            let added = await tool.run(
                ["user", "add", "Ann@Acme.example", "--account", "acme", "--role", "owner"],
                setting: Self.dashboard
            )
            #expect(added.status == 0, "\(added.errors)")
            #expect(added.output.hasPrefix("https://mail.example.net/reset/"))
            let token = added.output.dropFirst("https://mail.example.net/reset/".count).dropLast()
            #expect(token.count == 43)
            let hashes = try await tool.sql(
                "SELECT count(*)::text FROM password_resets WHERE length(token_hash) = 32"
            )
            #expect(hashes == ["1"])
            let audited = try await tool.sql(
                "SELECT count(*)::text FROM audit WHERE action IN ('user.add', 'user.reset')"
            )
            #expect(audited == ["2"])
            let leaked = try await tool.sql("SELECT count(*)::text FROM audit WHERE audit::text LIKE '%\(token)%'")
            #expect(leaked == ["0"])
            let list = await tool.run("user", "list", "--account", "acme")
            #expect(list.output.contains("ann@acme.example") && list.output.contains("not set yet"))
            #expect(!list.output.contains("scrypt"))
            let twice = await tool.run(
                ["user", "add", "ann@acme.example", "--role", "admin"],
                setting: Self.dashboard
            )
            #expect(twice.status == ExitStatus.badData.rawValue)
        }
    }

    @Test func `who is locked out has no session and no link left`() async throws {
        try await Tool.with { tool in
            await tool.run(["user", "add", "lea", "--role", "support"], setting: Self.dashboard)
            let connection = try await tool.database.connect()
            try await connection.execute(
                "INSERT INTO sessions (token_hash, user_id, expires_at) VALUES (sha256('x'), 1, now() + interval '1 day')"
            )
            await connection.close()
            #expect(await tool.run("user", "disable", "lea").status == 0)
            #expect(try await tool.sql("SELECT count(*)::text FROM sessions") == ["0"])
            #expect(try await tool.sql("SELECT count(*)::text FROM password_resets WHERE used_at IS NULL") == ["0"])
            let reset = await tool.run(["user", "reset", "lea"], setting: Self.dashboard)
            #expect(reset.status == ExitStatus.badData.rawValue)
            #expect(await tool.run("user", "disable", "lea").status == ExitStatus.badData.rawValue)
        }
    }

    static let refused: [(arguments: [String], because: Comment)] = [
        (["user", "add", "ann", "--role", "owner"], "an owner of which account?"),
        (["user", "add", "ann", "--account", "acme", "--role", "admin"], "staff belong to no account"),
        (["user", "add", "a b c", "--account", "acme", "--role", "owner"], "a login without blanks"),
        (["user", "add", "ann", "--account", "acme", "--role", "king"], "no such role"),
    ]

    @Test(arguments: refused) func `a role goes with its kind of person`(row: (arguments: [String], because: Comment))
        async throws
    {
        try await Tool.with { tool in
            let outcome = await tool.run(row.arguments, setting: Self.dashboard)
            #expect(outcome.status == ExitStatus.usage.rawValue, row.because)
        }
    }
}
