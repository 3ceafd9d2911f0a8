import TestKit
import Testing

@testable import Admin

/// `veredus contacts import` of files as spreadsheets and other systems write them.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct ForeignFileTests {
    @discardableResult
    private static func importing(_ tool: Tool, _ file: String, _ more: [String] = []) async -> Tool.Outcome {
        await tool.run(["contacts", "import", file, "--account", "acme", "--list", "news", "--json"] + more)
    }

    private static func utf16(_ text: String, isLittleEndian: Bool, hasMark: Bool) -> [UInt8] {
        ((hasMark ? [0xFEFF] : []) + Array(text.utf16)).flatMap { unit -> [UInt8] in
            isLittleEndian ? [UInt8(unit & 0xFF), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
    }

    private static let people = "email;name\r\nann@example.org;Sören\r\nbob@example.org;Zoë\r\n"
    private static let peopleStored = [#"ann@example.org {"name": "Sören"}"#, #"bob@example.org {"name": "Zoë"}"#]

    typealias Row = (bytes: [UInt8], arguments: [String], stored: [String], counts: [String: String], because: Comment)

    static let files: [Row] = [
        (Array(people.utf8), [], peopleStored, ["charset": "utf-8", "added": "2"], "UTF-8"),
        (Array("\u{FEFF}\(people)".utf8), [], peopleStored, ["charset": "utf-8"], "with a byte order mark"),
        (
            Array("\u{FEFF}sep=;\r\n\(people)".utf8), [], peopleStored, ["rows": "2"],
            "with the delimiter in its first line"
        ),
        (people.unicodeScalars.map { UInt8($0.value) }, [], peopleStored, ["charset": "windows-1252"], "Windows-1252"),
        (
            people.unicodeScalars.map { UInt8($0.value) }, ["--charset", "iso-8859-15"], peopleStored,
            ["charset": "iso-8859-15"], "as it is told"
        ),
        (utf16(people, isLittleEndian: true, hasMark: true), [], peopleStored, ["charset": "utf-16le"], "UTF-16"),
        (utf16(people, isLittleEndian: false, hasMark: true), [], peopleStored, ["charset": "utf-16be"], "big-endian"),
        (
            utf16(people, isLittleEndian: true, hasMark: false), [], peopleStored, ["charset": "utf-16le"],
            "without a mark"
        ),
        (
            [0x65, 0x6D, 0x61, 0x69, 0x6C, 0x2C, 0x6E, 0x0A] + Array("ann@example.org,".utf8) + [
                0xC8, 0xE2, 0xE0, 0xED, 0x0A,
            ],
            ["--charset", "windows-1251"], [#"ann@example.org {"n": "Иван"}"#], [:], "Cyrillic, as it is told"
        ),
        (
            Array("email,name,\nann@example.org,Ann,\n,,\n\nbob@example.org\n \ncat@example.org,C,,,\n".utf8), [],
            [
                #"ann@example.org {"name": "Ann"}"#, #"bob@example.org {"name": null}"#,
                #"cat@example.org {"name": "C"}"#,
            ], ["rows": "3", "blank": "3", "rejected": "0"], "delimiters at the ends, blank rows, missing cells"
        ),
        (
            Array("\u{FEFF}\" Email \",\"Given \u{A0}\"\nann@example.org,Ann\n".utf8), [],
            [#"ann@example.org {"Given": "Ann"}"#], [:], "blanks around names of columns"
        ),
        (
            Array("email,n\n\u{FEFF}ann@example.org\u{A0},1\n\"Lee, Bob\" <bob@example.org>,2\n".utf8),
            ["--delimiter", "comma"],
            [#"ann@example.org {"n": "1"}"#], ["tidied": "1", "rejected": "1"], "quotation marks within a plain cell"
        ),
        (
            Array("email,n\n\"\"\"Lee, Bob\"\" <bob@example.org>\",2\nmailto:cat@example.org,3\n".utf8), [],
            [#"bob@example.org {"n": "2"}"#, #"cat@example.org {"n": "3"}"#], ["tidied": "2"], "names and links"
        ),
        (
            Array("ann@example.org\nbob@example.org\n".utf8), [], ["ann@example.org {}", "bob@example.org {}"],
            ["rows": "2"],
            "addresses alone, without a name"
        ),
        (
            Array("ann@example.org,Ann\n".utf8), ["--columns", "email,name"], [#"ann@example.org {"name": "Ann"}"#],
            ["rows": "1"], "names by option"
        ),
        (
            Array("email\nann@gmail\nbob@gmail.con\n".utf8), [], ["ann@gmail {}", "bob@gmail.con {}"],
            ["doubtful_domains": "2", "added": "2"], "domains that nobody can have are stored, and told"
        ),
        (
            Array("email,mobile\n4111111111111111@example.org,4915112345678\n".utf8), [],
            [#"4111111111111111@example.org {"mobile": "4915112345678"}"#], ["rejected": "0"],
            "digits in an address are a name, and a telephone number is no card"
        ),
    ]

    @Test(arguments: files)
    func `a file is read as it was meant`(row: Row) async throws {
        try await Tool.with { tool in
            let outcome = await Self.importing(tool, tool.file("f.csv", bytes: row.bytes), row.arguments)
            #expect(outcome.status == 0, "\(row.because): \(outcome.errors)")
            let stored = try await tool.sql("SELECT address || ' ' || attributes FROM contacts ORDER BY address_key")
            #expect(stored == row.stored, row.because)
            for (name, value) in row.counts {
                #expect(outcome.json(name) == value, "\(row.because): \(outcome.output)")
            }
        }
    }

    static let told: [(bytes: [UInt8], status: Int32, says: String, because: Comment)] = [
        (Array("email,n\na@example.org,".utf8) + [0xFC, 0x0A], 0, "f.csv:2: not UTF-8", "how the file was read"),
        (
            Array("email,n\na@example.org,".utf8) + [0x81, 0x0A], 65, "f.csv:2: the text is neither UTF-8",
            "another set"
        ),
        (
            Array("email,n\na@example.org,".utf8) + [0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2, 0x0A], 65, "--charset",
            "Cyrillic letters"
        ),
        (Array("email\na@gmail\n".utf8), 0, "f.csv:2: the domain has no dot", "a domain"),
        (
            Array("email,Tel.\na@example.org,1\n".utf8), 0, "--map tel=\"Tel.\"",
            "a name no message can use"
        ),
        (Array("a@example.org\n".utf8), 0, "the first line has no column names", "a file without names"),
        (
            Array("email,n\na@example.org,\"x\nb@example.org,y\n".utf8), 65, "1 lines were not read",
            "an open quotation mark"
        ),
    ]

    @Test(arguments: told)
    func `what was done with the file is told`(
        row: (bytes: [UInt8], status: Int32, says: String, because: Comment)
    ) async throws {
        try await Tool.with { tool in
            let outcome = await Self.importing(tool, tool.file("f.csv", bytes: row.bytes))
            #expect(outcome.status == row.status, row.because)
            #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
        }
    }

    @Test func `text inside a quoted cell never becomes a contact, whatever is wrong with the row`() async throws {
        let long = String(repeating: "b", count: 2 << 20)
        let rows = [
            "ann@example.org,\"\(long)\nmallory@example.net,Hi\ntext\"", "ann@example.org,\"Ann\"x",
            "ann@example.org,\"say \"hi\"\nmallory@example.net,Hi\nx\"",
            "ann@example.org,\(long)", "ann@example.org,\"\(long)\"\"\nmallory@example.net,Hi\n\"",
        ]
        for row in rows {
            try await Tool.with { tool in
                let file = tool.file("f.csv", "email,bio\n\(row)\nbob@example.org,ok\n")
                let outcome = await Self.importing(tool, file)
                #expect(outcome.status == 0 && outcome.json("rows") == "2" && outcome.json("rejected") == "1")
                let addresses = try await tool.sql("SELECT address FROM contacts")
                #expect(addresses == ["bob@example.org"])
                #expect((tool.text(of: "\(file).rejects.csv") ?? "").utf8.count < 5_000)
            }
        }
    }

    // MARK: Status

    @Test func `who was mailed no more elsewhere is suppressed, and not subscribed`() async throws {
        try await Tool.with { tool in
            let file = tool.file(
                "people.csv",
                """
                email,name,status,Unsubscribed from all email
                act@example.org,A,subscribed,FALSE
                uns@example.org,U,Unsubscribed,
                all@example.org,V,subscribed,TRUE
                "two@example.org; too@example.org",T,unsubscribed,
                card@example.org,4111 1111 1111 1111,unsubscribed,
                bou@example.org,B,cleaned,
                com@example.org,C,spam,
                blk@example.org,D,blocklisted,
                pen@example.org,P,pending,
                """ + "\n"
            )
            let outcome = await Self.importing(tool, file)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.json("subscribed") == "1" && outcome.json("rejected") == "1")
            #expect(
                outcome.output.contains(
                    #""opted_out_elsewhere":{"unsubscribed":4,"bounced":1,"complained":1,"blocked":1},"suppressions_added":8"#
                ),
                "\(outcome.output)"
            )
            let subscribed = try await tool.sql("SELECT address FROM contacts")
            #expect(subscribed == ["act@example.org"])
            #expect(
                tool.text(of: "\(file).rejects.csv")?.contains("status: the address was not an active subscriber")
                    == true
            )
            let stored = try await tool.sql(
                "SELECT scope || '/' || reason || ' ' || count(*) || ' ' || min(source) FROM suppressions GROUP BY scope, reason ORDER BY 1"
            )
            #expect(
                stored == [
                    "0/1 1 import of people.csv: bounced there", "0/2 1 import of people.csv: complained there",
                    "0/3 1 import of people.csv: blocked there", "1/0 5 import of people.csv: unsubscribed there",
                ]
            )
            let again = await Self.importing(tool, file)
            #expect(again.json("suppressions_added") == "0", "safe to repeat")
            // Whoever comes back in another file is not mailed.
            await Self.importing(tool, tool.file("later.csv", "email\nuns@example.org\n"))
            let shown = await tool.run("contacts", "show", "uns@example.org", "--account", "acme", "--json")
            #expect(shown.output.contains(#""scope":"marketing""#))
        }
    }

    @Test
    func `a word that is not known stops the import before anything is stored, until somebody says what it means`()
        async throws
    {
        try await Tool.with { tool in
            let file = tool.file(
                "f.csv",
                "email,status\na@example.org,active\nb@example.org,Gold\nc@example.org,lapsed\n"
            )
            let asked = await Self.importing(tool, file)
            #expect(asked.status == 65)
            #expect(asked.errors.contains("f.csv:3: column \"status\" has \"Gold\""), "\(asked.errors)")
            #expect(asked.errors.contains("--status-word") && asked.errors.contains("--plain-column \"status\""))
            let before = try await tool.sql("SELECT count(*)::text FROM contacts")
            #expect(before == ["0"])

            let told = await Self.importing(tool, file, ["--status-word", "gold=subscribed,lapsed=unsubscribed"])
            #expect(told.status == 0 && told.json("added") == "2", "\(told.errors)")
            let suppressed = try await tool.sql("SELECT count(*)::text FROM suppressions")
            #expect(suppressed == ["1"])
            let plain = await Self.importing(tool, file, ["--plain-column", "status"])
            #expect(plain.json("added") == "1", "\(plain.errors)")
            let other = tool.file("o.csv", "email,Zustand\nd@example.org,abgemeldet\n")
            #expect(await Self.importing(tool, other, ["--status-column", "Zustand"]).json("added") == "0")
        }
    }
}
