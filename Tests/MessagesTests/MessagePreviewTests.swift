import Foundation
import Templates
import Testing

@testable import Core
@testable import Messages

struct MessagePreviewTests {
    @Test func `made-up fields have every name, nested ones too`() {
        let fields = MadeUpContact.fields(named: ["name", "order.number", "order", "a.b.c"])
        #expect(fields.field("name") == .text("[name]"))
        #expect(fields.field("order")?.field("number") == .text("[order.number]"))
        #expect(fields.field("a")?.field("b")?.field("c") == .text("[a.b.c]"))
    }

    static let maps: [(html: String, marked: String, because: Comment)] = [
        ("<a href=\"https://a.example/\">x</a>", "<a href=\"https://a.example/\">x</a><b>7</b>", "behind the link"),
        ("<A HREF='https://a.example/'>x</A> y", "<A HREF='https://a.example/'>x</A><b>7</b> y", "as browsers read it"),
        ("<a href=\"https://b.example/\">x</a>", "<a href=\"https://b.example/\">x</a>", "not counted"),
        ("<a name=x>x</a></a>", "<a name=x>x</a></a>", "no link"),
        ("<a href=\"https://a.example/\">x", "<a href=\"https://a.example/\">x", "never closed"),
        (
            "<script>'<a href=\"https://a.example/\"></a>'</script>",
            "<script>'<a href=\"https://a.example/\"></a>'</script>", "no tag"
        ),
    ]

    @Test(arguments: maps) func `a badge stands behind each counted link`(
        row: (html: String, marked: String, because: Comment)
    ) {
        let marked = ClickMap.marked(Array(row.html.utf8), badges: ["https://a.example/": "7"])
        var text = String(decoding: marked, as: UTF8.self)
        if let start = text.range(of: "<span style="), let end = text.range(of: "</span>"),
            let close = text[start.upperBound...].firstIndex(of: ">")
        {
            text =
                text[..<start.lowerBound] + "<b>" + text[text.index(after: close)..<end.lowerBound] + "</b>"
                + text[end.upperBound...]
        }
        #expect(text == row.marked, row.because)
    }

    @Test func `what a badge says is text`() {
        let marked = ClickMap.marked(
            Array("<a href=\"https://a.example/\">x</a>".utf8),
            badges: ["https://a.example/": "<script>"]
        )
        #expect(!String(decoding: marked, as: UTF8.self).contains("<script>"))
    }

    @Test func `a cell that would be a formula is text`() {
        let cells = ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "a,\"b\"", "plain"]
        #expect(
            String(decoding: CSVText.row(cells), as: UTF8.self)
                == "\"'=1+1\",\"'+1\",\"'-1\",\"'@a\",\"'\tx\",\"\\u000dx\",\"a,\"\"b\"\"\",\"plain\"\r\n"
        )
    }

    @Test func `a rate is measured over the last ten seconds`() {
        var meter = RateMeter()
        #expect(meter.perSecond == 0)
        for second in 0...20 { meter.note(Int64(second < 10 ? 0 : (second - 10) * 100), at: Double(second)) }
        #expect(meter.perSecond == 100)
        #expect(meter.last == 1_000)
    }
}
