import Core
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct APIKeyCommandTests {
    @Test func `a key is shown once, listed without its secret, and revoked`() async throws {
        try await Tool.with { tool in
            let made = await tool.run(
                "api-key",
                "create",
                "--account",
                "acme",
                "--scope",
                "campaigns:read,contacts:read",
                "--scope",
                "campaigns:read",
                "the shop",
                "--json"
            )
            #expect(made.status == 0, "\(made.errors)")
            let key = try #require(made.json("key").flatMap { APIKey($0) })
            #expect(made.output.contains(#""scopes":["campaigns:read","contacts:read"]"#))
            let listed = await tool.run("api-key", "list", "--account", "acme")
            #expect(listed.output.contains(key.prefix))
            #expect(listed.output.contains("the shop"))
            #expect(!(listed.output + listed.errors).contains(key.text.suffix(48)))
            let revoked = await tool.run("api-key", "revoke", "--account", "acme", key.text, "--reason", "lost")
            #expect(revoked.status == 0)
            #expect(!revoked.output.contains(key.text.suffix(48)), "the whole key may be given, and is not repeated")
            #expect(await tool.run("api-key", "revoke", "--account", "acme", key.prefix).status == 65)
            #expect(await tool.run("api-key", "list", "--account", "acme").output.contains("revoked"))
            let log = try await tool.sql(
                "SELECT action || ' ' || subject || ': ' || reason FROM audit ORDER BY audit_id"
            )
            #expect(
                log.suffix(2) == [
                    "api-key.create \(key.prefix): the shop: campaigns:read, contacts:read",
                    "api-key.revoke \(key.prefix): lost",
                ]
            )
        }
    }

    static let refused: [(arguments: [String], status: Int32, says: String, because: Comment)] = [
        (["create", "--account", "acme", "x"], 64, "--scope", "what it opens is missing"),
        (["create", "--account", "acme", "--scope", "all", "x"], 64, "scopes are campaigns:read", "no such scope"),
        (["create", "--account", "acme", "--scope", ",", "x"], 64, "at least", "none"),
        (["create", "--account", "acme", "--scope", "campaigns:read", " x"], 65, "visible characters", "a blank"),
        (
            ["create", "--account", "acme", "--scope", "campaigns:read", "--expires", "2020-01-01T00:00:00Z", "x"], 64,
            "not a future time", "it would open nothing"
        ),
        (["revoke", "--account", "acme", "vrd_00000000"], 65, "veredus api-key list", "no active key"),
        (["list", "--account", "nobody"], 65, "no account named", "no such account"),
    ]

    @Test func `what cannot be done is said, with its exit code`() async throws {
        try await Tool.with { tool in
            for row in Self.refused {
                let outcome = await tool.run(["api-key"] + row.arguments)
                #expect(outcome.status == row.status, row.because)
                #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
            }
        }
    }
}
