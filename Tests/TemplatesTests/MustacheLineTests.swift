import Testing

@testable import Templates

/// What tags do to the lines that they stand on, and partials, in cases of our own for every rule of the Mustache
/// specification's core.
@Suite struct MustacheLineTests {
    /// Tags that write nothing themselves; `%` stands for one of them, and for what it writes: nothing.
    static let silent: [(tags: [String], because: Comment)] = [
        (["{{! x }}"], "a comment"), (["{{!\n x\n}}"], "a comment of several lines"),
        (["{{={{ }}=}}"], "delimiters"), (["{{#on}}", "{{/on}}"], "a section"), (["{{^off}}", "{{/off}}"], "inverted"),
        (["{{# on }}", "{{/ on }}"], "a section with blanks inside its tags"),
    ]

    static let lines: [(template: String, output: String, because: Comment)] = [
        ("a\n%\nb\n", "a\nb\n", "alone on a line: the line goes"),
        ("a\n  %  \nb\n", "a\nb\n", "with its blanks"),
        ("a\n\t%\t\nb\n", "a\nb\n", "tabs are blanks"),
        ("a\r\n%\r\nb\r\n", "a\r\nb\r\n", "CR LF ends a line, too"),
        ("%\nb\n", "b\n", "on the first line"),
        ("  %\nb\n", "b\n", "on the first line, with blanks before it"),
        ("a\n%", "a\n", "on a last line without an end"),
        ("a\n  %", "a\n", "on a last line without an end, with blanks before it"),
        ("a % b\n", "a  b\n", "with text beside it: the line stays, blanks too"),
        ("  % b\n", "   b\n", "with text after it"),
        ("a %  \n", "a   \n", "with text before it"),
        ("%%\n", "\n", "two on one line: the line stays"),
        ("a\n\n%\n\nb\n", "a\n\n\nb\n", "empty lines around it stay"),
    ]

    @Test(arguments: silent)
    func `a tag that writes nothing takes its line with it when it is alone there`(
        row: (tags: [String], because: Comment)
    ) throws {
        for tag in row.tags {
            for line in Self.lines {
                // What belongs to the tag, opened or closed, stands outside of the line that is looked at.
                let before = tag.contains("/") ? row.tags[0] : ""
                let after = row.tags.count == 2 && !tag.contains("/") ? row.tags[1] : ""
                let count = line.template.split(separator: "%", omittingEmptySubsequences: false).count - 1
                guard count == 1 || row.tags.count == 1 else { continue }
                guard before.isEmpty || !line.template.drop(while: { $0 == " " }).hasPrefix("%") else { continue }
                guard after.isEmpty || !line.template.hasSuffix("%") else { continue }
                let template = before + line.template.replacing("%", with: tag) + after
                let output = try MustacheRulesTests.render(template, ["on": true, "off": false])
                #expect(output == line.output, "\(row.because), \(line.because): \(template.debugDescription)")
            }
        }
    }

    typealias Row = (template: String, data: MergeValue, output: String, because: Comment)

    static let sections: [Row] = [
        ("<\n{{#l}}\n- {{.}}\n{{/l}}\n>\n", ["l": ["a", "b"]], "<\n- a\n- b\n>\n", "a list, an item a line"),
        ("<\n  {{#l}}\n- {{.}}\n  {{/l}}\n>\n", ["l": ["a", "b"]], "<\n- a\n- b\n>\n", "its tags may be indented"),
        ("<\n{{#l}}\n- {{.}}\n{{/l}}\n>\n", ["l": []], "<\n>\n", "nothing is left of an empty one"),
        ("<\n{{^l}}\nnone\n{{/l}}\n>\n", ["l": []], "<\nnone\n>\n", "inverted"),
        ("{{#on}}\na\n{{/on}}", ["on": true], "a\n", "on the first line, and on a last one without an end"),
        ("{{#on}}\r\na\r\n{{/on}}\r\nb", ["on": true], "a\r\nb", "CR LF"),
        (" {{#on}}a{{/on}} \n {{^off}}b{{/off}} \n", ["on": true], " a \n b \n", "both tags on one line: it stays"),
        (
            "+ {{#on}}\t{{! x }}\n\t{{/on}} +\n", ["on": true], "+ \t\n\t +\n",
            "a line with text is no tag's own, and what is inside keeps its blanks"
        ),
        ("{{#on}}\n{{^off}}\na\n{{/off}}\n{{/on}}\n", ["on": true], "a\n", "nested, each tag on a line"),
    ]

    @Test(arguments: sections) func `a section's tags leave no empty lines`(row: Row) throws {
        #expect(try MustacheRulesTests.render(row.template, row.data) == row.output, row.because)
    }

    typealias PartialRow = (
        template: String, partials: [String: String], data: MergeValue, output: String, because: Comment
    )

    static let partials: [PartialRow] = [
        ("[{{>foot}}]", ["foot": "bye"], [:], "[bye]", "it stands where it is named"),
        ("[{{>none}}]", [:], [:], "[]", "without such a partial, nothing does"),
        (
            "{{#shop}}{{>sign}}{{/shop}}", ["sign": "*{{name}}*"], ["shop": ["name": "Mill"]], "*Mill*",
            "it sees what its place sees"
        ),
        (
            "{{>tree}}", ["tree": "{{v}}({{#kids}}{{>tree}}{{/kids}})"],
            ["v": "a", "kids": [["v": "b", "kids": []], ["v": "c", "kids": [["v": "d", "kids": []]]]]],
            "a(b()c(d()))", "it can name itself"
        ),
        ("{{>a}}", ["a": "1{{>b}}3", "b": "2"], [:], "123", "and others"),
        ("a {{>p}} b", ["p": "-\t-"], [:], "a -\t- b", "blanks beside the tag and inside stay"),
        ("{{> p }}{{>\tp}}", ["p": "x"], [:], "xx", "blanks inside the tag mean nothing"),
        ("  {{x}}  {{>p}}\n", ["p": "-\n-"], ["x": "|"], "  |  -\n-\n", "with text beside it: no line is indented"),
        ("a\n {{>p}}\nb\n", ["p": "1\n2\n"], [:], "a\n 1\n 2\nb\n", "alone on a line: every line is indented"),
        ("a\n\t{{>p}}\nb\n", ["p": "1\n2\n"], [:], "a\n\t1\n\t2\nb\n", "by tabs, too"),
        (
            " {{>p}}\n", ["p": "{{x}}\n.\n"], ["x": "1\n2"], " 1\n2\n .\n",
            "the partial's own lines are, not those of what is filled in"
        ),
        ("  {{>p}}", ["p": "1\n2"], [:], "  1\n  2", "on a last line without an end"),
        ("{{>p}}\nb", ["p": "1\n"], [:], "1\nb", "on the first line"),
        ("a\r\n{{>p}}\r\nb", ["p": "1"], [:], "a\r\n1b", "CR LF goes with the line"),
        (" {{>a}}\n", ["a": " {{>b}}\n", "b": "x\n"], [:], "  x\n", "indented twice"),
        ("{{=< >=}}[<>p>]", ["p": "{{x}} <x>"], ["x": "1"], "[1 <x>]", "delimiters of the place are not the partial's"),
        ("[{{>p}} {{x}} |x|]", ["p": "{{=| |=}}|x|"], ["x": "1"], "[1 1 |x|]", "nor the partial's those of the place"),
    ]

    @Test(arguments: partials) func `a partial stands where it is named`(row: PartialRow) throws {
        let output = try MustacheRulesTests.render(row.template, row.data, partials: row.partials)
        #expect(output == row.output, row.because)
    }
}
