import Testing

@testable import Core
@testable import Templates

/// Names of fields as other programs' exports have them, and expressions of other languages, which are none.
@Suite struct FieldNameTests {
    static let names: [(tag: String, field: String, because: Comment)] = [
        ("{{First Name}}", "First Name", "a column of Mailchimp's or HubSpot's"),
        ("{{ First   Name }}", "First Name", "with blanks as somebody typed them"),
        ("{{First\u{A0}Name}}", "First Name", "with a hard blank, as editors of HTML write it"),
        ("{{First&nbsp;Name}}", "First Name", "and its reference"),
        ("{{First\r\n Name}}", "First Name", "over two lines"),
        ("{{Address 1 - Street}}", "Address 1 - Street", "a dash"),
        ("{{What's your name?}}", "What's your name?", "a question"),
        ("{{Price (€)}}", "Price (€)", "brackets"), ("{{end date}}", "end date", "a word that some languages reserve"),
        ("{{#First Name}}{{.}}{{/First Name}}", "First Name", "a section"),
    ]

    @Test(arguments: names)
    func `a name with spaces names a field`(row: (tag: String, field: String, because: Comment)) throws {
        let template = try MustacheTemplate(row.tag, name: "t", escaping: .plain)
        let fields = MergeValue.object([MergeField(name: MergeText(row.field), value: "Ann")])
        #expect(try template.render(fields) == Array("Ann".utf8), row.because)
        #expect(FieldName.isUsable(row.field))
    }

    /// What is refused, what stands in the hint, and the source with the hint followed.
    static let hints: [(source: String, hint: String, followed: String, because: Comment)] = [
        (#"{{name|default "there"}}"#, "{{name}}", "{{name}}", "a filter"),
        (#"{{ name | default: "friend" }}"#, "{{name}}", "{{name}}", "Liquid"),
        (#"{{default name "there"}}"#, "{{name}}", "{{name}}", "a helper"),
        (#"{{insert name "default=x"}}"#, "{{name}}", "{{name}}", "another one"),
        ("{{first_name, fallback=there}}", "{{first_name}}", "{{first_name}}", "a fallback"),
        ("{{name default='x'}}", "{{name}}", "{{name}}", "an argument"),
        (#"{{"there"}}"#, "{{there}}", "{{there}}", "a text alone"),
        (#"{{var:name:"there"}}"#, "{{name}}", "{{name}}", "a prefix"),
        ("{{ name ?? other }}", "{{name}}", "{{name}}", "an operator"),
        ("{{personalization_token('contact.name', 'there')}}", "{{contact.name}}", "{{contact.name}}", "a function"),
        ("{{<b>name</b>}}", "{{name}}", "{{name}}", "markup in a tag"),
        ("{{“name”}}", "{{name}}", "{{name}}", "typographic quotes"),
        (#"{{""}}"#, "{{first_name}}", "{{first_name}}", "nothing at all"),
        ("{{if vip}}", "{{vip}}", "{{vip}}", "a condition without section"),
        ("{{#if vip}}a{{/if}}", "{{#vip}}…{{/vip}}", "{{#vip}}a{{/vip}}", "Handlebars"),
        (#"{{#if (eq plan "gold")}}a{{/if}}"#, "{{#plan}}…{{/plan}}", "{{#plan}}a{{/plan}}", "a comparison"),
        ("{{#each items as |item|}}a{{/each}}", "{{#items}}…{{/items}}", "{{#items}}a{{/items}}", "a loop"),
        ("{{#vip}}a{{else}}b{{/vip}}", "{{/vip}}{{^vip}}", "{{#vip}}a{{/vip}}{{^vip}}b{{/vip}}", "otherwise"),
        ("{{^vip}}a{{else}}b{{/vip}}", "{{/vip}}{{#vip}}", "{{^vip}}a{{/vip}}{{#vip}}b{{/vip}}", "the other way"),
        ("{{../name}}", "{{name}}", "{{name}}", "the outer object"), ("{{.Name}}", "{{Name}}", "{{Name}}", "Go"),
        ("{{a..b}}", "{{a.b}}", "{{a.b}}", "two dots"), ("{{...}}", "{{first_name}}", "{{first_name}}", "only dots"),
        ("{{#.a.}}x{{/.a.}}", "{{#a}}", "{{#a}}x{{/a}}", "dots around a section's name"),
        ("{{}}", "{{first_name}}", "{{first_name}}", "no name"),
        ("{{#}}x{{/}}", "{{#first_name}}", "{{#first_name}}x{{/first_name}}", "a section without one"),
        ("{{#a}}x", "add {{/a}}", "{{#a}}x{{/a}}", "a section that is not closed"),
        ("x{{/a}}", "open it with {{#a}}", "{{#a}}x{{/a}}", "a section that is not opened"),
        (#"x{{/"a"}}"#, "remove it", "x", "an end that nothing can open"),
        ("x{{/}}", "remove it", "x", "an end without name"),
        ("{{#a}}{{#b}}{{/a}}", "write {{/b}} first", "{{#a}}{{#b}}{{/b}}{{/a}}", "sections that cross"),
        ("{{name", "end it with }}", "{{name}}", "half a tag"),
        ("{{{name}}", "end it with }}}", "{{{name}}}", "of three braces"),
        ("{{name, {{city}}", "end it with }}", "{{name}}, {{city}}", "a tag that runs into the next one"),
        ("{{=<% %>", "end it with =}}", "{{=<% %>=}}", "of delimiters"),
        ("{{=|=}}", "{{=<% %>=}}", "{{=<% %>=}}", "one delimiter"),
        ("{{> my footer}}", "{{> footer}}", "{{> footer}}", "a partial's name"),
        ("{{=<% %>=}}<%#a%>", "add <%/a%>", "{{=<% %>=}}<%#a%><%/a%>", "in the delimiters of the template"),
        ("{{=<% %>=}}<%if a%>", "<%a%>", "{{=<% %>=}}<%a%>", "helpers in them"),
    ]

    @Test(arguments: hints)
    func `a hint can be followed`(row: (source: String, hint: String, followed: String, because: Comment)) throws {
        let error = try #require(throws: TemplateError.self, row.because) {
            try MustacheTemplate(row.source, name: "t", escaping: .html)
        }
        #expect(error.remedy.contains(row.hint), "\(error): \(row.because)")
        #expect(throws: Never.self, row.because) { try MustacheTemplate(row.followed, name: "t", escaping: .html) }
    }

    static let unusable: [(name: String, usable: String, because: Comment)] = [
        ("Tel. (work)", "tel_work", "a dot is a path"), ("#Orders", "orders", "a sign that opens a section"),
        ("a  b", "a_b", "two blanks: a template has one"), ("Say \"hi\"", "say_hi", "quotes"), ("A=B", "a_b", "a sign"),
        ("Größe.", "größe", "letters of any language"), ("...", "field", "nothing that could be a name"),
        ("if any", "if_any", "a word that begins a condition elsewhere"),
    ]

    @Test(arguments: unusable)
    func `a name that no template can have is told with one that it can`(
        row: (name: String, usable: String, because: Comment)
    ) {
        #expect(!FieldName.isUsable(row.name), row.because)
        #expect(FieldName.usable(row.name) == row.usable && FieldName.isUsable(row.usable), row.because)
    }

    @Test func `a byte-order mark is no part of a template or partial`() throws {
        let template = try MustacheTemplate(
            "\u{FEFF}{{>p}}|{{>q}}",
            name: "t",
            partials: ["p": "\u{FEFF}a", "q": "b"],
            escaping: .plain
        )
        #expect(try template.render([:]) == Array("a|b".utf8))
        let error = #expect(throws: TemplateError.self) {
            try MustacheTemplate("\u{FEFF}{{}}", name: "t", escaping: .plain)
        }
        #expect(error?.column == 1, "it has no column")
    }
}
