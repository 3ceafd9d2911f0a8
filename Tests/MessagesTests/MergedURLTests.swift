import TestKit
import Testing

@testable import Core
@testable import Messages
@testable import Templates

/// What a field's value becomes in a URL, by where it stands in it.
@Suite struct MergedURLTests {
    struct Row: Sendable {
        /// The address of a link, with the fields `x` and `y`.
        let url: String
        let x: String
        var y = ""
        /// What the recipient's mail program finds in it.
        let leads: String
        let because: Comment
    }

    private static let host = "https://shop.example"

    static let places = [
        Row(
            url: "\(host)/go?who={{x}}&z=1",
            x: "Fish & Chips #1",
            leads: "\(host)/go?who=Fish%20%26%20Chips%20%231&z=1",
            because: "data in a query"
        ),
        Row(
            url: "\(host)/go?mail={{x}}&amp;z=1",
            x: "u1+tag@um.example",
            leads: "\(host)/go?mail=u1%2Btag%40um.example&z=1",
            because: "a plus sign would be a space"
        ),
        Row(url: "\(host)/{{x}}/", x: "a/b c?d#e", leads: "\(host)/a%2Fb%20c%3Fd%23e/", because: "one part of a path"),
        Row(
            url: "\(host)/#{{x}}",
            x: "Größe \"M\"",
            leads: "\(host)/#Gr%C3%B6%C3%9Fe%20%22M%22",
            because: "a fragment"
        ),
        Row(url: "\(host)/{{x}}", x: "plain-1_2.3~4", leads: "\(host)/plain-1_2.3~4", because: "nothing to encode"),
        Row(url: "\(host)/?q={{x}}", x: "a%20b%C3%BC", leads: "\(host)/?q=a%20b%C3%BC", because: "encoded already"),
        Row(
            url: "\(host)/?q={{x}}",
            x: "100% or 5%",
            leads: "\(host)/?q=100%25%20or%205%25",
            because: "a percent sign"
        ),
        Row(url: "\(host)/?q={{x}}", x: "a'b<c>", leads: "\(host)/?q=a%27b%3Cc%3E", because: "what ends an attribute"),
        Row(url: "\(host)/?{{{x}}}", x: "a=1&b=2 3", leads: "\(host)/?a=1&b=2%203", because: "three braces: a piece"),
        Row(url: "\(host)/?{{{x}}}", x: "a=1&amp;b=2", leads: "\(host)/?a=1&b=2", because: "three braces: HTML"),
        Row(
            url: "\(host)/{{{x}}}",
            x: "bread/rye?a#b",
            leads: "\(host)/bread/rye?a#b",
            because: "slashes that are meant"
        ),
        Row(url: "\(host)/{{x}}/{{y}}", x: "a b", y: "c&d", leads: "\(host)/a%20b/c%26d", because: "two fields"),
    ]

    static let wholes = [
        Row(
            url: "{{x}}",
            x: "https://a.example/p(1)?q=a%20b&r=ü#top",
            leads: "https://a.example/p(1)?q=a%20b&r=ü#top",
            because: "a whole URL stays as it is"
        ),
        Row(url: "{{x}}", x: " HTTP://a.example/a b ", leads: "HTTP://a.example/a%20b", because: "but for blanks"),
        Row(
            url: "{{{x}}}",
            x: "https://a.example/?a&amp;b",
            leads: "https://a.example/?a&b",
            because: "written as HTML"
        ),
        Row(
            url: "{{x}}",
            x: "mailto:a@b.example?subject=Hi",
            leads: "mailto:a@b.example?subject=Hi",
            because: "a mailbox"
        ),
        Row(url: "{{x}}", x: "tel:+49351123", leads: "tel:+49351123", because: "a phone"),
        Row(
            url: "{{x}}?q={{y}}",
            x: "https://a.example/",
            y: "a&b",
            leads: "https://a.example/?q=a%26b",
            because: "a base"
        ),
        Row(
            url: "{{x}}/{{y}}",
            x: "https://a.example",
            y: "b c",
            leads: "https://a.example/b%20c",
            because: "and a path"
        ),
        Row(url: "{{x}}{{y}}", x: "https://a.example/", y: "b c", leads: "https://a.example/b%20c", because: "joined"),
        Row(url: "{{x}}", x: "", leads: "", because: "nothing"),
        Row(
            url: "{{#x}}https://a.example/{{/x}}{{^x}}https://b.example/{{/x}}?q={{y}}",
            x: "1",
            y: "c d",
            leads: "https://a.example/?q=c%20d",
            because: "one of two"
        ),
        Row(
            url: "{{#y}}https://a.example/{{y}}{{/y}}{{^y}}{{x}}{{/y}}",
            x: "https://b.example/?a=b",
            leads: "https://b.example/?a=b",
            because: "a whole URL in the other of two sections"
        ),
    ]

    static let others = [
        Row(
            url: "mailto:{{x}}?subject={{y}}",
            x: "ann+b@a.example",
            y: "Order & more",
            leads: "mailto:ann+b@a.example?subject=Order%20%26%20more",
            because: "a mailbox and its query"
        ),
        Row(
            url: "mailto:{{x}}",
            x: "a@b.example?bcc=c@d.example",
            leads: "mailto:a@b.example%3Fbcc%3Dc@d.example",
            because: "an address adds no field"
        ),
        Row(url: "tel:{{x}}", x: "+49 351 (0)12-3", leads: "tel:+49%20351%20(0)12-3", because: "a phone number"),
        Row(url: "sms:{{x}}?body={{y}}", x: "+1", y: "a&b", leads: "sms:+1?body=a%26b", because: "a text message"),
        Row(
            url: "https://{{x}}.shop.example:{{y}}/",
            x: "north-1",
            y: "8443",
            leads: "https://north-1.shop.example:8443/",
            because: "a part of a host, and a port"
        ),
        Row(url: "{{x}}://shop.example/", x: "http", leads: "http://shop.example/", because: "a scheme"),
        Row(url: "\(host){{x}}", x: "/a/b?c=d", leads: "\(host)/a/b?c=d", because: "a path with its slash"),
        Row(url: "\(host){{x}}", x: "", leads: host, because: "nothing behind a host"),
        Row(
            url: "\(host)/a?{{#x}}b={{x}}{{/x}}",
            x: "c d",
            leads: "\(host)/a?b=c%20d",
            because: "a section in a query"
        ),
    ]

    static let attacks = [
        Row(url: "{{x}}", x: "javascript:alert(1)", leads: "javascript%3Aalert%281%29", because: "a script"),
        Row(url: "{{x}}", x: " JavaScript:alert(1)", leads: "JavaScript%3Aalert%281%29", because: "in any case"),
        Row(
            url: "{{x}}",
            x: "java\nscript:alert(1)",
            leads: "java%0Ascript%3Aalert%281%29",
            because: "with a line end"
        ),
        Row(
            url: "{{{x}}}",
            x: "javascript&colon;alert(1)",
            leads: "javascript%26colon%3Balert%281%29",
            because: "with a character reference"
        ),
        Row(
            url: "{{{x}}}",
            x: "https://a.example/\"onclick=\"b",
            leads: "https://a.example/%22onclick=%22b",
            because: "what ends the attribute"
        ),
        Row(url: "{{x}}", x: "data:text/html,<b>", leads: "data%3Atext%2Fhtml%2C%3Cb%3E", because: "a document"),
        Row(url: "{{x}}", x: "//evil.example/", leads: "%2F%2Fevil.example%2F", because: "a host without scheme"),
        Row(url: "/{{x}}", x: "/evil.example", leads: "/%2Fevil.example", because: "joined to one"),
        Row(url: "/{{{x}}}", x: "/evil.example", leads: "/%2Fevil.example", because: "in three braces, too"),
        Row(url: "\(host){{x}}", x: ".evil.example", leads: "\(host)/.evil.example", because: "a longer host"),
        Row(url: "\(host){{x}}", x: "@evil.example", leads: "\(host)/%40evil.example", because: "a log-in"),
        Row(url: "\(host){{{x}}}", x: "@evil.example", leads: "\(host)/@evil.example", because: "in three braces"),
        Row(url: "\(host){{x}}", x: ":8080", leads: "\(host)/%3A8080", because: "a port"),
        Row(url: "\(host){{x}}", x: "\\evil", leads: "\(host)/%5Cevil", because: "a backslash"),
        Row(
            url: "https://{{x}}.shop.example/",
            x: "evil.example/",
            leads: "https://evil.example%2F.shop.example/",
            because: "the end of the host"
        ),
        Row(
            url: "{{x}}{{y}}",
            x: host,
            y: ".evil.example",
            leads: "\(host)/.evil.example",
            because: "behind a base without a slash"
        ),
        Row(
            url: "{{#x}}\(host){{/x}}{{y}}",
            x: "1",
            y: ".evil.example",
            leads: "\(host)/.evil.example",
            because: "behind a section"
        ),
        Row(
            url: "{{#x}}\(host){{/x}}{{y}}",
            x: "1",
            y: "javascript:a",
            leads: "\(host)/javascript%3Aa",
            because: "a script behind a section"
        ),
        Row(url: "{{x}}://shop.example/", x: "javascript", leads: "https://shop.example/", because: "a scheme"),
        Row(
            url: "http{{x}}://shop.example/",
            x: "s:evil",
            leads: "https%3Aevil://shop.example/",
            because: "in a scheme"
        ),
    ]

    @Test(arguments: places + wholes + others + attacks)
    func `a value stays in its place of the URL, in the HTML and in the text made from it`(row: Row) throws {
        let template = try MessageFixture.template(subject: "x", html: "<a href=\"\(row.url)\">go</a>")
        let message = try MessageFixture.render(template, MessageFixture.recipient(Self.fields(row)))
        let html = Array(message.html.utf8)
        var scanner = HTMLScanner(html)
        var found: String?
        while found == nil, let event = scanner.next() {
            guard case .startTag("a", let attributes, _) = event, let href = attributes.first else { continue }
            #expect(attributes.count == 1, row.because)
            found = String(decoding: HTMLEntities.decoded(html, href.value), as: UTF8.self)
        }
        #expect(found == row.leads, row.because)
        guard row.leads.hasPrefix("http") else { return }
        #expect(message.text.contains("go (\(row.leads))"), row.because)
    }

    private static func fields(_ row: Row) -> MergeValue {
        .object([
            MergeField(name: "x", value: .text(MergeText(row.x))),
            MergeField(name: "y", value: .text(MergeText(row.y))),
        ])
    }

    static let contexts: [(html: String, text: String?, x: String, part: String, because: Comment)] = [
        (
            "<p>https://a.example/?q={{x}} {{x}}</p>", nil, "a b", "https://a.example/?q=a%20b a b",
            "text that reads like one"
        ),
        ("<p>www.a.example/{{x}}</p>", nil, "a b", "www.a.example/a%20b", "without a scheme"),
        ("x", "https://a.example/?q={{x}}, {{x}}", "a&b", "https://a.example/?q=a%26b, a&b", "the text part"),
        (
            "x", "mailto:a@b.example?subject={{x}}", "a b", "mailto:a@b.example?subject=a%20b",
            "a mailbox in the text part"
        ),
        ("<img src=\"https://a.example/{{x}}.png\">", nil, "a b", "src=\"https://a.example/a%20b.png\"", "a picture"),
        ("<td background='{{x}}'>", nil, "https://a.example/a b", "'https://a.example/a%20b'", "a background"),
        (
            "<img srcset=\"{{x}} 1x, https://b.example/{{x}} 2x\">", nil, "https://a.example/",
            "srcset=\"https://a.example/ 1x, https://b.example/https%3A%2F%2Fa.example%2F 2x\"", "several URLs"
        ),
        (
            "<td style=\"color:{{x}};background:url(https://a.example/{{x}})\">", nil, "#f00",
            "color:#f00;background:url(https://a.example/%23f00)", "only the URL of a style"
        ),
        (
            "<td style=\"background:url('{{x}}')\">", nil, "https://a.example/a'b)c",
            "url('https://a.example/a%27b%29c')",
            "what ends the URL of a style"
        ),
        (
            "<!--[if mso]><v:rect href=\"https://a.example/{{x}}\"></v:rect><![endif]-->", nil, "a b",
            "href=\"https://a.example/a%20b\"", "what Outlook alone reads"
        ),
        (
            "<!--[if mso]><v:rect href=\"{{x}}\"></v:rect><![endif]-->", nil, "javascript:a",
            "href=\"javascript%3Aa\"", "a script there"
        ),
        ("<a title=\"{{x}}\" href=\"#\">", nil, "a & b", "title=\"a &amp; b\"", "no URL"),
    ]

    @Test(arguments: contexts)
    func `a field is encoded where a mail program finds a URL, and nowhere else`(
        row: (html: String, text: String?, x: String, part: String, because: Comment)
    ) throws {
        let template = try MessageFixture.template(subject: "x", html: row.html, text: row.text)
        let fields = MergeValue.object([MergeField(name: "x", value: .text(MergeText(row.x)))])
        let message = try MessageFixture.render(template, MessageFixture.recipient(fields))
        let part = row.text == nil ? message.html : message.text
        #expect(part.contains(row.part), "\(part): \(row.because)")
    }

    @Test func `a field in a script's address is refused`() {
        #expect(throws: TemplateError.self) {
            try MessageFixture.template(subject: "x", html: "<a href=\"javascript:open('{{x}}')\">x</a>")
        }
    }

    static let notes: [(url: String, x: String, kinds: Set<URLNote.Kind>, because: Comment)] = [
        ("https://a.example/{{x}}", "a/b", [.slashes], "may have been meant as two"),
        ("https://a.example/{{{x}}}", "a/b", [], "is written as two"),
        ("https://a.example/?q={{x}}", "a/b", [], "is usual in a query"),
        ("https://a.example/?q={{x}}", "a%20b", [.isEncoded], "may be text"),
        ("{{x}}", "a.example/b", [.leadsNowhere], "a page's address without its scheme"),
        ("{{x}}", "https://a.example/a%20b", [], "a whole URL"),
        ("{{x}}", "", [], "nothing"),
        ("https://a.example/{{x}}", "ab", [], "nothing to say"),
    ]

    @Test(arguments: notes)
    func `a check tells of values that may not be meant so`(
        row: (url: String, x: String, kinds: Set<URLNote.Kind>, because: Comment)
    ) throws {
        let template = try MessageFixture.template(subject: "x", html: "<a href=\"\(row.url)\">go</a>")
        let fields = MergeValue.object([MergeField(name: "x", value: .text(MergeText(row.x)))])
        var checker = MessageChecker(template, keys: try MessageFixture.keys())
        let check = try checker.check(MessageFixture.recipient(fields))
        #expect(check.urlNotes == Set(row.kinds.map { URLNote(field: "x", kind: $0) }), row.because)
    }
}
