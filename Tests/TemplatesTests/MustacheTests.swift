import Testing

@testable import Templates

@Suite struct MustacheTests {
    static let errors: [(source: String, error: String, because: Comment)] = [
        (
            "a\nb {{#items}}", "t:2:3: section \"items\" is never closed; add {{/items}}",
            "the place of the opening, not of the end"
        ),
        ("{{name", "t:1:1: a tag is never closed; end it with }}", "half a tag must not be sent as text"),
        ("x{{{name}}", "t:1:2: a tag is never closed; end it with }}}", "three braces need three"),
        ("{{/a}}", "t:1:1: {{/a}} closes no section; open it with {{#a}}, or remove it", "an end alone"),
        (
            "{{#a}}\n{{#b}}{{/a}}", "t:2:7: {{/a}} appears where section \"b\" of line 2 is open; write {{/b}} first",
            "sections must nest"
        ),
        (
            "{{#each items}}{{/each}}",
            "t:1:1: \"each items\" is not a field's name, and Mustache has no helpers; "
                + "name the field alone, as in {{#items}}…{{/items}}",
            "Handlebars is what many write by habit"
        ),
        ("{{}}", "t:1:1: a tag without a name; name a field, as in {{first_name}}", "nothing to look up"),
        (
            "{{a..b}}", "t:1:1: \"a..b\" has an extra dot; write it as in {{a.b}}",
            "an empty part names nothing"
        ),
        ("{{=|=}}", "t:1:1: \"|\" are not two delimiters; write them as in {{=<% %>=}}", "two are needed"),
        ("a\0", "t:1:2: a NUL character; remove it", "it marks tags inside the compiler"),
    ]

    @Test(arguments: errors)
    func `a template that cannot be compiled says where and what to do`(
        row: (source: String, error: String, because: Comment)
    ) {
        let error = #expect(throws: TemplateError.self, row.because) {
            try MustacheTemplate(row.source, name: "t", escaping: .html)
        }
        #expect(error?.description == row.error, row.because)
    }

    @Test func `a missing field is an error, a default fills it, a section over it is false`() throws {
        let template = try MustacheTemplate(
            "{{#vip}}V{{/vip}}{{^vip}}N{{/vip}} {{name}}",
            name: "t",
            escaping: .plain
        )
        #expect(throws: RenderError.missingField(name: "name", source: "t", line: 1)) {
            try template.render([:])
        }
        #expect(throws: RenderError.missingField(name: "name", source: "t", line: 1), "null is missing") {
            try template.render(["name": .null])
        }
        #expect(try template.render([:], defaults: ["name": "friend"]) == Array("N friend".utf8))
        #expect(try template.render(["name": .null], defaults: ["name": "friend"]) == Array("N friend".utf8))
        #expect(try template.render(["name": "Bo", "vip": true], defaults: ["name": "x"]) == Array("V Bo".utf8))
    }

    @Test func `a dotted name falls back to the default as a whole`() throws {
        let template = try MustacheTemplate("{{a.b}}", name: "t", escaping: .plain)
        #expect(try template.render(["a": ["c": "x"]], defaults: ["a": ["b": "d"]]) == Array("d".utf8))
        #expect(throws: RenderError.self) { try template.render(["a": "text"]) }
    }

    static let truths: [(value: MergeValue, isTrue: Bool)] = [
        (.bool(true), true), (.bool(false), false), (.null, false), ("", false), ("x", true), ([], false),
        (["x"], true), (.number("0"), false), (.number("10"), true), ([:], true),
        // Spreadsheets and databases say no in words; only a whole value does.
        ("FALSE", false), ("false", false), (" No ", false), ("n", false), ("off", false), ("0", false),
        ("0.00", false),
        ("0,0", false), ("-0", false), ("FALSCH", false), ("nein", false), ("FAUX", false), ("non", false),
        ("FALSO", false), ("ONWAAR", false), ("EPÄTOSI", false), ("FAŁSZ", false), ("YANLIŞ", false), ("ЛОЖЬ", false),
        ("TRUE", true), ("yes", true), ("1", true), ("0.5", true), ("00-1", true), ("No. 7", true), ("None", true),
        ("Noel", true), ("not", true), (".", true), ("-", true), (" ", true), ("f", true),
    ]

    @Test func `a value that says no is printed as it was written`() throws {
        let template = try MustacheTemplate("{{x}}{{^x}} is {{x}}{{/x}}", name: "t", escaping: .plain)
        #expect(try template.render(["x": "FALSE"]) == Array("FALSE is FALSE".utf8))
    }

    @Test(arguments: truths)
    func `a section is rendered over what is true`(row: (value: MergeValue, isTrue: Bool)) throws {
        let template = try MustacheTemplate("{{#x}}y{{/x}}{{^x}}n{{/x}}", name: "t", escaping: .plain)
        #expect(try template.render(["x": row.value]) == Array((row.isTrue ? "y" : "n").utf8))
    }

    @Test func `a list where a text is due is an error`() throws {
        let template = try MustacheTemplate("{{x}}", name: "t", escaping: .plain)
        #expect(throws: RenderError.notText(name: "x", source: "t", line: 1)) { try template.render(["x": ["a"]]) }
    }

    @Test func `only HTML is escaped, and braces in threes never are`() throws {
        let source = "{{x}}{{{x}}}{{&x}}"
        let html = try MustacheTemplate(source, name: "t", escaping: .html)
        let plain = try MustacheTemplate(source, name: "t", escaping: .plain)
        #expect(try html.render(["x": "<'\"&>"]) == Array("&lt;&#39;&quot;&amp;&gt;<'\"&><'\"&>".utf8))
        #expect(try plain.render(["x": "<&>"]) == Array("<&><&><&>".utf8))
    }

    @Test func `a field's value is never read as a template`() throws {
        let template = try MustacheTemplate("{{x}}", name: "t", escaping: .plain)
        #expect(try template.render(["x": "{{y}}"]) == Array("{{y}}".utf8))
    }

    // MARK: Bounds

    @Test func `a partial that includes itself without end is an error, not a crash`() throws {
        let template = try MustacheTemplate("{{>a}}", name: "t", partials: ["a": "x{{>a}}"], escaping: .plain)
        #expect(throws: RenderError.tooDeep(limit: 128)) { try template.render([:]) }
    }

    @Test func `a partial that indents itself without end is refused`() {
        #expect(throws: TemplateError.self) {
            try MustacheTemplate("{{>a}}", name: "t", partials: ["a": "x\n {{>a}}\n"], escaping: .plain)
        }
    }

    @Test func `sections nested too deeply are refused`() {
        let source = String(repeating: "{{#a}}", count: 65) + String(repeating: "{{/a}}", count: 65)
        #expect(throws: TemplateError.self) { try MustacheTemplate(source, name: "t", escaping: .plain) }
    }

    @Test func `output beyond the limit is an error`() throws {
        let template = try MustacheTemplate("{{#a}}12345{{/a}}", name: "t", escaping: .plain)
        let list = MergeValue.list(Array(repeating: "", count: 3))
        #expect(try template.render(["a": list], limitBytes: 15).count == 15)
        #expect(throws: RenderError.tooLarge(limitBytes: 14)) { try template.render(["a": list], limitBytes: 14) }
    }

    @Test func `lists within lists that write nothing still end`() throws {
        let template = try MustacheTemplate(
            "{{#a}}{{#a}}{{#a}}{{^a}}x{{/a}}{{/a}}{{/a}}{{/a}}",
            name: "t",
            escaping: .plain
        )
        let list = MergeValue.list(Array(repeating: true, count: 200))
        #expect(throws: RenderError.tooManySteps(limit: 1_000_000)) { try template.render(["a": list]) }
    }
}
