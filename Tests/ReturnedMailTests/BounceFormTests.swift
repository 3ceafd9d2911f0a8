import Testing

@testable import Core
@testable import ReturnedMail

/// Notices of gateways, carriers and server programs that have a form of their own; after what each documents.
@Suite struct BounceFormTests {
    typealias Row = (server: String, from: String, subject: String, text: String, wanted: BounceConsequence)

    /// Each about ada@example.net, failed.
    static let rows: [Row] = [
        (
            "a mobile carrier, full", "MAILER-DAEMON@mobile.example", "Mail System Error - Returned Mail",
            """
            Your mail sent on: Thu, 29 Oct 2026 11:04:47 +0900
                 Could not be delivered to: <ada@example.net>
                 As their mailbox is full.
            """, .soft
        ),
        (
            "a mobile carrier, dead", "<Postmaster@mobile.example>", "Mail System Error - Returned Mail",
            """
            Each of the following recipients was rejected by a remote
            mail server.

                Recipient: <ada@example.net>
                >>> RCPT TO:<ada@example.net>
                <<< 550 <ada@example.net>: User unknown
            """, .hard
        ),
        (
            "a mobile carrier, unreachable", "Postmaster@mobile.example", "Mail System Error - Returned Mail",
            """
            Your message was not delivered within 0 days and 1 hours.
            Remote host is not responding.

            The following recipients did not receive this message:

                <ada@example.net>
            """, .soft
        ),
        (
            "McAfee's gateway", "Postmaster <postmaster@gw.example>", "Delivery Status",
            """
               --- The following addresses had delivery problems ---

            <ada@example.net>   (Unknown user ada@example.net)
            """, .hard
        ),
        (
            "X1", "\"Mail Deliver System\" <mdeliver@isp.example>", "Returned Mail",
            """
            The original message was received at Thu, 29 Oct 2026 23:34:45 +0900
            from News <news@shop.example>

            ---The following addresses had delivery errors---

            ada@example.net [User unknown]
            """, .hard
        ),
        (
            "X6, with the reply in brackets", "Mail Administrator <postmaster@gw.example>",
            "There was an error sending your mail",
            """
            1 error(s):

            SMTP Server <mx.example.net> rejected recipient <ada@example.net>
              (Error following RCPT command). It responded as follows: [550 5.1.1 User unknown]

            The attachment contains the original mail headers
            """, .hard
        ),
        (
            "X6, where \"attachment\" is not the reason", "Mail Administrator <postmaster@gw.example>",
            "There was an error sending your mail",
            """
            1 error(s):

            The following recipients returned permanent errors: ada@example.net.
            550 5.1.1 no mailbox

            The attachment contains the original mail headers
            """, .hard
        ),
        (
            "SurfControl", "SurfControl <filter@gw.example>", "Message Delivery Failure",
            """
            Your message could not be sent.
            The number of attempts made: 1
            Addressed To: ada@example.net

            Failed to send to identified host,
            ada@example.net: [192.0.2.5], 550 ada@example.net... No such user
            --- Message non-deliverable.
            """, .hard
        ),
        (
            "MailMarshal", "MailMarshal <postmaster@gw.example>", "Undeliverable Mail: \"News\"",
            """
            Your message:
               From:    news@shop.example

            Could not be delivered because of

            550 5.1.1 User unknown

            The following recipients were affected:
               ada@example.net

            Original Sender:    <news@shop.example>
            """, .hard
        ),
        (
            "Zoho", "<mailer-daemon@mail.example>", "Undelivered Mail Returned to Sender",
            """
            A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

            ada@example.net Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 <ada@example.net>... User Unknown
            """, .hard
        ),
        (
            "PowerMTA", "postmaster@pmta.example", "Undeliverable: News",
            """
            I am sending you this message to inform you on the delivery status of a
            message you previously sent.

              <ada@example.net>  delivery failed; will not continue trying

            550 5.1.1 unknown user
            """, .hard
        ),
        (
            "MailFoundry", "Mail Delivery System <postmaster@mf.example>", "Message delivery has failed",
            """
            Unable to deliver message to: <ada@example.net>
            Delivery failed for the following reason:
            Server mx.example.net[192.0.2.222] failed with: 550 <ada@example.net> No such user here
            """, .hard
        ),
        (
            "Openwave", "Mail Administrator <postmaster@isp.example>", "Mail System Error - Returned Mail",
            """
            This Message was undeliverable due to the following reason:

            The user(s) account is temporarily over quota.

            <ada@example.net>
            """, .soft
        ),
        (
            "a firewall for spam", "postmaster@fw.example", "**Message you sent blocked by our bulk email filter**",
            "Your message to: ada@example.net\nwas blocked by our Spam Firewall. It has NOT BEEN DELIVERED.", .block
        ),
        (
            "sendmail of old, given up", "Mail Delivery Subsystem <MAILER-DAEMON@old.example>",
            "Returned mail: Cannot send message within 3 days",
            """
               ----- Transcript of session follows -----
            421 example.net (smtp)... Deferred: Connection timed out during user open with mx.example.net

               ----- Recipients of this delivery -----
            Bounced, cannot deliver:
               ada@example.net

               ----- Unsent message follows -----
            """, .soft
        ),
        (
            "a carrier for phones", "postmaster@phones.example", "Undeliverable: News",
            "Your message to ada@example.net has been rejected. Unknown subscriber.", .hard
        ),
    ]

    @Test(arguments: rows)
    func `a notice in a form of its own names the address and the reason`(row: Row) {
        let report = readReport(Array(BounceSamples.notice(from: row.from, subject: row.subject, row.text).utf8))
        #expect(report.kind == .delivery, "\(row.server)")
        #expect(report.recipients.map(\.address) == ["ada@example.net"], "\(row.server)")
        #expect(report.recipients.first?.action == .failed, "\(row.server)")
        #expect(report.recipients.first?.consequence == row.wanted, "\(row.server)")
    }

    @Test func `a server that says from nobody why one address failed is believed, a person is not`() {
        let text = "We tried in vain.\n\n  ada@example.net\n\n  Mailbox closed\n"
        let server = BounceSamples.notice(from: "MAILER-DAEMON@mx.example", subject: "Hello", text)
        let report = readReport(Array("Return-Path: <>\n\(server)".utf8))
        #expect(report.kind == .delivery)
        #expect(report.recipients.first?.consequence == .hard)
        let person = BounceSamples.notice(from: "Eve <eve@c.example>", subject: "Hello", text)
        #expect(readReport(Array("Return-Path: <eve@c.example>\n\(person)".utf8)).kind == .other)
    }
}
