import Core
import Testing

@testable import SMTP

/// What a server that offers DSN is asked for, RFC 3461.
@Suite struct SMTPSessionReportTests {
    static let table: [(sender: String, recipient: String, mail: String, rcpt: String, because: Comment)] = [
        (
            "b+abc@example.org", "ada@example.com", " RET=HDRS ENVID=b+2Babc",
            " NOTIFY=FAILURE ORCPT=rfc822;ada@example.com",
            "§4.4: + is written as +2B"
        ),
        (
            "b@example.org", "a+b=c@example.com", " RET=HDRS ENVID=b",
            " NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@example.com",
            "the recipient in xtext, too"
        ),
        ("", "ada@example.com", "", "", "nobody is to be told of a message without a return path"),
    ]

    @Test(arguments: table)
    func `reports are asked for where they are offered`(
        row: (sender: String, recipient: String, mail: String, rcpt: String, because: Comment)
    ) {
        for (offers, mail, rcpt) in [("DSN", row.mail, row.rcpt), ("SIZE", " SIZE=21", "")] {
            var server = SMTPDialogue(offers)
            server.begin(SMTPDialogue.message(sender: row.sender, recipient: row.recipient))
            #expect(server.takeWrites() == ["MAIL FROM:<\(row.sender)>\(mail)\r\n"], row.because)
            server.say("250 ok")
            #expect(server.takeWrites() == ["RCPT TO:<\(row.recipient)>\(rcpt)\r\n"], row.because)
        }
    }

    @Test func `an address beyond ASCII is not named to a server that might not take it`() {
        var server = SMTPDialogue("DSN", "SMTPUTF8", "8BITMIME")
        server.begin(SMTPDialogue.message(recipient: "björn@example.com"))
        _ = server.takeWrites()
        server.say("250 ok")
        #expect(server.takeWrites() == ["RCPT TO:<björn@example.com> NOTIFY=FAILURE\r\n"])
    }
}
