@testable import Core

/// The forms in which five kinds of relay tell that a message came to nothing, each from a template of its own.
enum Carrier: String, CaseIterable, Sendable {
    case postfix, exim, sendmail, qmail, ironPort

    static let recipient = "ada@example.net"
    static let sender = "news@example.org"

    /// A failure: what the other side said at which step, as this carrier passes it on.
    func failure(_ row: RefusalTable.Row) -> String {
        switch self {
        case .postfix: postfix(row)
        case .exim: exim(row)
        case .sendmail: sendmail(row)
        case .qmail: qmail(row)
        case .ironPort: ironPort(row)
        }
    }

    private func postfix(_ row: RefusalTable.Row) -> String {
        let commands: [SMTPStep: String] = [
            .ehlo: "EHLO", .mail: "MAIL FROM", .rcpt: "RCPT TO", .data: "DATA", .dot: "end of DATA",
        ]
        let told =
            commands[row.step].map { "said: \(row.reply) (in reply to \($0) command)" }
            ?? "refused to talk to me: \(row.reply)"
        return Self.report(
            from: "MAILER-DAEMON@relay.example.org (Mail Delivery System)",
            subject: "Undelivered Mail Returned to Sender",
            text: """
                This is the mail system at host relay.example.org.

                I'm sorry to have to inform you that your message could not
                be delivered to one or more recipients. It's attached below.

                <\(Self.recipient)>: host mx.example.net[192.0.2.9] \(told)
                """,
            fields: """
                Final-Recipient: rfc822; \(Self.recipient)
                Original-Recipient: rfc822;\(Self.recipient)
                Action: failed
                Status: \(row.enhanced.map(Self.status) ?? "5.0.0")
                Remote-MTA: dns; mx.example.net
                Diagnostic-Code: smtp; \(row.reply)
                """
        )
    }

    private func exim(_ row: RefusalTable.Row) -> String {
        let places: [SMTPStep: String] = [
            .ehlo: "EHLO relay.example.org", .mail: "MAIL FROM:<\(Self.sender)> SIZE=1024",
            .rcpt: "RCPT TO:<\(Self.recipient)>", .data: "DATA", .dot: "end of data",
        ]
        return Self.notice(
            from: "Mail Delivery System <Mailer-Daemon@relay.example.org>",
            subject: "Mail delivery failed: returning message to sender",
            """
            This message was created automatically by mail delivery software.

            A message that you sent could not be delivered to one or more of its
            recipients. This is a permanent error. The following address(es) failed:

              \(Self.recipient)
                host mx.example.net [192.0.2.9]
                SMTP error from remote mail server after \(places[row.step] ?? "initial connection"):
                \(row.reply)
            """,
            marker: "------ This is a copy of the message, including all the headers. ------"
        )
    }

    /// RFC 3464 beside a transcript; its status is made of the number where the reply has none, and often where it has.
    private func sendmail(_ row: RefusalTable.Row) -> String {
        let commands: [SMTPStep: String] = [
            .ehlo: ">>> EHLO relay.example.org\n", .mail: ">>> MAIL From:<\(Self.sender)> SIZE=1024\n",
            .rcpt: ">>> RCPT To:<\(Self.recipient)>\n", .data: ">>> DATA\n", .dot: ">>> .\n",
        ]
        let invented = [550: "5.1.1", 551: "5.1.6", 552: "5.2.2", 553: "5.1.3"][row.code] ?? "5.0.0"
        let words = ["5.1.1": "User unknown", "5.1.6": "User has moved", "5.1.3": "Bad address"][invented]
        return Self.report(
            from: "Mail Delivery Subsystem <MAILER-DAEMON@relay.example.org>",
            subject: "Returned mail: see transcript for details",
            text: """
                The original message was received at Mon, 2 Nov 2026 10:00:00 +0100
                from app.example.org [192.0.2.1]

                   ----- The following addresses had permanent fatal errors -----
                <\(Self.recipient)>
                    (reason: \(row.reply))

                   ----- Transcript of session follows -----
                ... while talking to mx.example.net.:
                \(commands[row.step] ?? "")<<< \(row.reply)
                \(row.code) \(invented) <\(Self.recipient)>... \(words ?? "Service unavailable")
                """,
            fields: """
                Final-Recipient: RFC822; \(Self.recipient)
                Action: failed
                Status: \(invented)
                Remote-MTA: DNS; mx.example.net
                Diagnostic-Code: SMTP; \(row.reply)
                """
        )
    }

    private func qmail(_ row: RefusalTable.Row) -> String {
        let sentences: [SMTPStep: String] = [
            .greeting: "Connected to 192.0.2.9 but greeting failed.",
            .ehlo: "Connected to 192.0.2.9 but my name was rejected.",
            .mail: "Connected to 192.0.2.9 but sender was rejected.",
            .rcpt: "192.0.2.9 does not like recipient.", .data: "192.0.2.9 failed on DATA command.",
            .dot: "192.0.2.9 failed after I sent the message.",
        ]
        return qmailNotice(
            """
            \(sentences[row.step] ?? "")
            Remote host said: \(row.reply)
            Giving up on 192.0.2.9.
            """
        )
    }

    /// What qmail-send writes around one recipient's paragraph.
    func qmailNotice(_ paragraph: String) -> String {
        Self.notice(
            from: "MAILER-DAEMON@relay.example.org",
            subject: "failure notice",
            """
            Hi. This is the qmail-send program at relay.example.org.
            I'm afraid I wasn't able to deliver your message to the following addresses.
            This is a permanent error; I've given up. Sorry it didn't work out.

            <\(Self.recipient)>:
            \(paragraph)
            """,
            marker: "--- Below this line is a copy of the message."
        )
    }

    private func ironPort(_ row: RefusalTable.Row) -> String {
        ironPortReport(
            "failed",
            "5.1.0",
            "5.1.0 - Unknown address error \(row.code)-'\(row.text)' (delivery attempts: 0)"
        )
    }

    /// An IronPort's report with its own status and its own words.
    func ironPortReport(_ action: String, _ status: String, _ diagnostic: String) -> String {
        Self.report(
            from: "Mail Delivery System <MAILER-DAEMON@relay.example.org>",
            subject: "Delivery Status Notification (\(action == "failed" ? "Failure" : action))",
            text: """
                The following message to <\(Self.recipient)> was \(action == "failed" ? "undeliverable" : action).
                The reason for the problem:
                \(diagnostic)
                """,
            fields: """
                Final-Recipient: rfc822;\(Self.recipient)
                Action: \(action)
                Status: \(status)
                Remote-MTA: dns; [192.0.2.9]
                Diagnostic-Code: smtp; \(diagnostic)
                """
        )
    }

    private static func status(_ status: EnhancedStatus) -> String {
        "\(status.statusClass).\(status.subject).\(status.detail)"
    }

    // MARK: What stands around

    private static let original = """
        Message-ID: <1@example.org>
        From: \(sender)
        To: \(recipient)
        Subject: Undeliverable roses, user unknown to bees
        """

    private static func notice(from: String, subject: String, _ text: String, marker: String) -> String {
        """
        Date: Mon, 2 Nov 2026 10:00:00 +0100
        From: \(from)
        To: \(sender)
        Subject: \(subject)

        \(text)

        \(marker)

        Return-Path: <\(sender)>
        Received: from app.example.org by relay.example.org
        \(original)

        Hello
        """
    }

    private static func report(from: String, subject: String, text: String, fields: String) -> String {
        """
        Date: Mon, 2 Nov 2026 10:00:00 +0100
        From: \(from)
        To: \(sender)
        Subject: \(subject)
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b"

        --b
        Content-Type: text/plain; charset=utf-8

        \(text)

        --b
        Content-Type: message/delivery-status

        Reporting-MTA: dns; relay.example.org

        \(fields)

        --b
        Content-Type: text/rfc822-headers

        \(original)

        --b--
        """
    }
}
