import TestKit
import Testing

@testable import Messages
@testable import Templates

@Suite struct HTMLToTextTests {
    /// The text template of an HTML template, with its tags as they would be written.
    static func text(_ html: String) throws -> String {
        let flat = HTMLToText.convert(try MustacheParser.parse(Array(html.utf8), name: "t"))
        var result = ""
        var tokens = flat.tokens.makeIterator()
        var open: [String] = []
        for scalar in String(decoding: flat.bytes, as: UTF8.self).unicodeScalars {
            guard scalar == "\0" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            switch tokens.next() {
            case .field(let tag): result += "{{\(tag.name)}}"
            case .open(let tag, let isInverted):
                open.append(tag.name)
                result += "{{\(isInverted ? "^" : "#")\(tag.name)}}"
            case .close: result += "{{/\(open.popLast() ?? "?")}}"
            default: result += "?"
            }
        }
        return result
    }

    static let table: [(html: String, text: String, because: Comment)] = [
        ("<p>a</p><p>b</p>", "a\n\nb", "paragraphs"), ("<h1>a</h1>b", "a\n\nb", "headings"),
        ("a<br>b<br/><br>c", "a\nb\n\nc", "line breaks"), ("<div>a</div><div>b</div>", "a\nb", "blocks"),
        (" a \n\t b ", "a b", "white space collapses"), ("<b>a</b> <i>b</i>c", "a bc", "inline tags are no space"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc", "lists"),
        ("<tr><td>a</td><td>b</td></tr><tr><td>c</td></tr>", "a b\nc", "cells and rows"),
        ("<a href=\"https://x/\">go</a>", "go (https://x/)", "a link's address is kept"),
        ("<a href='https://x/?a&amp;b'>go</a>", "go (https://x/?a&b)", "entities in addresses"),
        ("<a href=\"https://x/\">https://x/</a>", "https://x/", "not twice"),
        ("<a href=\"{{u}}\">{{u}}</a>", "{{u}}", "not twice, with a field"),
        ("<a href=\"{{u}}\">{{v}}</a>", "{{v}} ({{u}})", "two fields are two"),
        ("<a href=\"mailto:a@b.c\">a@b.c</a>", "a@b.c", "mail addresses read as such"),
        ("<a href=\"#top\">up</a>", "up", "places in the message mean nothing in text"),
        ("<a href=\"https://x/\"><img src=\"y\" alt=\"Shop\"></a>", "Shop (https://x/)", "a picture's text"),
        ("<a href=\"https://x/\"><img src=\"y\"></a>", "https://x/", "a link without a text"),
        ("<title>t</title><style>p{}</style><script>a<b</script><!-- c -->x", "x", "what is not shown"),
        ("&lt;&amp;&eacute;&#233;&#xE9;&hellip;&nosuch;", "<&ééé…&nosuch;", "entities"),
        ("1 < 2", "1 < 2", "what is no tag"), ("{{#a}}<p>x</p>{{/a}}<p>y</p>", "{{#a}}x\n\n{{/a}}y", "sections stay"),
        (
            "<ul>{{#i}}<li>{{x}}</li>{{/i}}</ul>z", "{{#i}}- {{x}}\n{{/i}}\nz",
            "each round on its own line, none glued to the next"
        ),
        ("<ul>{{#i}}<li>{{x}}{{/i}}</ul>", "{{#i}}- {{x}}\n{{/i}}", "without the end tag, too"),
        ("Hi{{#n}} {{n}}{{/n}}!", "Hi{{#n}} {{n}}{{/n}}!", "inline sections keep their space"),
        ("A<br>{{#n}}B{{/n}}C", "A\n{{#n}}B{{/n}}C", "a line break before a section that is left out"),
        (
            "<a {{#n}}class=\"x\"{{/n}} href=\"https://x/\">a</a>", "{{#n}}{{/n}}a (https://x/)",
            "sections in tags close"
        ),
        ("<ol><li>a<li>b</ol>c", "1. a\n2. b\n\nc", "numbers"),
        ("<ol start=5><li>a</li><li value='9'>b</li><li>c</li></ol>", "5. a\n9. b\n10. c", "other numbers"),
        (
            "<ol><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ol>", "1. a\n   1. b\n   2. c\n2. d",
            "a list within one"
        ),
        ("<ul><li>a<ul><li>b<br>c</li></ul></li></ul>", "- a\n  - b\n    c", "the lines of an item below each other"),
        ("<ul><li><p>a</p></li><li></li><li>b</li></ul>", "- a\n\n-\n- b", "paragraphs in items, and an empty one"),
        (
            "<ol>{{#i}}<li>{{x}}</li>{{/i}}</ol>", "{{#i}}- {{x}}\n{{/i}}",
            "how many there are is known when a message is rendered"
        ),
        ("{{#i}}<ol><li>{{x}}</li><li>b</li></ol>{{/i}}", "{{#i}}1. {{x}}\n2. b\n\n{{/i}}", "a list in a section"),
        ("<pre>\n  a\n    b</pre>c", "  a\n    b\n\nc", "preformatted"),
        ("<a href=\"mailto:a@b.example\">write</a>", "write (a@b.example)", "a mailbox"),
        (
            "<a href=\"mailto:a@b.example?subject=Hi there&amp;body=x\">write</a>",
            "write (mailto:a@b.example?subject=Hi%20there&body=x)", "with a subject it can be followed"
        ),
        ("<a href=\"mailto:a@b.example?subject=Hi\">a@b.example</a>", "a@b.example", "its text says it"),
        ("<a href=\"tel:+49351123\">+49 351 123</a>", "+49 351 123", "a phone's text says it"),
        ("<a href=\"tel:+49351123\">call</a>", "call (+49351123)", "a phone"),
        ("<a href=\" https://x/my file (1).pdf \">menu</a>", "menu (https://x/my%20file%20(1).pdf)", "blanks in a URL"),
        ("<hr>a", "----\na", "rules"), ("<p>a&nbsp;&nbsp;b</p>", "a  b", "hard spaces"),
    ]

    @Test(arguments: table)
    func `the text part says what the HTML says`(row: (html: String, text: String, because: Comment)) throws {
        #expect(try Self.text(row.html) == row.text, row.because)
    }

    static let values: [(value: String, text: String, because: Comment)] = [
        (
            "<b>Bread</b> &amp; <a href=\"https://bakery.example/o\">offer</a><br>now",
            "Bread & offer (https://bakery.example/o)\nnow", "tags and entities"
        ),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b", "a list"), ("plain\n text", "plain\n text", "no HTML"),
        ("a < b", "a < b", "no tag"), ("", "", "nothing"),
        ("<script>a</script>\0<p>b", "b", "what is not shown, and NUL"),
    ]

    @Test(arguments: values)
    func `a field in three braces is HTML, and text in the text part`(
        row: (value: String, text: String, because: Comment)
    ) throws {
        let template = try MessageFixture.template(subject: "x", html: "<p>[{{{offer}}}]</p>")
        let fields = MergeValue.object([MergeField(name: "offer", value: .text(MergeText(row.value)))])
        let message = try MessageFixture.render(template, MessageFixture.recipient(fields))
        let text = message.text.replacing("\r\n", with: "\n")
        #expect(text.hasPrefix("[\(row.text)]\n"), "\(text): \(row.because)")
        #expect(message.html.replacing("\r\n", with: "\n").contains("<p>[\(row.value)]</p>"), row.because)
    }

    @Test(arguments: Samples.messages)
    func `a designed message becomes a text without tags`(name: String) throws {
        try expectText(of: try Samples.text("messages/\(name).html"), contains: "The Bakery, Mill Lane 4, Oldtown")
    }

    @Test(
        .enabled(if: ForeignData.isNamed, "\(ForeignData.whySkipped)"),
        arguments: ["basic-welcome", "basic-receipt", "plain-comment-notification"]
    )
    func `so does a message that others designed`(name: String) throws {
        let html = MessageFixture.withoutHelpers(try ForeignData.text("letters/\(name).html"))
        try expectText(of: html, contains: "[Company Name, LLC]")
    }

    private func expectText(of html: String, contains line: String) throws {
        let text = try Self.text(html)
        #expect(!text.contains("<") && !text.contains("@import") && !text.contains("\n\n\n"), "\(text)")
        #expect(text.contains(line), "\(text)")
    }
}
