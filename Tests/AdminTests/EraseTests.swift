import TestKit
import Testing

@testable import Admin

/// `veredus contacts erase`: nothing readable stays, and nothing brings the person back.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct EraseTests {
    @Test func `an erasure leaves no address behind, and outlives an import, a removal and a repetition`() async throws
    {
        try await Tool.with { tool in
            let file = tool.file("c.csv", "email,name\nada@example.org,Ada\nbob@example.org,Bob\n")
            await tool.run("contacts", "import", file, "--account", "acme", "--list", "news")
            let unsaid = await tool.run(
                "contacts",
                "erase",
                "Ada@Example.org",
                "--account",
                "acme",
                "--reason",
                "asked"
            )
            #expect(unsaid.status == 0 && unsaid.errors.contains("nothing was changed"))
            let erased = await tool.run(
                "contacts",
                "erase",
                "Ada@Example.org",
                "--account",
                "acme",
                "--reason",
                "asked",
                "--yes"
            )
            #expect(erased.status == 0, "\(erased.errors)")
            #expect(erased.output.hasPrefix("erased: 0 queued messages recalled"))
            for text in ["ada@", "Ada"] {
                let found = try await tool.sql(
                    """
                    SELECT (SELECT count(*) FROM contacts c WHERE c::text LIKE '%\(text)%')
                         + (SELECT count(*) FROM suppressions s WHERE s::text LIKE '%\(text)%')
                         + (SELECT count(*) FROM audit a WHERE a.action = 'contacts.erase' AND a::text LIKE '%\(text)%')
                    """ + " || ''"
                )
                #expect(found == ["0"], "\(text) can be read still")
            }
            await tool.run("contacts", "import", file, "--account", "acme", "--list", "news")
            #expect(try await tool.sql("SELECT count(*)::text FROM contacts WHERE status = 0") == ["1"])
            let back = await tool.run(
                "suppressions",
                "remove",
                "ada@example.org",
                "--account",
                "acme",
                "--reason",
                "asked again",
                "--yes"
            )
            #expect(back.status != 0 && back.errors.contains("stays suppressed"))
            let again = await tool.run(
                "contacts",
                "erase",
                "ada@example.org",
                "--account",
                "acme",
                "--reason",
                "asked",
                "--yes",
                "--json"
            )
            #expect(again.json("contacts") == "0")
        }
    }
}
