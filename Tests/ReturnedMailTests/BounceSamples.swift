/// Mails that came back, written for these tests in the forms that the servers document.
enum BounceSamples {
    /// A notice as text, with a quoted message behind `marker`.
    static func notice(
        from: String = "Mail Delivery System <mailer-daemon@mx.example>",
        subject: String = "Undelivered mail",
        header: String = "",
        _ text: String,
        marker: String? = nil
    ) -> String {
        var message = "From: \(from)\nTo: b@bounces.example\nSubject: \(subject)\n\(header)\n\(text)\n"
        if let marker {
            message += "\n\(marker)\n\nReturn-Path: <b@bounces.example>\n\(message)"
        }
        return message
    }

    static let message = """
        Message-ID: <abc@news.example>
        From: News <news@shop.example>
        To: Ada <list-of-all@shop.example>
        Subject: Unknown user of our quota exceeded sale

        Body: 550 5.1.1 user unknown
        """

    /// An RFC 3464 report.
    static func report(_ status: String, text: String = "See below.", type: String = "message/delivery-status")
        -> String
    {
        """
        From: MAILER-DAEMON@mx.example (Mail Delivery System)
        To: b@bounces.example
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"

        --b/1
        Content-Type: text/plain; charset=utf-8

        \(text)

        --b/1
        Content-Type: \(type)

        \(status)

        --b/1
        Content-Type: message/rfc822

        \(message)
        --b/1--
        """
    }

    static func complaint(_ fields: String, message: String = BounceSamples.message) -> String {
        """
        From: feedback@provider.example
        To: fbl@bounces.example
        Subject: FW: news
        Content-Type: multipart/report; report-type=feedback-report; boundary=f

        --f
        Content-Type: text/plain

        This is an email abuse report.

        --f
        Content-Type: message/feedback-report

        \(fields)

        --f
        Content-Type: message/rfc822

        \(message)
        --f--
        """
    }

    typealias Server = (
        name: String, message: String, address: String?, reason: BounceReasonName, consequence: ConsequenceName
    )
    typealias BounceReasonName = String
    typealias ConsequenceName = String

    /// Each server's own form; none is a report by RFC 3464.
    static let servers: [Server] = [
        (
            "Exim",
            notice(
                header: "X-Failed-Recipients: ada@b.example\n",
                """
                This message was created automatically by mail delivery software.

                A message that you sent could not be delivered to one or more of its
                recipients. This is a permanent error. The following address(es) failed:

                  ada@b.example
                    host mx.b.example [192.0.2.1]
                    SMTP error from remote mail server after RCPT TO:<ada@b.example>:
                    550 Unrouteable address
                """,
                marker: "------ This is a copy of the message, including all the headers. ------"
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "Exim, delayed",
            notice(
                subject: "Warning: message 1abcDE-000001-AB delayed 24 hours",
                """
                A message that you sent has not yet been delivered to one or more of its
                recipients after more than 24 hours on the queue on mx.example.

                The address to which the message has not yet been delivered is:

                  ada@b.example
                    Delay reason: Connection timed out

                No action is required on your part. Delivery attempts will continue for
                some time.
                """
            ), "ada@b.example", "expired", "nothing"
        ),
        (
            "qmail",
            notice(
                from: "MAILER-DAEMON@mx.example",
                subject: "failure notice",
                """
                Hi. This is the qmail-send program at mx.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.
                This is a permanent error; I've given up. Sorry it didn't work out.

                <ada@b.example>:
                Sorry, no mailbox here by that name. (#5.1.1)
                """,
                marker: "--- Below this line is a copy of the message."
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "qmail, given up",
            notice(
                from: "MAILER-DAEMON@mx.example",
                subject: "failure notice",
                """
                Hi. This is the qmail-send program at mx.example.
                I'm afraid I wasn't able to deliver your message to the following addresses.

                <ada@b.example>:
                Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
                I'm not going to try again; this message has been in the queue too long.
                """
            ), "ada@b.example", "expired", "soft"
        ),
        (
            "Postfix, without a report",
            notice(
                """
                This is the mail system at host mx.example.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients. It's attached below.

                For further assistance, please send mail to <postmaster@mx.example>.

                <ada@b.example>: host mx.b.example[192.0.2.1] said: 552 5.2.2 <ada@b.example>:
                    The mailbox takes no more (in reply to RCPT TO command)
                """
            ), "ada@b.example", "mailbox-full", "soft"
        ),
        (
            "Sendmail",
            notice(
                from: "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
                subject: "Returned mail: see transcript for details",
                """
                The original message was received at Mon, 5 Jan 2026 10:00:00 +0100
                from sender.example [192.0.2.9]

                   ----- The following addresses had permanent fatal errors -----
                <ada@b.example>
                    (reason: 550 5.1.2 <ada@b.example>... Host unknown)
                    (expanded from: <bob@b.example>)

                   ----- Transcript of session follows -----
                550 5.1.2 <ada@b.example>... Host unknown (Name server: b.example: host not found)
                """
            ), "ada@b.example", "domain-unknown", "hard"
        ),
        (
            "Exchange 2003",
            notice(
                from: "System Administrator <postmaster@b.example>",
                subject: "Undeliverable: news",
                """
                Your message

                  To:      list-of-all@shop.example
                  Subject: news
                  Sent:    Mon, 5 Jan 2026 10:00:00 +0100

                did not reach the following recipient(s):

                ada@b.example on Mon, 5 Jan 2026 10:00:01 +0100
                    The recipient name is not recognized
                """
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "Exchange Online, as HTML",
            notice(
                from: "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@b.example>",
                subject: "Undeliverable: news",
                header: "Content-Type: text/html; charset=\"us-ascii\"\nContent-Transfer-Encoding: quoted-printable\n",
                """
                <html><body><p>Delivery has failed to these recipients or groups:</p>
                <p><a href=3D"mailto:ada@b.example">ada@b.example</a><br>The email address you entered =
                couldn't be found.</p><p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; =
                Recipient not found by SMTP address lookup'</p></body></html>
                """
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "Gmail",
            notice(
                from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                subject: "Delivery Status Notification (Failure)",
                """
                Your message wasn't delivered to ada@b.example because the address couldn't be found, or is
                unable to receive mail.

                The response from the remote server was:
                550 5.1.1 The email account that you tried to reach does not exist.
                """,
                marker: "----- Original message -----"
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "Gmail, too big a mailbox",
            notice(
                from: "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
                subject: "Delivery Status Notification (Failure)",
                """
                Delivery to the following recipient failed permanently:

                     ada@b.example

                Technical details of permanent failure:
                552 5.2.2 The recipient's inbox is out of storage space.
                """
            ), "ada@b.example", "mailbox-full", "soft"
        ),
        (
            "Yahoo",
            notice(
                from: "MAILER-DAEMON@yahoo.example",
                subject: "Failure Notice",
                """
                Sorry, we were unable to deliver your message to the following address.

                <ada@b.example>:
                554: delivery error: dd This user doesn't have a b.example account (ada@b.example) [0]
                """,
                marker: "--- Below this line is a copy of the message."
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "Domino",
            notice(
                from: "Postmaster@b.example",
                subject: "DELIVERY FAILURE: User ada (ada@b.example) not listed in Domino Directory",
                """
                Your message

                  Subject: news

                was not delivered to:

                  ada@b.example

                because:

                  User ada (ada@b.example) not listed in Domino Directory
                """
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "IMail",
            notice(
                from: "\"Postmaster\" <postmaster@b.example>",
                subject: "Undeliverable Mail",
                "User mailbox exceeds allowed size: ada@b.example",
                marker: "Original message follows."
            ), "ada@b.example", "mailbox-full", "soft"
        ),
        (
            "hMailServer",
            notice(
                subject: "Message undeliverable: news",
                """
                Your message did not reach some or all of the intended recipients.

                   Sent: Mon, 5 Jan 2026 10:00:00 +0100
                   Subject: news

                The following recipient(s) could not be reached:

                ada@b.example
                   Error Type: SMTP
                   Remote server (192.0.2.1) issued an error.
                   Remote server replied: 554 5.7.1 Service unavailable; Client host blocked using bl.example
                """
            ), "ada@b.example", "policy", "block"
        ),
        (
            "a German gateway",
            notice(
                subject: "=?iso-8859-1?Q?Unzustellbar=3A_Gr=FC=DFe?=",
                header: "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n",
                "Ihre Nachricht konnte nicht zugestellt werden.\n\n  ada@b.example\n\nEmpf=E4nger unbekannt\n"
            ), "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "an address in the subject alone",
            notice(subject: "Undeliverable: ada@b.example - user unknown", "Sorry.\n"),
            "ada@b.example", "mailbox-unknown", "hard"
        ),
        (
            "no address at all",
            notice(subject: "Returned mail", "Your message was too big: message size exceeds the limit.\n"),
            nil, "size", "soft"
        ),
    ]
}
