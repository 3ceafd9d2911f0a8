import DatabaseClient
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct ExportTests {
    private static func fill(_ tool: Tool, _ text: String) async {
        await tool.run(
            "contacts",
            "import",
            tool.file("c.csv", text),
            "--account",
            "acme",
            "--list",
            "news",
            "--source",
            "fair"
        )
    }

    @Test func `an export has every field, and no cell that a spreadsheet would run`() async throws {
        try await Tool.with { tool in
            await Self.fill(
                tool,
                "email,name,phone\na@example.org,\"=HYPERLINK(\"\"x\"\")\",+49 89\nb@example.org,\"B \"\"b\"\"\",@x\n"
            )
            let outcome = await tool.run(
                "contacts",
                "export",
                "--account",
                "acme",
                "--list",
                "news",
                "--reason",
                "asked"
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = outcome.output.split(separator: "\r\n").map { String($0) }
            let own = #""veredus:status","veredus:source","veredus:consented_at""#
            #expect(lines[0] == #""email",\#(own),"name","phone","veredus:attributes_json""#)
            #expect(lines[1].hasPrefix(#""a@example.org","subscribed","fair","20"#))
            #expect(lines[1].contains(#","'=HYPERLINK(""x"")","'+49 89","{"#))
            #expect(lines[2].contains(#","B ""b""","'@x","{"#))
            #expect(lines.count == 3)
        }
    }

    @Test func `an export comes back as it was, without those who were unsubscribed`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool, "email,name\n=a+1@example.org,=1+1\nb@example.org,B\n")
            await tool.run(
                [
                    "suppressions", "add", "b@example.org", "--account", "acme", "--scope", "list", "--list", "news",
                    "--reason",
                    "x",
                ]
            )
            let export = await tool.run("contacts", "export", "--account", "acme", "--list", "news")
            let file = tool.file("export.csv", export.output)
            await tool.run("list", "create", "--account", "acme", "other")
            let back = await tool.run("contacts", "import", file, "--account", "acme", "--list", "other")
            #expect(back.status == 0, "\(back.errors)")
            let contacts = try await tool.sql(
                "SELECT address || ' ' || attributes::text FROM contacts ORDER BY address_key"
            )
            #expect(contacts == [#"=a+1@example.org {"name": "=1+1"}"#, #"b@example.org {"name": "B"}"#])
            let members = try await tool.sql("SELECT contact_id::text FROM list_members WHERE list_id = 2")
            #expect(members.count == 1, "who was unsubscribed is not subscribed elsewhere")
        }
    }

    @Test func `an export goes by pages, past those who were erased`() async throws {
        try await Tool.with { tool in
            let rows = (1...2_500).map { "c\($0)@example.org" }.joined(separator: "\n")
            await Self.fill(tool, "email\n\(rows)\n")
            _ = try await tool.sql(
                """
                UPDATE contacts SET address = '', address_key = 'erased:' || contact_id, status = 1
                WHERE address = 'c7@example.org' RETURNING '1'
                """
            )
            let outcome = await tool.run("contacts", "export", "--account", "acme", "--list", "news", "--json")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.count == 2_499)
            #expect(Set(lines).count == 2_499)
            #expect(outcome.errors.contains("2,499 contacts"))
        }
    }

    @Test func `each look stands in the audit log with its reason and without an address`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool, "email\na@example.org\n")
            await tool.run("contacts", "export", "--account", "acme", "--list", "news", "--reason", "court order 7")
            await tool.run("contacts", "show", "a@example.org", "--account", "acme", "--reason", "ticket 8")
            let rows = try await tool.sql(
                "SELECT action || '|' || subject || '|' || reason FROM audit WHERE action ~ 'export|show' ORDER BY audit_id"
            )
            #expect(rows == ["contacts.export|list 1|court order 7", "contacts.show|contact 1|ticket 8"])
            let leaks = try await tool.sql("SELECT count(*)::text FROM audit WHERE subject || reason LIKE '%@%'")
            #expect(leaks == ["0"])
        }
    }

    @Test func `one account's contacts are not another's`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool, "email\na@example.org\n")
            await tool.run("account", "create", "other")
            let shown = await tool.run("contacts", "show", "a@example.org", "--account", "other")
            #expect(shown.status == 65)
            #expect(await tool.run("contacts", "export", "--account", "other", "--list", "news").status == 65)
            // The wall is the database's: without a chosen account its role sees nothing at all.
            let connection = try await tool.database.connect(.admin)
            let seen = try await connection.rows(.init("seen", "SELECT count(*) FROM contacts")) { try $0.int64(0) }
            #expect(seen == [0])
            await connection.close()
        }
    }

    @Test func `show tells of fields, lists, suppressions and deliveries`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool, "email,name\na@example.org,Ann\n")
            await tool.run(
                "suppressions",
                "add",
                "a@example.org",
                "--account",
                "acme",
                "--scope",
                "all",
                "--reason",
                "asked"
            )
            let shown = await tool.run("contacts", "show", "A@EXAMPLE.ORG", "--account", "acme")
            #expect(shown.output.contains("contact 1: a@example.org"))
            #expect(shown.output.contains(#"{"name": "Ann"}"#))
            #expect(shown.output.contains("list news: subscribed"))
            #expect(shown.output.contains("suppressed: all, by-hand (asked)"))
        }
    }
}
