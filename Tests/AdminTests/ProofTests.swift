import DatabaseClient
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct ProofTests {
    @Test func `a contact's card shows what the recipient has said and taken back`() async throws {
        try await Tool.withFixture { tool in
            let connection = try await tool.database.connect()
            try await connection.execute(
                """
                INSERT INTO opt_out_proofs (account_id, campaign_id, seq, address_hash, way, action, list_id, is_new,
                                            recalled, on_their_way, undoes)
                SELECT 1, 1, 5, address_hash, w.way, w.action, 1, true, w.recalled, 0, w.undoes
                FROM contacts, (VALUES (0, 0, 3, NULL), (1, 2, 0, 1)) AS w(way, action, recalled, undoes)
                WHERE contact_id = 5 ORDER BY w.action
                """
            )
            await connection.close()
            let line = ["contacts", "show", "c5@example.org", "--account", "acme"]
            let shown = await tool.run(line)
            #expect(
                shown.output.contains("proof 1: list 1 by one-click, campaign 1 message 5, 3 recalled, 0 in flight")
            )
            #expect(shown.output.contains("proof 2: undo of 1 by page, campaign 1 message 5"))
            let json = await tool.run(line + ["--json"])
            #expect(json.output.contains(#""opt_outs":[{"proof":1,"at":""#))
            #expect(json.output.contains(#""undoes":1,"source":"""#))
            #expect(json.output.contains(#""way":"page","action":"undo","list":1"#))
            let other = await tool.run("contacts", "show", "c4@example.org", "--account", "acme", "--json")
            #expect(other.output.contains(#""opt_outs":[]"#))
        }
    }

    @Test func `what is added and imported by hand is proved, and what bounced elsewhere is none`() async throws {
        try await Tool.with { tool in
            let add = ["suppressions", "add", "ada@example.org", "--account", "acme", "--reason", "by phone"]
            for _ in 1...2 { #expect(await tool.run(add).status == 0) }
            let file = tool.file(
                "s.csv",
                "email,scope,reason,source\nada@example.org,all,unsubscribe,old system\nbob@example.org,all,hard-bounce,old\n"
            )
            for _ in 1...2 {
                let line = ["suppressions", "import", file, "--account", "acme", "--reason", "moved"]
                #expect(await tool.run(line).status == 0)
            }
            let shown = await tool.run("contacts", "show", "ada@example.org", "--account", "acme")
            let proofs = shown.output.split(separator: "\n").filter { $0.hasPrefix("proof ") }
            #expect(proofs.count == 2, "\(shown.output)")
            #expect(proofs.first?.contains(#"marketing by cli, "by phone", 0 recalled"#) == true)
            #expect(proofs.last?.contains(#"all by import, "old system", 0 recalled"#) == true)
            let bob = await tool.run("contacts", "show", "bob@example.org", "--account", "acme", "--json")
            #expect(bob.output.contains(#""opt_outs":[]"#))
        }
    }

    @Test func `an account is given the name that recipients know`() async throws {
        try await Tool.with { tool in
            #expect(await tool.run("account", "name", "acme", "Acme & Söhne").status == 0)
            let named = try await tool.sql("SELECT display_name FROM accounts WHERE name = 'acme'")
            #expect(named == ["Acme & Söhne"])
            #expect(await tool.run("account", "name", "acme", "two\nlines").status == 65)
            #expect(await tool.run("account", "name", "nobody", "x").status == 65)
            #expect(await tool.run("account", "name", "acme", "").status == 0)
            let audited = try await tool.sql("SELECT count(*)::text FROM audit WHERE action = 'account.name'")
            #expect(audited == ["2"])
        }
    }
}
