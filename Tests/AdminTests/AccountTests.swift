import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct AccountTests {
    @Test func `what was made is shown`() async throws {
        try await Tool.with { tool in
            let made = await tool.run("account", "create", "Umbrella Ünion", "--json")
            #expect(made.status == 0)
            #expect(made.json("account") == "2")
            let shown = await tool.run("account", "show", "Umbrella Ünion", "--json")
            #expect(shown.json("name") == "Umbrella Ünion")
            #expect(shown.json("contacts") == "0")
            #expect(await tool.run("account", "list").output.contains("Umbrella Ünion"))
            #expect(await tool.run("list", "list", "--account", "acme", "--json").json("name") == "news")
        }
    }

    static let refused: [(arguments: [String], status: Int32, says: String, because: Comment)] = [
        (["account", "create", "acme"], 65, "named \"acme\" already", "a name is taken once"),
        (["account", "create", ""], 65, "1 to 200 visible characters", "an empty name"),
        (["account", "create", "a\u{202E}b"], 65, "visible characters", "a name that turns the line around"),
        (["account", "show", "nobody"], 65, "veredus account list", "no such account"),
        (
            ["list", "create", "--account", "acme", "news"], 65, "has a list named",
            "a name is taken once in an account"
        ),
        (["list", "create", "--account", "nobody", "news"], 65, "no account named", "no such account"),
        (["list", "create", "news"], 64, "--account", "the account is missing"),
        (["lane", "create", "Slow", "--domains", "a.example"], 65, "lower-case", "the schema's rule"),
        (["lane", "create", "slow", "--domains", "a.example,-b"], 65, "\"-b\" is not a domain", "no domain"),
        (["lane", "create", "slow", "--domains", ""], 65, "is not a domain", "none at all"),
        (["lane", "create", "default", "--domains", "a.example"], 65, "named default already", "it is there"),
        (["acount", "list"], 64, "acount", "no such command"),
        (["campaign", "report", "0"], 64, "1 or more", "campaigns are numbered from 1"),
        (["campaign", "report", "7"], 65, "no campaign 7", "no such campaign"),
    ]

    @Test func `what cannot be done is said, with its exit code`() async throws {
        try await Tool.with { tool in
            for row in Self.refused {
                let outcome = await tool.run(row.arguments)
                #expect(outcome.status == row.status, row.because)
                #expect(outcome.errors.hasPrefix("veredus: "), row.because)
                #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
                #expect(outcome.output == "", row.because)
            }
        }
    }

    @Test func `a lane takes its domains in their normal form, each once`() async throws {
        try await Tool.with { tool in
            let made = await tool.run(
                "lane",
                "create",
                "slow",
                "--domains",
                "Gmail.COM, bücher.example,gmail.com",
                "--json"
            )
            #expect(made.status == 0)
            #expect(made.output.contains(#""domains":["gmail.com","xn--bcher-kva.example"]"#))
            let again = await tool.run("lane", "create", "other", "--domains", "gmail.com")
            #expect(again.status == 65)
            #expect(again.errors.contains("gmail.com already belongs to lane slow"))
            let lanes = try await tool.sql("SELECT name FROM lanes ORDER BY lane_id")
            #expect(lanes == ["default", "slow"])
        }
    }

    @Test func `every change stands in the audit log with who made it`() async throws {
        try await Tool.with { tool in
            let rows = try await tool.sql(
                "SELECT action || ' ' || subject || ' ' || (actor <> '') FROM audit ORDER BY audit_id"
            )
            #expect(rows == ["account.create acme true", "list.create news true"])
        }
    }

    static let troubles: [(settings: [String: String?], status: Int32, says: String, because: Comment)] = [
        (["VEREDUS_DATABASE_URL": nil], 78, "VEREDUS_DATABASE_URL: is not set", "nothing is guessed"),
        (["VEREDUS_DATABASE_URL": "mysql://x"], 78, "postgresql://", "another database"),
        (["VEREDUS_DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x?sslmode=disable"], 69, "127.0.0.1", "nobody listens"),
    ]

    @Test func `a database that cannot be used is told from one that is missing`() async throws {
        try await Tool.with { tool in
            for row in Self.troubles {
                let outcome = await tool.run(["account", "list"], setting: row.settings)
                #expect(outcome.status == row.status, row.because)
                #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
            }
            let wrong = tool.database.url(role: .admin).replacing("test-only", with: "guess")
            #expect(await tool.run(["account", "list"], setting: ["VEREDUS_DATABASE_URL": wrong]).status == 77)
            let owner = tool.database.url(role: .owner)
            let outcome = await tool.run(["account", "list"], setting: ["VEREDUS_DATABASE_URL": owner])
            #expect(outcome.status == 77, "a role that can see past the walls is refused")
            #expect(outcome.errors.contains("bypass row level security"))
        }
    }

    @Test func `help and exit codes go to standard output`() async throws {
        try await Tool.with { tool in
            for arguments in [["help", "exit-codes"], ["exit-codes"], ["--help"], ["contacts", "import", "--help"]] {
                let outcome = await tool.run(arguments)
                #expect(outcome.status == 0)
                #expect(outcome.errors == "")
                #expect(!outcome.output.isEmpty)
            }
            #expect(await tool.run("help", "exit-codes").output.contains("78  a setting is missing or wrong"))
            #expect(await tool.run("--generate-completion-script", "bash").output.contains("veredus"))
        }
    }
}

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct MigrateTests {
    @Test func `an empty database is brought up to date, and a second run has nothing to do`() async throws {
        try await Tool.withEmptyDatabase { tool in
            let before = await tool.run("account", "list")
            #expect(before.status == 78)
            #expect(before.errors.contains("veredus migrate"))
            let owner: [String: String?] = ["VEREDUS_OWNER_URL": tool.database.url(role: .owner)]
            let first = await tool.run(["migrate", "--json"], setting: owner)
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.output.contains(#""applied":[1"#))
            let second = await tool.run(["migrate", "--json"], setting: owner)
            #expect(second.output == #"{"applied":[],"partitions":0}"# + "\n")
            #expect(await tool.run("account", "list").status == 0)
        }
    }

    @Test func `a program's role may not migrate`() async throws {
        try await Tool.withEmptyDatabase { tool in
            let outcome = await tool.run("migrate")
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("VEREDUS_OWNER_URL"))
        }
    }
}
