import Core
import Testing

@testable import SMTP

/// What a session refuses to send, whoever asks.
@Suite struct SMTPSessionGateTests {
    typealias Row = (message: OutgoingMessage, offers: String, judgement: Judgement, because: Comment)

    static let table: [Row] =
        ["a\r\nb@x", "a\nb@x", "a\rb@x", "a\u{0}b@x", "a b@x", "a>b@x", "<a@x", "a@x> SIZE=1", "@x", "a@", "a", ""]
        .map { (SMTPDialogue.message(recipient: $0), "HELP", .notThisMessage, "injection: \($0.debugDescription)") }
        + ["a\r\nRCPT TO:<b@x>@x", "a>@x", "a b@x", "a\u{7f}@x"]
        .map { (SMTPDialogue.message(sender: $0), "HELP", .notThisMessage, "injection: \($0.debugDescription)") }
        + [
            (
                SMTPDialogue.message(recipient: String(repeating: "a", count: 320) + "@x"), "HELP", .notThisMessage,
                "longer than a path can be"
            ),
            (SMTPDialogue.message(recipient: "jörg@x"), "HELP", .never, "this route never reaches it"),
            (
                SMTPDialogue.message(sender: "jörg@x"), "HELP", .notThisMessage,
                "the sender is not the recipient's fault"
            ),
            (SMTPDialogue.message(), "SIZE 20", .notThisMessage, "21 bytes"),
            (SMTPDialogue.message("é\r\n"), "HELP", .notThisMessage, "8BITMIME is not offered"),
            (SMTPDialogue.message("a\r\n", is8Bit: true), "HELP", .notThisMessage, "8BITMIME is not offered"),
            (SMTPDialogue.message("a\n.\r\n"), "HELP", .notThisMessage, "smuggling"),
        ]

    @Test(arguments: table)
    func `a message that must not leave is not offered`(row: Row) {
        var server = SMTPDialogue("PIPELINING", row.offers)
        server.begin(row.message)
        #expect(server.outcomes.map(\.judgement) == [row.judgement], row.because)
        #expect(server.takeWrites().isEmpty, row.because)
        #expect(server.session.phase == .idle, "the connection is as good as before")
        #expect(server.outcomes.first?.text.hasPrefix("not sent: ") == true)
        server.begin(SMTPDialogue.message("a\r\n"))
        #expect(server.takeWrites().count == 1)
    }

    @Test(arguments: [
        ("SMTPUTF8", SMTPDialogue.message(recipient: "jörg@x"), " SMTPUTF8\r\n"),
        ("8BITMIME", SMTPDialogue.message("é\r\n"), " BODY=8BITMIME\r\n"),
        ("SIZE", SMTPDialogue.message("12345\r\n"), " SIZE=7\r\n"),
        ("SIZE 0", SMTPDialogue.message("1234567\r\n\r\n"), " SIZE=11\r\n"),
        ("8BITMIME", SMTPDialogue.message("a\r\n"), "MAIL FROM:<bounce@example.org>\r\n"),
    ])
    func `what the server offers is used where it is needed`(offer: String, message: OutgoingMessage, ending: String) {
        var server = SMTPDialogue(offer)
        server.begin(message)
        #expect(server.takeWrites().first?.hasSuffix(ending) == true)
    }
}
