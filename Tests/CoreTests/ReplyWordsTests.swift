import Core
import Testing

@Suite struct ReplyWordsTests {
    static let rows: [(words: String, shown: String, because: Comment)] = [
        ("5.1.1 <ann@example.org>: unknown", "5.1.1 <[address]>: unknown", "an address in brackets"),
        ("ann.b+c@mail.example.org over quota", "[address] over quota", "an address at the beginning"),
        (
            "blocked: bounce-AQAABcd@b.example, a@b.example", "blocked: [address], [address]",
            "a return path, and several"
        ),
        (
            "see https://t.example/u/AQAEBAAAAAEAAAABAAAAAgAAAAN0dGVzdHRlc3R0ZXN0 ok",
            "see https://t.example/u/[blanked] ok", "a token of a link"
        ),
        ("id 0123456789abcdef0123456789abcdef.x", "id [blanked].x", "any long number may tell who it was"),
        ("queued as 4ZxYw12QzPz9m", "queued as 4ZxYw12QzPz9m", "a short one helps the other side to find it"),
        ("quota\u{1B}[2J\u{9B}1mexceeded", "quota?[2J??1mexceeded", "nothing moves a terminal's cursor"),
        ("", "", "none was kept"),
    ]

    @Test(arguments: rows)
    func `a reply is shown without addresses and tokens`(row: (words: String, shown: String, because: Comment)) {
        #expect(ReplyWords.blanked(row.words) == row.shown, row.because)
    }

    @Test func `a long reply is cut`() {
        let words = ReplyWords.blanked(String(repeating: "busy ", count: 10_000))
        #expect(words.utf8.count == ReplyWords.mostBytes)
        #expect(words.hasSuffix("..."))
    }

    @Test func `what to do may follow the words, where there is room`() {
        let words = String(repeating: "busy ", count: 60) + "Check the relay."
        #expect(ReplyWords.blanked(words, most: 600) == words)
    }
}
