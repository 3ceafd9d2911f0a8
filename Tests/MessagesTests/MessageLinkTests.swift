import Testing

@testable import Core
@testable import Messages
@testable import Templates

@Suite struct MessageLinkTests {
    static let hrefs: [(tag: String, url: String?, because: Comment)] = [
        (#"<a href="https://x.example/a">"#, "https://x.example/a", "the usual link"),
        (#"<A HREF='HTTP://x.example/a'>"#, "http://x.example/a", "in any case, in either quotes"),
        ("<a href=https://x.example/a>", "https://x.example/a", "without quotes"),
        (#"<a class="b" href=" https://x.example/?a=1&amp;b=2 ">"#, "https://x.example/?a=1&b=2", "entities, blanks"),
        (#"<a href="https://x.example/ä b">"#, "https://x.example/%C3%A4%20b", "a Location field is ASCII"),
        (#"<a href="https://bücher.example/">"#, "https://xn--bcher-kva.example/", "a host in A-labels"),
        (#"<a href="https://x.example:8443/">"#, "https://x.example:8443/", "a port"),
        (#"<a href="https://x.example/{{id}}">"#, nil, "a merge field would name a person"),
        (#"<a href="{{url}}">"#, nil, "a merge field alone"),
        (#"<a href="{{unsubscribe_url}}">"#, nil, "never wrapped"),
        (#"<a href="{{preferences_url}}">"#, nil, "never wrapped"),
        (#"<a href="mailto:a@b.example">"#, nil, "no web page"), (#"<a href="tel:+1">"#, nil, "no web page"),
        ("<a href=\"#top\">", nil, "no web page"), (#"<a name="x">"#, nil, "no link"),
        (#"<a href="/relative">"#, nil, "leads nowhere from a message"),
        (#"<a href="javascript:alert(1)">"#, nil, "no web page"),
        (#"<a href="https://user@x.example/">"#, nil, "log-in names hide where a link leads"),
        (#"<a data-veredus-notrack href="https://x.example/">"#, nil, "opted out"),
        (#"<a href="https://x.example/" data-veredus-notrack="1">"#, nil, "opted out"),
        (#"<link href="https://x.example/">"#, nil, "nobody clicks it"),
        (#"<!-- <a href="https://x.example/"> -->"#, nil, "not shown"),
        (#"<area href="https://x.example/a" shape="rect">"#, "https://x.example/a", "a part of a picture"),
        (
            #"<!--[if mso]><v:roundrect href="https://x.example/a?a--b"></v:roundrect><![endif]-->"#,
            "https://x.example/a?a--b", "Outlook's button"
        ),
        (#"<!--[if mso]><a href="https://x.example/a"></a><![endif]-->"#, "https://x.example/a", "a link in Outlook"),
        (
            #"<!--[if !mso]><!--><a href="https://x.example/a"></a><!--<![endif]-->"#, "https://x.example/a",
            "a link elsewhere than in Outlook"
        ),
        (#"<!--[if mso]><p <![endif]--><a href="https://x.example/a">"#, "https://x.example/a", "what is not closed"),
        (#"<script>"<a href='https://x.example/'>"</script>"#, nil, "not a tag"),
    ]

    @Test(arguments: hrefs)
    func `links to web pages are wrapped, others left alone`(row: (tag: String, url: String?, because: Comment)) throws
    {
        let template = try MessageFixture.template(subject: "x", html: "<body>\(row.tag)go</a></body>")
        #expect(template.links.map(\.url) == (row.url.map { [$0] } ?? []), row.because)
        let message = try MessageFixture.render(
            template,
            MessageFixture.recipient(["id": "1", "url": "https://y.example"])
        )
        #expect(message.html.contains("https://t.shop.example/c/") == (row.url != nil), row.because)
        #expect(!message.html.contains("notrack"))
        #expect(!message.text.contains("/c/"), "the text part's links are left alone")
    }

    @Test func `a link has one number however often it stands, and a token that leads to it`() throws {
        let html = #"<a href="https://a/">1</a><a href="https://b/">2</a><a href="https://a/">3</a>"#
        let template = try MessageFixture.template(subject: "x", html: html, tracking: .individual)
        #expect(
            template.links == [TrackedLink(number: 1, url: "https://a/"), TrackedLink(number: 2, url: "https://b/")]
        )
        let message = try MessageFixture.render(template, MessageFixture.recipient())
        let keys = try MessageFixture.keys()
        let tokens = try message.html.matches(of: Regex("/c/([\\w-]+)\"")).map { match in
            try keys.verify(Array(match[1].substring.map { Array($0.utf8) } ?? []), as: .click)
        }
        #expect(
            tokens == [1, 2, 1].map { .click(campaign: 70_001, link: $0, .recipient(42)) }
        )
    }

    @Test func `in aggregate mode every pixel and link has a number of its own, new in every message, and no person`()
        throws
    {
        let html = #"<a href="https://a/">1</a><a href="https://b/">2</a>"#
        let template = try MessageFixture.template(subject: "x", html: html, tracking: .aggregate)
        let keys = try MessageFixture.keys()
        var numbers: Set<TokenNumber> = []
        for seed in UInt64(1)...2 {
            let message = try MessageFixture.render(template, MessageFixture.recipient(), seed: seed)
            for match in try message.html.matches(of: Regex("/([oc])/([\\w-]+)")) {
                let text = Array((match[2].substring ?? "").utf8)
                let token = try keys.verify(text, as: match[1].substring == "o" ? .open : .click)
                switch token {
                case .open(70_001, .number(let number)), .click(70_001, _, .number(let number)): numbers.insert(number)
                default: Issue.record("a token that names a person: \(token)")
                }
            }
        }
        #expect(numbers.count == 6)
    }

    @Test func `links keep their numbers beside areas and Outlook's shapes`() throws {
        let html = """
            <area href="https://a/"><!--[if mso]><v:rect href="https://b/"></v:rect><a href="https://c/"></a><![endif]-->
            <a href="https://d/">d</a><a href="https://b/">b</a>
            """
        let template = try MessageFixture.template(subject: "x", html: html)
        #expect(template.links.map(\.url) == ["https://d/", "https://b/", "https://a/", "https://c/"])
    }

    static let notes: [(href: String, kind: LinkNote.Kind?, because: Comment)] = [
        ("https://x.example/", nil, "counted"), ("", .leadsNowhere, "empty"), (" ", .leadsNowhere, "a blank"),
        ("page.html", .leadsNowhere, "relative"), ("/page", .leadsNowhere, "relative to a host"),
        ("//x.example/", .leadsNowhere, "relative to a scheme"), ("javascript:a()", .leadsNowhere, "a script"),
        ("https:///", .leadsNowhere, "no host"), ("https://", .leadsNowhere, "nothing behind the scheme"),
        ("#top", nil, "a place in the message"), ("mailto:a@b.example", nil, "a mailbox"), ("tel:+1", nil, "a phone"),
        ("webcal://x.example/a.ics", .notCounted, "another program's"), ("ftp://x.example/", .notCounted, "old"),
        ("https://user@x.example/", .notCounted, "a log-in"),
        ("https://x.example/{{id}}", .notCounted, "a field"), ("{{url}}", .fieldDecides, "all of it"),
        ("https://{{shop}}.example/", .fieldDecides, "the host"), ("{{unsubscribe_url}}", nil, "our own"),
    ]

    @Test(arguments: notes)
    func `a check tells of links that are not counted or lead nowhere`(
        row: (href: String, kind: LinkNote.Kind?, because: Comment)
    ) throws {
        let template = try MessageFixture.template(subject: "x", html: "<a href=\"\(row.href)\">go</a>")
        #expect(template.linkNotes.map(\.kind) == (row.kind.map { [$0] } ?? []), row.because)
        #expect(template.linkNotes.allSatisfy { $0.url == row.href }, row.because)
        let opted = try MessageFixture.template(
            subject: "x",
            html: "<a data-veredus-notrack href=\"\(row.href)\">go</a>"
        )
        #expect(opted.linkNotes.map(\.kind) == (row.kind.map { $0 == .notCounted ? [] : [$0] } ?? []), "opted out")
    }

    @Test func `the notes have the names that programs compare`() {
        #expect(LinkNote.Kind.names == ["leads-nowhere", "field-decides", "not-counted"])
        #expect(URLNote.Kind.names == ["leads-nowhere", "slashes", "percent-encoded"])
    }

    @Test func `without tracking nothing is wrapped and there is no pixel`() throws {
        let template = try MessageFixture.template(subject: "x", html: #"<a href="https://a/">1</a>"#, tracking: .none)
        let message = try MessageFixture.render(template, MessageFixture.recipient())
        #expect(template.links.isEmpty)
        #expect(message.html.contains("href=\"https://a/\"") && !message.html.contains("<img"))
    }

    static let leaks: [(html: String, text: String?, because: Comment)] = [
        (#"<a href="https://x/?e={{email}}">x</a>"#, nil, "in a link"),
        (#"<img src="https://x/{{email}}">"#, nil, "in a picture"),
        ("<p>https://x/?e={{email}}</p>", nil, "in text that mail programs make a link of"),
        ("x", "https://x/?e={{email}}", "in the text part"),
        (#"<td style="background:url(https://x/{{email}})">"#, nil, "in a style"),
        ("<p>www.x.example/{{email}}</p>", nil, "without a scheme"),
    ]

    @Test(arguments: leaks)
    func `a template that puts the address into a URL is refused`(row: (html: String, text: String?, because: Comment))
    {
        #expect(throws: TemplateError.self, row.because) {
            try MessageFixture.template(subject: "x", html: row.html, text: row.text)
        }
    }

    static let addresses = ["bob.tables@reader.example", "BOB.Tables@Reader.Example", "a-bob.tables%40reader.example"]

    @Test(arguments: addresses)
    func `a field that puts the address into a URL is refused`(value: String) throws {
        let template = try MessageFixture.template(subject: "x", html: #"<a href="https://x/{{id}}">{{id}}</a>"#)
        let fields = MergeValue.object([MergeField(name: "id", value: .text(MergeText(value)))])
        #expect(throws: RenderError.addressInURL(name: "id", source: "html", line: 1)) {
            try MessageFixture.render(template, MessageFixture.recipient(fields))
        }
        _ = try MessageFixture.render(template, MessageFixture.recipient(["id": "other@reader.example"]))
    }

    @Test func `the address may stand in text and behind mailto`() throws {
        let html = #"<p>You are {{email}}, <a href="mailto:{{email}}">right</a>?</p>"#
        let message = try MessageFixture.render(
            MessageFixture.template(subject: "x", html: html),
            MessageFixture.recipient()
        )
        #expect(message.html.contains("mailto:bob.tables@reader.example"))
    }

    static let ends: [(html: String, because: Comment)] = [
        ("<html><body>x</body></html>", "before the body's end"), ("<html><body>x</html>", "before the document's end"),
        ("x", "at the end"), ("<body>x<!-- </body> --></BODY >", "not in a comment, in any case"),
        ("<body>x{{#n}}</body>{{/n}}", "not inside a section"),
    ]

    @Test(arguments: ends)
    func `what is added stands once, where it is shown`(row: (html: String, because: Comment)) throws {
        let message = try MessageFixture.render(
            MessageFixture.template(subject: "x", html: row.html),
            MessageFixture.recipient([:])
        )
        #expect(message.html.ranges(of: "<img src=").count == 1, row.because)
        let pixel = try #require(message.html.firstRange(of: "<img"))
        let comment = message.html.firstRange(of: "-->")
        #expect(comment.map { $0.upperBound <= pixel.lowerBound } ?? true, row.because)
    }
}
