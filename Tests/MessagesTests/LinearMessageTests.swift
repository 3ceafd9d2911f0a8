import TestKit
import Testing

@testable import Core
@testable import Messages
@testable import Templates

/// What a tenant writes into a message costs CPU in proportion to its size, whatever it looks like.
@Suite struct LinearMessageTests {
    private static func repeated(_ text: String, _ count: Int) -> [UInt8] {
        Array(String(repeating: text, count: count).utf8)
    }

    private static func flat(_ source: [UInt8]) throws -> FlatTemplate {
        try MustacheParser.parse(source, name: "test")
    }

    private static func numbered(_ count: Int, _ text: (Int) -> String) -> String {
        (0..<count).map(text).joined()
    }

    private static func scanned(_ because: String, size: Int, _ source: @escaping @Sendable (Int) -> [UInt8])
        -> TextWork
    {
        TextWork("HTMLScanner", because, size: size) { size in
            let bytes = source(size)
            return {
                var scanner = HTMLScanner(bytes)
                while scanner.next() != nil {}
            }
        }
    }

    private static func conditional(_ because: String, size: Int, _ source: @escaping @Sendable (Int) -> [UInt8])
        -> TextWork
    {
        TextWork("HTMLScanner", because, size: size) { size in
            let bytes = source(size)
            return {
                var scanner = HTMLScanner(bytes, readsConditionalComments: true)
                while scanner.next() != nil {}
            }
        }
    }

    static let parsing = [
        TextWork("MustacheParser", "names of many words", size: 300) { size in
            let source = repeated("{{First Name of a\u{A0}Person}}", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "tags that are text", size: 300) { size in
            let source = repeated("{{!a}} }} {{b}}", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "many tags on one line", size: 300) { size in
            let source = repeated("{{a}}", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "comments among blanks", size: 300) { size in
            let source = repeated("    {{!a}}    ", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "a section a line", size: 150) { size in
            let source = repeated("  {{#a}}  \n  {{/a}}  \n", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "braces that open nothing", size: 3_000) { size in
            let source = repeated("{ { ", size)
            return { _ = try flat(source) }
        },
        TextWork("MustacheParser", "a delimiter as long as the text", size: 300) { size in
            let source = Array("{{=\(String(repeating: "<", count: size))| |>=}}".utf8) + repeated("<", size * 2)
            return { _ = try? flat(source) }
        },
        TextWork("PartialInliner", "many partials", size: 30) { size in
            let fields = MessageFields(partials: ["p": "text"], trackingBase: "https://t.example", campaignName: "c")
            let source = String(repeating: "{{>p}}", count: size)
            return { _ = try fields.prepare(source, name: "test", for: .html) }
        },
    ]

    static let scanning = [
        TextWork("URLFields", "fields in one long word", size: 300) { size in
            let source = try flat(repeated("{{a}}", size))
            return { _ = try URLFields.mark(inText: source) }
        },
        TextWork("URLFields", "fields in one URL", size: 300) { size in
            let source = try flat(Array("https://a.example/".utf8) + repeated("{{a}}-", size))
            return { _ = try URLFields.mark(inText: source) }
        },
        TextWork("URLFields", "fields in many attributes", size: 100) { size in
            let source = try flat(repeated(#"<a href="https://a.example/{{a}}">{{b}}</a>"#, size))
            return { _ = try URLFields.mark(inHTML: source) }
        },
        TextWork("HTMLToText", "many links", size: 100) { size in
            let source = try flat(repeated(#"<a href="https://a.example/{{a}}">{{b}}</a>"#, size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "many pictures", size: 100) { size in
            let source = try flat(repeated(#"<img alt="a {{a}}">"#, size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "links that are never closed, and blanks", size: 200) { size in
            let source = try flat(repeated("<a href=x>", size) + repeated("&#32;", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "open sections and paragraphs", size: 100) { size in
            let source = try flat(repeated("{{#a}}<p>x<p>{{/a}} &nbsp; ", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("URLFields", "sections in one URL", size: 300) { size in
            let source = try flat(
                Array("<a href='".utf8) + repeated("{{#a}}https://a{{b}}/{{/a}}", size) + Array("'>".utf8)
            )
            return { _ = try URLFields.mark(inHTML: source) }
        },
        TextWork("URLFields", "schemes and styles that are none", size: 300) { size in
            let source = try flat(repeated("a:b//www.url(('mailto:{{a}}", size))
            return { _ = try URLFields.mark(inText: source) }
        },
        TextWork("HTMLToText", "lists within lists", size: 100) { size in
            let source = try flat(repeated("<ol><li>{{#a}}x<ul><li>y{{/a}}", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "lists that are closed again and again", size: 100) { size in
            let source = try flat(repeated("<ol><li>x", size) + repeated("</ol></ol><li>", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "line breaks in preformatted text", size: 300) { size in
            let source = try flat(Array("<pre>".utf8) + repeated("\n\n a &nbsp;\n", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "phone numbers that are never closed", size: 200) { size in
            let source = try flat(repeated("<a href='tel:1'>1", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("HTMLToText", "links of blanks and numbers", size: 100) { size in
            let source = try flat(repeated("<a href=' a b\tc'>x</a><a href='tel:+1 2'>1 2</a>", size))
            return { _ = HTMLToText.convert(source) }
        },
        TextWork("MessageHTML", "links that are not counted", size: 60) { size in
            let source = try flat(Array(numbered(size) { "<a href='\($0)/{{a}}'>x</a>" }.utf8))
            return {
                _ = try MessageHTML(
                    source,
                    name: "test",
                    trackingBase: "https://t.example",
                    tracking: .aggregate,
                    language: .en
                )
            }
        },
        conditional("conditional comments", size: 200) { repeated("<!--[if mso]><a href='x'><![endif]-->", $0) },
        conditional("many before one end", size: 200) { repeated("<!--[if mso]><a>", $0) + Array("-->".utf8) },
        conditional("some that are never closed", size: 200) { repeated("<!--[if mso]><a <!--[if !mso]><!-- <", $0) },
        conditional("some that hide nothing", size: 200) { repeated("<!--[if !mso]><!--><a><!--<![endif]-->", $0) },
        scanned("tags that are never closed", size: 200) { repeated("<a ", $0) },
        scanned("a quote that is never closed", size: 200) { repeated("<a ", $0) + Array("x=\">".utf8) },
        scanned("end tags that are never closed", size: 200) { repeated("</", $0) + repeated("</a b", $0) },
        scanned("one tag with many attributes", size: 300) { Array("<a".utf8) + repeated(" b='c'", $0) + [0x3E] },
        scanned("comments that are never closed", size: 300) { repeated("<!-- <!", $0) },
        scanned("scripts within scripts", size: 300) { repeated("<script></scrip", $0) },
        TextWork("MessageHTML", "many links, body ends and opt-outs", size: 60) { size in
            let source = try flat(
                Array(
                    numbered(size) { "<a href='https://a.example/\($0 % 500)' data-veredus-notrack>x</a></body>" }.utf8
                )
            )
            return {
                _ = try MessageHTML(
                    source,
                    name: "test",
                    trackingBase: "https://t.example",
                    tracking: .aggregate,
                    language: .en
                )
            }
        },
        TextWork("HTMLToText", "names of combining marks", size: 200) { size in
            let marks = String(repeating: "\u{327}\u{301}", count: size)
            let source = try flat(Array("<p\(marks) a\(marks)='https://a.example/{{a}}'>x</p\(marks)>".utf8))
            return {
                _ = try URLFields.mark(inHTML: source)
                _ = HTMLToText.convert(source)
            }
        },
        TextWork("MustacheParser", "names of combining marks", size: 200) { size in
            let marks = String(repeating: "\u{327}\u{301}", count: size)
            let source = Array("{{#a\(marks)}}{{/a\(marks)}}".utf8)
            return { for _ in 0..<10 { _ = try? flat(source) } }
        },
        TextWork("MessageText", "many unsubscribe links in sections", size: 200) { size in
            let source = try flat(repeated("{{#a}}https://t.example/u/{{b}}{{/a}}", size))
            return { _ = MessageText.finished(source, trackingBase: "https://t.example", language: .en) }
        },
        TextWork("ClickMap", "many links", size: 100) { size in
            let html = repeated("<a href='https://a.example/'>x</a>", size)
            return { _ = ClickMap.marked(html, badges: ["https://a.example/": "3 clicks"]) }
        },
        TextWork("LinkURL", "a host name of many scripts", size: 60) { size in
            let name = String(String.UnicodeScalarView((0..<size).compactMap { Unicode.Scalar(0x4E00 + $0) }))
            let bytes = Array("https://\(name).example/".utf8)
            return { for _ in 0..<20 { _ = LinkURL.tracked(bytes, 0..<bytes.count) } }
        },
    ]

    static let rendering = [
        TextWork("TemplateWalker", "a value in a URL", size: 300) { size in
            let template = try MessageFixture.template(subject: "x", html: "<a href='https://a.example/{{x}}'>x</a>")
            let value = MergeValue.text(MergeText(repeated("%a/ü&%20", size)))
            let recipient = try MessageFixture.recipient(.object([MergeField(name: "x", value: value)]))
            return { _ = try MessageFixture.render(template, recipient) }
        },
        TextWork("TemplateWalker", "a value that is HTML", size: 300) { size in
            let template = try MessageFixture.template(subject: "x", html: "<p>{{{x}}}</p>")
            let value = MergeValue.text(MergeText(repeated("<ul><li><a href=' b'>&amp;", size)))
            let recipient = try MessageFixture.recipient(.object([MergeField(name: "x", value: value)]))
            return { _ = try MessageFixture.render(template, recipient) }
        },
        TextWork("TemplateWalker", "as many fields as the contact has", size: 100) { size in
            let source = numbered(size) { "{{field_number_\($0)}}" }
            let template = try MustacheTemplate(source, name: "test", escaping: .html)
            let fields = MadeUpContact.fields(named: Set((0..<size).map { "field_number_\($0)" }))
            return { _ = try template.render(fields) }
        },
        TextWork("TemplateWalker", "a section over a list of objects", size: 100) { size in
            let template = try MustacheTemplate("{{#l}}{{a}}{{b}}{{/l}}", name: "test", escaping: .html)
            let fields: MergeValue = [
                "l": .list([MergeValue](repeating: ["a": "x", "b": "y"], count: size))
            ]
            return { _ = try template.render(fields) }
        },
        TextWork("MadeUpContact", "many names", size: 100) { size in
            let names = Set((0..<size).map { "a\($0 % 7).b\($0)" })
            return { _ = MadeUpContact.fields(named: names) }
        },
        TextWork("HeaderField", "many words", size: 300) { size in
            let value = repeated("word ", size) + [0x61]
            return {
                var field: [UInt8] = []
                HeaderField.append("Subject", text: value, to: &field)
            }
        },
        TextWork("HeaderField", "a last word that is too long", size: 300) { size in
            let value = repeated("word ", size) + repeated("x", 100)
            return {
                var field: [UInt8] = []
                HeaderField.append("Subject", text: value, to: &field)
            }
        },
        TextWork("HeaderField", "another script", size: 300) { size in
            let value = repeated("Größe ", size)
            return {
                var field: [UInt8] = []
                HeaderField.append("From", display: value, inside: Array("a@b.example".utf8), to: &field)
            }
        },
        TextWork("QuotedPrintableOutput", "lines, blanks and entities", size: 300) { size in
            let value = repeated("From <ü> \t\r\n", size)
            return {
                var output = QuotedPrintableOutput(escaping: .html)
                output.append(value: value[...], isEscaped: true)
            }
        },
        TextWork("HTMLEntities", "references and what is none", size: 300) { size in
            let value = repeated("&amp;&#x26;&nothing &", size)
            return { _ = HTMLEntities.decoded(value, 0..<value.count) }
        },
    ]

    @Test(arguments: parsing + scanning + rendering)
    func `sixteen times the message costs sixteen times the CPU, not its square`(work: TextWork) throws {
        let growth = try CPUGrowth.of(work)
        #expect(growth <= CPUGrowth.most, "\(work.description)")
    }

    @Test func `a whole message of hostile text compiles in linear time`() throws {
        for text in ["{{a}}", "<a href='https://a.example/{{a}}'>x</a>", "<p {{a}}", "x ://"] {
            let work = TextWork("MessageTemplate", text, size: 60) { size in
                let html = String(repeating: text, count: size)
                return { _ = try MessageFixture.template(html: html) }
            }
            let growth = try CPUGrowth.of(work)
            #expect(growth <= CPUGrowth.most, "\(text)")
        }
    }
}
