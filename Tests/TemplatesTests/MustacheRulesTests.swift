import Testing

@testable import Templates

/// What each kind of tag does, in cases of our own for every rule of the Mustache specification's core; what tags do to the
/// lines around them is in ``MustacheLineTests``.
@Suite struct MustacheRulesTests {
    typealias Row = (template: String, data: MergeValue, output: String, because: Comment)

    static func render(_ template: String, _ data: MergeValue, partials: [String: String] = [:]) throws -> String {
        let compiled = try MustacheTemplate(template, name: "t", partials: partials, escaping: .html)
        return String(decoding: try compiled.render(data, isLenient: true), as: UTF8.self)
    }

    private static let sharp: MergeValue = ["dish": "<fish> & \"chips\""]
    private static let escaped = "&lt;fish&gt; &amp; &quot;chips&quot;"
    private static let nested: MergeValue = ["shop": ["owner": ["name": "Ada"]]]

    static let interpolation: [Row] = [
        ("No tag, no change.\n", [:], "No tag, no change.\n", "text alone"),
        ("Hi {{who}}, hi {{who}}!", ["who": "Bo"], "Hi Bo, hi Bo!", "a tag is filled in as often as it stands there"),
        ("{{a}}{{b}}", ["a": "{{b}}", "b": "x"], "{{b}}x", "what was filled in is not read again"),
        ("{{dish}}", sharp, escaped, "two braces escape for HTML"),
        ("{{{dish}}}", sharp, "<fish> & \"chips\"", "three do not"),
        ("{{&dish}}", sharp, "<fish> & \"chips\"", "nor does the ampersand"),
        ("{{n}} {{{n}}} {{&n}}", ["n": .number("12")], "12 12 12", "whole numbers, in each form"),
        ("{{n}} {{{n}}} {{&n}}", ["n": .number("0.50")], "0.50 0.50 0.50", "a fraction keeps the digits it came with"),
        ("[{{x}}{{{x}}}{{&x}}]", ["x": .null], "[]", "null is empty"),
        ("[{{y}}{{{y}}}{{&y}}]", ["x": "1"], "[]", "so is what is not there"),
        ("{{ who }}{{{ who }}}{{& who }}{{\twho\n}}", ["who": "Bo"], "BoBoBoBo", "blanks inside a tag mean nothing"),
        ("a {{who}} b {{{who}}} c {{&who}} d", ["who": "-"], "a - b - c - d", "blanks beside a tag stay"),
        ("  {{who}}\n  {{{who}}}\n  {{&who}}\n", ["who": "-"], "  -\n  -\n  -\n", "alone on its line, its line stays"),
    ]

    static let dottedNames: [Row] = [
        ("{{shop.owner.name}}", nested, "Ada", "a path goes down, level by level"),
        ("{{#shop}}{{#owner}}{{name}}{{/owner}}{{/shop}}", nested, "Ada", "and is short for sections"),
        ("{{{s.dish}}} {{&s.dish}}", ["s": sharp], "<fish> & \"chips\" <fish> & \"chips\"", "unescaped, too"),
        ("{{a.b.c.d.e.f}}", ["a": ["b": ["c": ["d": ["e": ["f": "deep"]]]]]], "deep", "to any depth"),
        ("[{{shop.cook.name}}]", nested, "[]", "a path that breaks is empty"),
        ("[{{shop.owner.name.first}}]", nested, "[]", "a text has no fields"),
        (
            "[{{shop.cook}}]", ["shop": ["owner": "Ada"], "cook": "Eve"], "[]",
            "the second name is looked for in the first alone, never further out"
        ),
        (
            "{{#inner}}{{shop.name}}{{/inner}}", ["shop": ["name": "outside"], "inner": ["x": "1"]], "outside",
            "the first name is looked for as any other, outwards"
        ),
        (
            "[{{#inner}}{{shop.name}}{{/inner}}]", ["shop": ["name": "outside"], "inner": ["shop": [:]]], "[]",
            "the innermost first name decides, even when the path breaks there"
        ),
        ("[{{a.b}}]", ["a.b": "flat"], "[]", "a name with a dot in it is never one key"),
        ("{{a.b}}", ["a.b": "flat", "a": ["b": "path"]], "path", "not even beside a path of that spelling"),
    ]

    static let sections: [Row] = [
        ("{{#on}}yes{{/on}}", ["on": true], "yes", "true is rendered"),
        ("[{{#on}}yes{{/on}}]", ["on": false], "[]", "false is not"),
        ("[{{#on}}yes{{/on}}]", ["on": .null], "[]", "nor is null"),
        ("[{{#on}}yes{{/on}}]", [:], "[]", "nor what is not there"),
        ("[{{#list}}x{{/list}}]", ["list": []], "[]", "nor an empty list"),
        (
            "{{#shop}}{{name}}{{/shop}}", ["shop": ["name": "Mill"]], "Mill",
            "an object is what its names are looked for in"
        ),
        (
            "{{#a}}{{x}}{{y}}{{/a}}", ["a": ["x": "in"], "x": "out", "y": "out"], "inout",
            "the inner name hides the outer; what is missing inside is found outside"
        ),
        ("{{#who}}Hi {{.}}{{/who}}", ["who": "Bo"], "Hi Bo", "a text is true, and the dot is the text"),
        ("{{#who}}Hi {{who}}{{/who}}", ["who": "Bo"], "Hi Bo", "and can still be named"),
        ("{{#l}}{{n}},{{/l}}", ["l": [["n": "a"], ["n": "b"]]], "a,b,", "a list is rendered item by item"),
        (
            "{{#rooms}}{{#beds}}{{house}}-{{room}}-{{bed}} {{/beds}}{{/rooms}}",
            [
                "house": "H",
                "rooms": [["room": "1", "beds": [["bed": "a"], ["bed": "b"]]], ["room": "2", "beds": []]],
            ],
            "H-1-a H-1-b ", "every level stays in reach inside lists"
        ),
        (
            "{{#a}}{{v}}{{#b}}{{v}}{{#c}}{{v}}{{u}}{{/c}}{{v}}{{/b}}{{v}}{{/a}}",
            ["u": "0", "a": ["v": "1"], "b": ["v": "2"], "c": ["v": "3"]], "123021",
            "leaving a section, its names are gone"
        ),
        ("{{#on}}a{{/on}}-{{#on}}b{{/on}}", ["on": true], "a-b", "one name opens as many sections as it is used for"),
        ("{{#on}}a{{#on}}b{{/on}}c{{/on}}", ["on": true], "abc", "also inside itself"),
        ("[{{#off}}a{{#off}}b{{/off}}c{{/off}}]", ["off": false], "[]", "and falls with all that is inside"),
        ("{{#shop.open}}yes{{/shop.open}}", ["shop": ["open": true]], "yes", "a path opens a section"),
        ("[{{#shop.open}}yes{{/shop.open}}]", ["shop": ["open": false]], "[]", "or does not"),
        ("[{{#shop.open.late}}yes{{/shop.open.late}}]", ["shop": [:]], "[]", "and a broken path is not true"),
        ("{{# on }}yes{{/ on }}", ["on": true], "yes", "blanks inside the tags mean nothing"),
    ]

    static let items: [Row] = [
        ("{{#l}}({{.}}){{/l}}", ["l": ["a", "b"]], "(a)(b)", "the dot is the item"),
        ("{{#l}}({{.}}){{/l}}", ["l": [.number("1"), .number("2.50")]], "(1)(2.50)", "a number as it was written"),
        ("{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", ["l": [["a", "b"], ["c"]]], "(ab)(c)", "an item can be a list"),
        ("{{#l}}{{.}} {{/l}}", ["l": ["<", "&"]], "&lt; &amp; ", "two braces escape"),
        ("{{#l}}{{{.}}} {{/l}}", ["l": ["<", "&"]], "< & ", "three do not"),
        ("{{#l}}{{&.}} {{/l}}", ["l": ["<", "&"]], "< & ", "nor does the ampersand"),
        ("{{#.}}{{n}};{{/.}}", [["n": "a"], ["n": "b"]], "a;b;", "the dot at the top is all that was given"),
        ("{{.}} {{{.}}} {{&.}}", "<b>", "&lt;b&gt; <b> <b>", "which can be a text"),
        ("{{.}}", .number("7"), "7", "or a number"),
    ]

    static let inverted: [Row] = [
        ("{{^on}}no{{/on}}", ["on": false], "no", "rendered over false"),
        ("[{{^on}}no{{/on}}]", ["on": true], "[]", "and not over true"),
        ("{{^on}}no{{/on}}", ["on": .null], "no", "over null"),
        ("{{^on}}no{{/on}}", [:], "no", "over what is not there"),
        ("{{^l}}none{{/l}}", ["l": []], "none", "over an empty list"),
        ("[{{^l}}none{{/l}}]", ["l": [["n": "a"]]], "[]", "not over a list that has items"),
        ("[{{^o}}none{{/o}}]", ["o": ["n": "a"]], "[]", "not over an object"),
        ("{{^on}}a{{/on}}-{{^on}}b{{/on}}", ["on": false], "a-b", "as often as it is used"),
        ("{{^on}}a{{^on}}b{{/on}}c{{/on}}", ["on": false], "abc", "also inside itself"),
        ("[{{^on}}a{{^on}}b{{/on}}c{{/on}}]", ["on": true], "[]", "and falls with all that is inside"),
        ("[{{^shop.open}}no{{/shop.open}}]", ["shop": ["open": true]], "[]", "a path that leads to true"),
        ("{{^shop.open}}no{{/shop.open}}", ["shop": ["open": false]], "no", "one that leads to false"),
        ("{{^shop.open.late}}no{{/shop.open.late}}", ["shop": [:]], "no", "one that breaks"),
        ("{{^ on }}no{{/ on }}", ["on": false], "no", "blanks inside the tags mean nothing"),
        ("{{#on}}yes{{/on}}{{^on}}no{{/on}}", ["on": false], "no", "either, or"),
    ]

    static let comments: [Row] = [
        ("a{{! not for readers }}b", [:], "ab", "left out"),
        ("a{{!\nof two\nlines}}b", [:], "ab", "over several lines, too"),
        ("a {{! x }} b", [:], "a  b", "blanks beside it stay"),
        ("[{{!who}}]", ["who": "Bo", "!who": "Eve"], "[]", "never filled in, whatever it says"),
        ("[{{! {{ }}]", [:], "[]", "it ends at the first closing braces"),
    ]

    static let delimiters: [Row] = [
        ("{{=<% %>=}}<% who %>", ["who": "Bo"], "Bo", "other delimiters from here on"),
        ("{{=| |=}}|who| {{who}}", ["who": "Bo"], "Bo {{who}}", "and braces are text from here on"),
        ("{{=[* *]=}}[* who *]", ["who": "Bo"], "Bo", "characters that mean something elsewhere"),
        ("{{=  @@   @@  =}}@@who@@", ["who": "Bo"], "Bo", "blanks inside the tag mean nothing"),
        ("{{=<% %>=}}<%={{ }}=%>{{who}}", ["who": "Bo"], "Bo", "and back"),
        (
            "{{#on}}{{who}}{{=< >=}}<who></on> <#on><who></on>", ["on": true, "who": "Bo"], "BoBo Bo",
            "changed inside a section, they close it and stay"
        ),
        ("{{=< >=}}<^off><who></off>", ["off": false, "who": "Bo"], "Bo", "inverted sections, too"),
        ("[ {{=< >=}} ]", [:], "[  ]", "blanks beside the tag stay"),
        ("{{=< >=}}<&dish>", sharp, "<fish> & \"chips\"", "the ampersand is how to leave unescaped then"),
    ]

    @Test(arguments: interpolation) func `a field is filled in`(row: Row) throws { try Self.expect(row) }
    @Test(arguments: dottedNames) func `a dotted name is a path`(row: Row) throws { try Self.expect(row) }
    @Test(arguments: sections) func `a section is rendered over what is true, once an item`(row: Row) throws {
        try Self.expect(row)
    }
    @Test(arguments: items) func `a dot is the value itself`(row: Row) throws { try Self.expect(row) }
    @Test(arguments: inverted) func `an inverted section is rendered over what is not true`(row: Row) throws {
        try Self.expect(row)
    }
    @Test(arguments: comments) func `a comment is left out`(row: Row) throws { try Self.expect(row) }
    @Test(arguments: delimiters) func `delimiters can be changed`(row: Row) throws { try Self.expect(row) }

    private static func expect(_ row: Row) throws {
        #expect(try render(row.template, row.data) == row.output, row.because)
    }
}
