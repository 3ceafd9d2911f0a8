import TestKit
import Testing

@testable import Admin

/// Files as people's programs save them, and what the tool says of a campaign before it is sent.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct CampaignFolderTests {
    @Test func `files that begin with a byte-order mark are read without it`() async throws {
        try await Tool.with { tool in
            let mark = "\u{FEFF}"
            let folder = CampaignTests.folder(
                tool,
                yaml: mark + CampaignTests.yaml + "\n",
                subject: "\(mark)Sale today\r\n",
                html: "\(mark)<p>Hi</p>{{> end}}\r\n"
            )
            tool.file("campaign/body.txt.mustache", "\(mark)Hi text\r\n")
            tool.file("campaign/partials/end.mustache", "\(mark)Bye")
            let made = await CampaignTests.create(tool, folder)
            #expect(made.status == 0, "\(made.errors)")
            let marked = try await tool.sql(
                "SELECT count(*)::text FROM campaign_versions WHERE subject || html || plain || settings ~ U&'\\FEFF'"
            )
            #expect(marked == ["0"])
        }
    }

    @Test func `a file in UTF-16 is told how to be saved`() async throws {
        try await Tool.with { tool in
            let folder = CampaignTests.folder(tool)
            tool.file("campaign/subject.mustache", bytes: [0xFF, 0xFE, 0x48, 0x00])
            let made = await CampaignTests.create(tool, folder)
            #expect(made.errors.contains("subject.mustache: in UTF-16; save it as UTF-8"), "\(made.errors)")
        }
    }

    @Test func `individual tracking without the account's consent is refused in words`() async throws {
        try await Tool.with { tool in
            let folder = CampaignTests.folder(tool, yaml: CampaignTests.yaml + "\ntracking: individual\n")
            let words = "the account has not opted in to individual tracking"
            let made = await CampaignTests.create(tool, folder)
            #expect(made.status == 65)
            #expect(made.errors.contains(words) && made.errors.contains("tracking: aggregate"), "\(made.errors)")
            #expect(!made.errors.contains("SQLSTATE"))
            let other = await CampaignTests.create(tool, CampaignTests.folder(tool, named: "other"))
            let updated = await tool.run("campaign", "update", try #require(other.json("campaign")), folder)
            #expect(updated.status == 65 && updated.errors.contains(words), "\(updated.errors)")
            await tool.run("account", "tracking", "acme", "individual", "--reason", "they asked for it")
            #expect(await CampaignTests.create(tool, folder).status == 0)
        }
    }

    @Test func `a check tells of links that are not counted, and of values that may not be meant so`() async throws {
        try await Tool.with { tool in
            await CampaignTests.fill(tool, "a@example.org,Ann/Lee\nb@example.org,Bob\n")
            let html = "<a href=\"page.html\">a</a><a href=\"https://a.example/{{name}}\">b</a>"
            await CampaignTests.create(tool, CampaignTests.folder(tool, html: html))
            let check = await tool.run("campaign", "check", "1")
            #expect(check.status == 0)
            #expect(
                check.output.contains("LINK          \"page.html\" leads nowhere from a message"),
                "\(check.output)"
            )
            #expect(check.output.contains("LINK          https://a.example/{{name}} leads straight to its target"))
            #expect(check.output.contains("field \"name\" has slashes, written %2F in a link's path"))
            #expect(check.output.contains(": 1, such as contact"))
            let json = await tool.run("campaign", "check", "1", "--json")
            #expect(json.output.contains(#"{"url":"page.html","note":"leads-nowhere"}"#), "\(json.output)")
            #expect(json.output.contains(#""field":"name","note":"slashes","count":1"#), "\(json.output)")
        }
    }

    @Test func `a column with a space is a merge field, and one that cannot be is told`() async throws {
        try await Tool.with { tool in
            let file = tool.file("c.csv", "email,First Name,Tel.,campaign_name\na@example.org,Ann,1,x\n")
            let imported = await tool.run("contacts", "import", file, "--account", "acme", "--list", "news")
            #expect(imported.status == 0)
            #expect(imported.errors.contains("messages cannot use the field \"Tel.\""), "\(imported.errors)")
            #expect(imported.errors.contains("--map tel=\"Tel.\""), "\(imported.errors)")
            #expect(
                imported.errors.contains("--map campaign_name_2=\"campaign_name\"")
                    && !imported.errors.contains("\"First Name\"")
            )
            await CampaignTests.create(
                tool,
                CampaignTests.folder(tool, subject: "Hi {{First Name}}", html: "<p>{{First Name}}</p>")
            )
            #expect(await tool.run("campaign", "check", "1").status == 0)
        }
    }
}
