import Core
import Testing

@testable import SMTP

/// What a session refuses to send, whoever asks.
@Suite struct SMTPSessionGateTests {
    typealias Row = (letter: Letter, offers: String, judgement: Judgement, because: Comment)

    static let table: [Row] =
        ["a\r\nb@x", "a\nb@x", "a\rb@x", "a\u{0}b@x", "a b@x", "a>b@x", "<a@x", "a@x> SIZE=1", "@x", "a@", "a", ""]
        .map { (SMTPDialogue.letter(recipient: $0), "HELP", .notThisMessage, "injection: \($0.debugDescription)") }
        + ["a\r\nRCPT TO:<b@x>@x", "a>@x", "a b@x", "a\u{7f}@x"]
        .map { (SMTPDialogue.letter(sender: $0), "HELP", .notThisMessage, "injection: \($0.debugDescription)") }
        + [
            (
                SMTPDialogue.letter(recipient: String(repeating: "a", count: 320) + "@x"), "HELP", .notThisMessage,
                "longer than a path can be"
            ),
            (SMTPDialogue.letter(recipient: "jörg@x"), "HELP", .never, "this route never reaches it"),
            (SMTPDialogue.letter(sender: "jörg@x"), "HELP", .notThisMessage, "the sender is not the recipient's fault"),
            (SMTPDialogue.letter(), "SIZE 20", .notThisMessage, "21 bytes"),
            (SMTPDialogue.letter("é\r\n"), "HELP", .notThisMessage, "8BITMIME is not offered"),
            (SMTPDialogue.letter("a\r\n", is8Bit: true), "HELP", .notThisMessage, "8BITMIME is not offered"),
            (SMTPDialogue.letter("a\n.\r\n"), "HELP", .notThisMessage, "smuggling"),
        ]

    @Test(arguments: table)
    func `a letter that must not leave is not offered`(row: Row) {
        var server = SMTPDialogue("PIPELINING", row.offers)
        server.begin(row.letter)
        #expect(server.outcomes.map(\.judgement) == [row.judgement], row.because)
        #expect(server.takeWrites().isEmpty, row.because)
        #expect(server.session.phase == .idle, "the connection is as good as before")
        #expect(server.outcomes.first?.text.hasPrefix("not sent: ") == true)
        server.begin(SMTPDialogue.letter("a\r\n"))
        #expect(server.takeWrites().count == 1)
    }

    @Test(arguments: [
        ("SMTPUTF8", SMTPDialogue.letter(recipient: "jörg@x"), " SMTPUTF8\r\n"),
        ("8BITMIME", SMTPDialogue.letter("é\r\n"), " BODY=8BITMIME\r\n"),
        ("SIZE", SMTPDialogue.letter("12345\r\n"), " SIZE=7\r\n"),
        ("SIZE 0", SMTPDialogue.letter("1234567\r\n\r\n"), " SIZE=11\r\n"),
        ("8BITMIME", SMTPDialogue.letter("a\r\n"), "MAIL FROM:<bounce@example.org>\r\n"),
    ])
    func `what the server offers is used where it is needed`(offer: String, letter: Letter, ending: String) {
        var server = SMTPDialogue(offer)
        server.begin(letter)
        #expect(server.takeWrites().first?.hasSuffix(ending) == true)
    }
}
