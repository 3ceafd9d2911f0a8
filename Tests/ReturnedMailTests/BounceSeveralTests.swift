import Testing

@testable import Core
@testable import ReturnedMail

/// Who failed for which reason, in notices about several recipients, and other forms that were misread before.
@Suite struct BounceSeveralTests {
    static func outcome(_ mail: String) -> [String: BounceConsequence] {
        var result: [String: BounceConsequence] = [:]
        for one in readReport(Array(mail.utf8)).recipients { result[one.address ?? "-"] = one.consequence }
        return result
    }

    @Test func `a notice that says everything twice keeps its recipients apart`() {
        let half = """
            The following address(es) failed:

              grace@example.net
                host mx.example.net [192.0.2.9]: 550 5.2.2 <grace@example.net>... Mailbox Full
              ada@example.net
                host mx.example.net [192.0.2.9]: 550 5.2.1 <ada@example.net>... User Unknown
            """
        let found = Self.outcome(
            BounceSamples.notice("\(half)\n\n*****\n\n\(half)", marker: "------ This is a copy of the message")
        )
        #expect(found == ["grace@example.net": .soft, "ada@example.net": .hard])
    }

    @Test func `one recipient's refusal is not another's who is named without a reason`() {
        let found = Self.outcome(
            BounceSamples.notice(
                from: "MAILER-DAEMON@mx.example",
                """
                Delivery to the following recipients failed:

                <ada@example.net>: host mx said: 550 5.1.1 user unknown (in reply to RCPT TO command)

                <grace@example.net>: something went wrong there

                <bob@example.net>: host mx said: 554 5.7.1 listed at bl.example (in reply to MAIL FROM command)
                """
            )
        )
        #expect(found == ["ada@example.net": .hard, "grace@example.net": .soft, "bob@example.net": .block])
    }

    @Test func `names in a row share the reason behind them`() {
        let found = Self.outcome(
            BounceSamples.notice(
                from: "MAILER-DAEMON@mx.example",
                """
                Your message could not be delivered to the following recipients:

                ada@example.net
                grace@example.net

                The mailbox does not exist.
                """
            )
        )
        #expect(found == ["ada@example.net": .hard, "grace@example.net": .hard])
    }

    @Test func `sendmail's transcript tells of each recipient in its own line`() {
        let found = Self.outcome(
            BounceSamples.notice(
                from: "Mail Delivery Subsystem <MAILER-DAEMON@mx.example>",
                subject: "Returned mail: User unknown",
                """
                   ----- The following addresses had permanent fatal errors -----
                <ada@example.net>
                    (reason: 550 5.1.1 <ada@example.net>... User unknown)
                <grace@example.net>
                    (reason: 550 5.7.1 Access denied)

                   ----- Transcript of session follows -----
                ... while talking to mx.example.net.:
                >>> DATA
                <<< 550 5.1.1 <ada@example.net>... User unknown
                550 5.1.1 <ada@example.net>... User unknown
                <<< 550 5.7.1 Access denied
                550 5.1.1 <grace@example.net>... User unknown
                <<< 503 5.0.0 Need RCPT (recipient)
                """
            )
        )
        #expect(found == ["ada@example.net": .hard, "grace@example.net": .block])
    }

    @Test func `each block of a report has the step at which the notice says that it was refused`() {
        let found = Self.outcome(
            BounceSamples.report(
                """
                Reporting-MTA: dns; mx.example

                Final-Recipient: rfc822; ada@example.net
                Action: failed
                Status: 5.1.0
                Diagnostic-Code: smtp; 553 5.1.0 news example.org does not exist

                Final-Recipient: rfc822; grace@example.net
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 5.1.1 grace does not exist here
                """,
                text: """
                    <ada@example.net>: host mx said: 553 5.1.0 news example.org does not exist (in reply to MAIL FROM
                        command)

                    <grace@example.net>: host mx said: 550 5.1.1 grace does not exist here (in reply to RCPT TO command)
                    """
            )
        )
        #expect(found == ["ada@example.net": .block, "grace@example.net": .hard])
    }

    // MARK: One recipient

    typealias Row = (mail: String, address: String?, action: ReportedAction, consequence: BounceConsequence, Comment)

    static let rows: [Row] = [
        (
            """
            X-Original-To: <ada@example.net>
            From: MAILER-DAEMON <>
            To: news@example.org
            Subject: Mail delivery failed

            This is the DragonFly Mail Agent v0.13 at relay.example.org.

            There was an error delivering your mail to <ada@example.net>.

            mx.example.net [192.0.2.9] did not like our MAIL FROM:
            550 5.1.0 no such address

            Message headers follow.

            Received: from app (uid 0)
            Message-Id: <1@example.org>
            """, "ada@example.net", .failed, .block, "DragonFly names the failed address in X-Original-To, and the step"
        ),
        (
            """
            From: <>
            To: news@example.org
            Subject: failure notice

            -------server message
            550 ada@example.net... No such user

            -------SMTP command
            DATA

            -------original mail info
            From: news@example.org
            Subject: News
            """, "ada@example.net", .failed, .hard, "a sender that is none"
        ),
        (
            """
            From: post_master@sms.example.net
            To: news@example.org
            Subject: Re:News

            Error: Invalid user address

            Error message below:
            550 - Requested action not taken: no such user here

            Message details:
              MAIL FROM: news@example.org
              RCPT TO: 5550100@sms.example.net
            """, nil, .failed, .hard, "a mobile carrier's gateway"
        ),
        (
            """
            From: Postmaster@example.net
            To: news@example.org
            Subject: Mail Delivery Failure

            Delivery of email to this address
            "ada@example.net"
            has failed due to a full mailbox.
            """, "ada@example.net", .failed, .soft, "it says failed"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: delayed\nStatus: 4.4.7",
                text: "A message is delayed for the following list of recipients:\n\nada@example.net: Envelope expired"
            ), "ada@example.net", .failed, .soft, "OpenSMTPD gives it up, and calls it a delay"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: delayed\nStatus: 4.4.1",
                text: "A message is delayed for the following list of recipients:\n\nada@example.net: Network error"
            ), "ada@example.net", .delayed, .nothing, "a delay is one"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.6.7\n"
                    + "Diagnostic-Code: X-Postfix; SMTPUTF8 is required, but was not offered by host mx[192.0.2.9]"
            ), "ada@example.net", .failed, .soft, "RFC 6531: neither the sender nor the mailbox"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.0.0",
                text: "ada@example.net\n  message has lines too long for transport"
            ), "ada@example.net", .failed, .block, "Exim: the message's form, not its age"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\n"
                    + "Diagnostic-Code: smtp; 550 no thanks"
            ), "ada@example.net", .failed, .soft, "sendmail makes 5.1.1 of any 550"
        ),
        (
            BounceSamples.report(
                "Final-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1",
                text: "host mx said: 554 5.7.1 listed in a block list (in reply to RCPT TO command)"
            ), "ada@example.net", .failed, .block, "a reply that the text quotes comes before the carrier's status"
        ),
    ]

    @Test(arguments: rows)
    func `forms that were misread are read`(row: Row) {
        let report = readReport(Array(row.mail.utf8))
        #expect(report.kind == .delivery, row.4)
        #expect(report.recipients.count == 1, row.4)
        if let address = row.address { #expect(report.recipients.first?.address == address, row.4) }
        #expect(report.recipients.first?.action == row.action, row.4)
        #expect(report.recipients.first?.consequence == row.consequence, row.4)
    }

    @Test func `Apple's button is an opt-out, whatever else it says of itself`() {
        let local = "u+" + String(repeating: "a", count: 50)
        let head =
            "From: ada@icloud.example\nTo: \(local)@bounces.example\nSubject: Summer sale\n"
            + "Auto-Submitted: auto-replied\n"
        #expect(readReport(Array("\(head)X-Apple-Unsubscribe: true\n\nSent by Mail.".utf8)).kind == .unsubscribe)
        #expect(readReport(Array("\(head)\nAway.".utf8)).kind != .unsubscribe, "a machine's answer is none")
    }

    @Test func `whoever answers from nobody is a machine`() {
        let mail = "From: ann@example.net\nTo: b@bounces.example\nSubject: away\n\nI am away until Monday."
        #expect(readReport(Array("Return-Path: <>\n\(mail)".utf8)).kind == .autoReply)
        #expect(readReport(Array("Return-Path: <ann@example.net>\n\(mail)".utf8)).kind == .other)
    }

    @Test func `many quoted replies take time in proportion`() {
        func mail(_ count: Int) -> [UInt8] {
            let lines = (0..<count).map { "said: <<< a\($0)@b.example (reason: x said: the response was:" }
            return Array(BounceSamples.notice(from: "MAILER-DAEMON@mx", lines.joined(separator: "\n")).utf8)
        }
        func time(_ bytes: [UInt8]) -> Duration {
            (0..<5).map { _ in ContinuousClock().measure { _ = readReport(bytes) } }.min() ?? .zero
        }
        let (small, large) = (mail(200), mail(3_200))
        #expect(time(large) <= time(small) * 40)
    }
}
