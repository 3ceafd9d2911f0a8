import Core
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct ImportTests {
    @discardableResult
    private static func importing(_ tool: Tool, _ file: String, _ more: String...) async -> Tool.Outcome {
        await tool.run(["contacts", "import", file, "--account", "acme", "--list", "news", "--json"] + more)
    }

    @Test func `ten thousand rows go in, bad ones are reported, and a repeat changes nothing`() async throws {
        try await Tool.with { tool in
            var text = "name,Email,city\r\n"
            var bad: [Int] = []
            for row in 1...10_500 {
                if row.isMultiple(of: 100) {
                    bad.append(row + 1)
                    text += "x,not an address,y\r\n"
                } else {
                    text += "\"Reader, \(row)\",reader-\(row)@station-\(row % 7).example,Wien\r\n"
                }
            }
            let file = tool.file("big.csv", text)
            let first = await Self.importing(tool, file, "--source", "fair 2026")
            #expect(first.status == 0, "\(first.errors)")
            #expect(first.json("rows") == "10500")
            #expect(first.json("rejected") == "105")
            #expect(first.json("added") == "10395")
            #expect(first.json("subscribed") == "10395")
            #expect(first.errors.contains("\(file):101: address: "))

            let rejects = try #require(tool.text(of: "\(file).rejects.csv"))
            let lines = rejects.split(separator: "\r\n").map { String($0) }
            #expect(lines.first == #""veredus:line","veredus:reason","name","Email","city""#)
            #expect(lines.dropFirst().map { $0.split(separator: "\"")[0] } == bad.map { "\($0)" })
            #expect(lines[1].hasSuffix(#""x","not an address","y""#))

            let versions = try await tool.sql("SELECT sum(version)::text FROM contacts")
            let second = await Self.importing(tool, file)
            #expect(second.json("added") == "0")
            #expect(second.json("changed") == "0")
            #expect(second.json("subscribed") == "0")
            let after = try await tool.sql("SELECT sum(version)::text FROM contacts")
            #expect(after == versions)
            let sources = try await tool.sql("SELECT DISTINCT source FROM list_members")
            #expect(sources == ["fair 2026"], "the consent keeps its source")
            let fields = try await tool.sql("SELECT attributes::text FROM contacts WHERE address LIKE 'reader-1@%'")
            #expect(fields == [#"{"city": "Wien", "name": "Reader, 1"}"#])
        }
    }

    static let rows: [(row: String, says: String, because: Comment)] = [
        ("ann@example,Ann,4111 1111 1111 1111", "code: a payment card number", "P8: no card is ever stored"),
        ("4111111111111111,Ann,1", "address: ", "nor where an address should be"),
        ("ann@example.org,Ann,1,2", "has 4 cells, the header has 3", "a cell too many"),
        (",Ann,1", "address: ", "no address"),
        ("ann@@example.org,Ann,1", "address: ", "no address"),
        ("\"ann@example.org; bob@example.org\",A,1", "2 addresses in one cell", "two people with one name"),
        ("ann@example.org,\"a \"b\" c\",1", "text follows a closing quotation mark", "broken quoting"),
    ]

    @Test func `rejected rows are written over nothing that is not an earlier file of theirs`() async throws {
        try await Tool.with { tool in
            let bad = "email\na@example.org\nx\n"
            let file = tool.file("mine.csv", bad)
            let other = tool.file("other.csv", "name\nkeep me\n")
            let good = tool.file("good.csv", "email\nb@example.org\n")
            for (source, place) in [(file, file), (file, "\(tool.folder)/./mine.csv"), (file, other), (good, other)] {
                let outcome = await Self.importing(tool, source, "--rejects", place)
                #expect(outcome.status == 73, "\(place): \(outcome.errors)")
            }
            #expect(tool.text(of: file) == bad)
            #expect(tool.text(of: other) == "name\nkeep me\n")
            let stored = try await tool.sql("SELECT count(*)::text FROM contacts")
            #expect(stored == ["0"], "nothing is half done")
            for _ in 1...2 { #expect(await Self.importing(tool, file).status == 0, "its own it may write again") }
        }
    }

    @Test func `a row that cannot be used goes to the rejects with its reason, its neighbours go in`() async throws {
        try await Tool.with { tool in
            for (index, row) in Self.rows.enumerated() {
                let file = tool.file(
                    "rows-\(index).csv",
                    "email,name,code\nbefore-\(index)@example.org,B,1\n\(row.row)\nafter-\(index)@example.org,A,2\n"
                )
                let outcome = await Self.importing(tool, file)
                #expect(outcome.status == 0, row.because)
                #expect(outcome.json("added") == "2", row.because)
                #expect(outcome.json("rejected") == "1", row.because)
                let rejects = tool.text(of: "\(file).rejects.csv") ?? ""
                #expect(rejects.contains("\"3\",\""), row.because)
                #expect(rejects.contains(row.says), "\(row.because): \(rejects)")
                #expect(!CardNumber.isIn(rejects.utf8), "no card number is stored here either")
            }
        }
    }

    @Test func `a cell that is not UTF-8, or has a NUL, is refused alone`() async throws {
        try await Tool.with { tool in
            var bytes = Array("email,näme\na@example.org,".utf8) + [0xFF, 0x0A]
            bytes += Array("b@example.org,x".utf8) + [0, 0x0A] + Array("c@example.org,ok\n".utf8)
            let outcome = await Self.importing(tool, tool.file("bytes.csv", bytes: bytes))
            #expect(outcome.json("added") == "1")
            #expect(outcome.json("rejected") == "2")
        }
    }

    static let files: [(text: String, arguments: [String], status: Int32, says: String, because: Comment)] = [
        ("", [], 65, "the file is empty", "an empty file"),
        ("\n ,\n\n", [], 65, "the file is empty", "blank rows alone"),
        ("name,city\nAnn,Wien\n", [], 65, "--map address=COLUMN", "no column of addresses"),
        ("ann@example.org,Ann\n", [], 65, "must name the columns", "no header at all"),
        ("email,email\n", [], 65, "two columns are named", "which one?"),
        ("email,\na@example.org,x\n", [], 65, "column 2 has no name", "a field without a name"),
        ("email\na@example.org\n", ["--charset", "klingon"], 64, "--charset: klingon is not known", "no such set"),
        ("email\na@example.org\n", ["--columns", "a,a"], 64, "must name each column once", "one name, two columns"),
        ("email,x\na@example.org,1\n", ["--plain-column", "y"], 65, "no column \"y\"", "a column that is not there"),
        ("email\na@example.org\n", ["--status-word", "a=b"], 64, "b must be one of subscribed", "no such meaning"),
        ("email,a,b\n", ["--map", "x=a,x=b"], 64, "x is repeated", "one field, two columns"),
        ("email,a,b\n", ["--map", "b=a"], 65, "two columns are mapped to the field \"b\"", "one field, two columns"),
        ("email,a\n", ["--map", "x=c"], 65, "no column \"c\"", "a column that is not there"),
        ("email,a\n", ["--map", "x"], 64, "is not FIELD=COLUMN", "no mapping"),
        ("email,a\n", ["--list", "none"], 65, "no list named", "no such list"),
        ("email\nx\ny\n", [], 65, "all rows were rejected", "every row is bad"),
        ("email\na@example.org\nx\n", ["--rejects", "/none/x.csv"], 73, "--rejects", "rejects need a place"),
    ]

    @Test func `a file that cannot be used changes nothing`() async throws {
        try await Tool.with { tool in
            for (index, row) in Self.files.enumerated() {
                let outcome = await tool.run(
                    ["contacts", "import", tool.file("file-\(index).csv", row.text), "--account", "acme"]
                        + (row.arguments.contains("--list") ? [] : ["--list", "news"]) + row.arguments
                )
                #expect(outcome.status == row.status, row.because)
                #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
            }
            #expect(await Self.importing(tool, "/none.csv").status == 66)
            #expect(await Self.importing(tool, tool.folder).status == 66)
            let contacts = try await tool.sql("SELECT count(*)::text FROM contacts")
            #expect(contacts == ["0"])
        }
    }

    @Test func `a file without a bad row needs no place for rejects, and what an earlier import left there goes`()
        async throws
    {
        try await Tool.with { tool in
            let good = tool.file("good.csv", "email\na@example.org\n")
            #expect(await Self.importing(tool, good, "--rejects", "/none/x.csv").status == 0)
            let mended = tool.file("mended.csv", "email\na@example.org\nx\n")
            await Self.importing(tool, mended)
            #expect(tool.text(of: "\(mended).rejects.csv") != nil)
            tool.file("mended.csv", "email\na@example.org\nx@example.org\n")
            #expect(await Self.importing(tool, mended).json("added") == "1")
            #expect(tool.text(of: "\(mended).rejects.csv") == nil)
        }
    }

    @Test func `columns are mapped, and the last of several rows of one address counts`() async throws {
        try await Tool.with { tool in
            let file = tool.file(
                "mapped.csv",
                "Postal address;Kontakt;Vorname\nWien;ANN@Example.org;Anna\nGraz;bob@example.org;\nLinz;ann@example.ORG;Ann\n"
            )
            let outcome = await Self.importing(tool, file, "--map", "address=Kontakt,first=Vorname")
            #expect(outcome.json("duplicates") == "1")
            #expect(outcome.json("added") == "2")
            let rows = try await tool.sql("SELECT address || ' ' || attributes FROM contacts ORDER BY address_key")
            #expect(
                rows == [
                    #"ann@example.org {"first": "Ann", "Postal address": "Linz"}"#,
                    #"bob@example.org {"first": null, "Postal address": "Graz"}"#,
                ]
            )
        }
    }

    @Test func `a changed field makes a new version, an empty cell takes the field away`() async throws {
        try await Tool.with { tool in
            await Self.importing(tool, tool.file("1.csv", "email,name,city\nann@example.org,Ann,Wien\n"))
            let changed = await Self.importing(tool, tool.file("2.csv", "email,name\nann@example.org,Anna\n"))
            #expect(changed.json("changed") == "1")
            let taken = await Self.importing(tool, tool.file("3.csv", "email,city\nann@example.org,\n"))
            #expect(taken.json("changed") == "1")
            let again = await Self.importing(tool, tool.file("4.csv", "email,city\nann@example.org,\n"))
            #expect(again.json("changed") == "0")
            let rows = try await tool.sql("SELECT version || ' ' || attributes FROM contacts")
            #expect(rows == [#"3 {"name": "Anna"}"#])
        }
    }

    @Test func `nobody who said no is brought back`() async throws {
        try await Tool.with { tool in
            let file = tool.file("all.csv", "email\ngone@example.org\nerased@example.org\nstays@example.org\n")
            await Self.importing(tool, file)
            _ = try await tool.sql(
                """
                UPDATE list_members m SET status = 1 FROM contacts c
                WHERE c.contact_id = m.contact_id AND c.address = 'gone@example.org' RETURNING '1'
                """
            )
            // What an erasure leaves: the number and the hash.
            _ = try await tool.sql(
                """
                UPDATE contacts SET address = '', address_key = 'erased:' || contact_id, attributes = '{}', domain = '',
                status = 1 WHERE address = 'erased@example.org' RETURNING '1'
                """
            )
            let outcome = await Self.importing(tool, file)
            #expect(outcome.json("added") == "0")
            #expect(outcome.json("unsubscribed") == "1")
            #expect(outcome.json("erased") == "1")
            let members = try await tool.sql(
                """
                SELECT c.address || ' ' || m.status FROM contacts c JOIN list_members m USING (contact_id)
                ORDER BY c.contact_id
                """
            )
            // A chunk is stored in the order of the addresses.
            #expect(members == [" 0", "gone@example.org 1", "stays@example.org 0"])
        }
    }

    @Test func `another address key is refused before anything is hashed with it`() async throws {
        try await Tool.with { tool in
            let file = tool.file("a.csv", "email\na@example.org\n")
            await Self.importing(tool, file)
            let outcome = await tool.run(
                ["contacts", "import", file, "--account", "acme", "--list", "news"],
                setting: ["VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "ff", count: 32))"]
            )
            #expect(outcome.status == 78)
            #expect(outcome.errors.contains("is not the key that made the hashes"))
        }
    }
}
