import Synchronization
import Testing

@testable import Core
@testable import Messages
@testable import Templates

/// What a tenant writes into a message is refused with its place where it would grow beyond any message.
@Suite struct HostileMessageTests {
    struct Row: Sendable {
        let html: String
        var partials: [String: String] = [:]
        /// Stands in the refusal.
        let words: String
        let because: Comment
    }

    private static func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }

    /// Each includes the next one twice; the last one is empty.
    private static let doubling = Dictionary(
        uniqueKeysWithValues: (0..<30).map { ("p\($0)", $0 == 29 ? "" : "{{>p\($0 + 1)}}{{>p\($0 + 1)}}") }
    )

    static let rows = [
        Row(
            html: "ok\n" + times(10_001, "{{a}}"),
            words: "body.html.mustache:2:50001: more than 10000 tags; use fewer",
            because: "each is a step for every recipient"
        ),
        Row(
            html: times(5_000, "{{>p}}"),
            partials: ["p": "{{a}}{{b}}{{c}}"],
            words: "partials are included more than 1000 times",
            because: "each is parsed"
        ),
        Row(
            html: times(900, "{{>p}}"),
            partials: ["p": times(12, "{{a}}")],
            words: "more than 10000 tags",
            because: "partials have tags, too"
        ),
        Row(html: "{{>p0}}", partials: doubling, words: "partials are included", because: "2^29 empty partials"),
        Row(
            html: times(100, "{{>p}}"),
            partials: ["p": "{{!" + times(100_000, "x") + "}}"],
            words: "4 MiB in all",
            because: "a comment is nothing in the message, and is parsed each time"
        ),
        Row(
            html: times(100_000, " ") + "{{>p}}\n",
            partials: ["p": times(100_000, "\n")],
            words: "partial p: indenting each of its lines like its tag",
            because: "10 GB of blanks"
        ),
        Row(
            html: times(9_000, "{{campaign_name}}{{campaign_name}}"),
            words: "more than 10000 tags",
            because: "a name is longer than its tag"
        ),
        Row(html: times(1_100_000, "x"), words: "larger than 1 MiB; shorten it", because: "no message is as large"),
        Row(
            html: "{{a" + times(40, ".a") + "}}",
            words: "a field's name of more than 32 parts",
            because: "no contact's fields are nested so deep, and a look at the message would recurse"
        ),
        Row(
            html: "{{" + times(501, "a") + "}}",
            words: "a name of more than 500 bytes; shorten it, or close the tag",
            because: "a tag that was not closed"
        ),
        Row(
            html: "{{=\(times(17, "<")) >=}}",
            words: "are not two delimiters",
            because: "a delimiter is compared at every place"
        ),
        Row(
            html: (0...2_000).map { "<a href='https://a.example/\($0)'>x</a>" }.joined(),
            words: "more than 2000 different links; the first excess one is https://a.example/2000; remove some",
            because: "each is a signature for every recipient"
        ),
    ]

    @Test(arguments: rows)
    func `a message beyond its ceilings is refused at once, with what is too much and where`(row: Row) throws {
        let error = try #require(throws: TemplateError.self, row.because) {
            try Self.compile(row.html, row.partials)
        }
        #expect("\(error)".contains(row.words), "\(error): \(row.because)")
    }

    private static func compile(_ html: String, _ partials: [String: String], stop: WorkStop = .never) throws {
        var source = TemplateSource(subject: "Salve", html: html, partials: partials)
        source.htmlName = "body.html.mustache"
        _ = try MessageTemplate(
            source: source,
            sender: MessageFixture.sender(),
            campaign: MessageFixture.campaign(),
            stop: stop
        )
    }

    @Test func `compiling ends at the next step when it is told to`() throws {
        let asked = Counter()
        let error = try #require(throws: TemplateError.self) {
            try Self.compile("<p>{{a}}</p>", [:], stop: WorkStop { asked.next() > 1 })
        }
        #expect(error.problem == "it takes too long to compile")
        #expect(asked.next() == 3, "it was not asked again")
        try Self.compile("<p>{{a}}</p>", [:])
    }

    @Test func `a long list of fields is found field by field, and by its index`() throws {
        let names = (0..<100).map { "f\($0)" }
        let fields = MadeUpContact.fields(named: Set(names + ["o.a", "o.b"]))
        let source = names.map { "{{\($0)}}" }.joined() + "{{o.a}}{{#o}}{{b}}{{f7}}{{/o}}{{missing}}"
        let template = try MustacheTemplate(source, name: "test", escaping: .plain)
        let text = try template.render(fields, defaults: ["missing": "default"])
        let expected = names.map { "[\($0)]" }.joined() + "[o.a][o.b][f7]default"
        #expect(String(decoding: text, as: UTF8.self) == expected)
    }

    @Test func `too many defaults are refused by their name in campaign.yaml`() throws {
        let many = MergeValue.object((0...10_000).map { MergeField(name: MergeText("f\($0)"), value: "x") })
        let settings = CampaignSettings(
            fromName: "",
            fromAddress: try EmailAddress("a@example.net"),
            replyTo: nil,
            language: .en,
            defaults: many,
            partials: [:]
        )
        let error = #expect(throws: TemplateError.self) { try CampaignSettings(json: settings.json.bytes) }
        #expect(error?.problem == "defaults or partials: more than 10000 fields")
    }

    @Test func `lookups among many fields count as steps`() throws {
        let many = MergeValue.object((0..<10_000).map { MergeField(name: MergeText("f\($0)"), value: "x") })
        let template = try MustacheTemplate(
            String(repeating: "{{#l}}{{o.f9999}}{{/l}}", count: 100),
            name: "test",
            escaping: .plain
        )
        let fields: MergeValue = ["o": many, "l": .list([MergeValue](repeating: "x", count: 100))]
        #expect(throws: RenderError.tooManySteps(limit: 1_000_000)) { try template.render(fields) }
    }
}

/// Counts calls, on whatever thread.
private final class Counter: Sendable {
    private let count = Mutex(0)

    func next() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
