import Testing

@testable import Core
@testable import ReturnedMail

@Suite struct BounceReportTests {
    static func read(_ message: String, sentTo: String? = nil) -> MailReport {
        readReport(Array(message.utf8), sentTo: sentTo.map { Array($0.utf8) })
    }

    // MARK: Notices of servers

    @Test(arguments: BounceSamples.servers)
    func `each server's notice names the address and the reason`(sample: BounceSamples.Server) {
        let report = Self.read(sample.message)
        #expect(report.kind == .delivery, "\(sample.name)")
        #expect(report.recipients.map(\.address) == [sample.address], "\(sample.name)")
        #expect(report.recipients.first?.finding.reason.rawValue == sample.reason, "\(sample.name)")
        #expect(report.recipients.first?.consequence.rawValue == sample.consequence, "\(sample.name)")
    }

    @Test func `the same message with other line ends is read alike`() {
        for sample in BounceSamples.servers {
            let crlf = sample.message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
            #expect(Self.read(crlf) == Self.read(sample.message), "\(sample.name)")
        }
    }

    @Test func `each of several recipients has its own reason`() {
        let report = Self.read(
            BounceSamples.notice(
                from: "MAILER-DAEMON@mx.example",
                subject: "failure notice",
                """
                I'm afraid I wasn't able to deliver your message to the following addresses.

                <ada@b.example>:
                Sorry, no mailbox here by that name. (#5.1.1)

                <bob@c.example>:
                552 5.2.2 over quota
                """
            )
        )
        #expect(report.recipients.map(\.address) == ["ada@b.example", "bob@c.example"])
        #expect(report.recipients.map(\.finding.reason) == [.mailboxUnknown, .mailboxFull])
        #expect(report.recipients.map(\.consequence) == [.hard, .soft])
    }

    // MARK: RFC 3464

    typealias Row = (
        fields: String, text: String, address: String?, action: ReportedAction, consequence: BounceConsequence,
        because: Comment
    )

    static let rows: [Row] = [
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.1.1", "", "ada@b.example", .failed,
            .hard, "as it should be"
        ),
        (
            "Final-Recipient: RFC822;<ada@b.example>\nAction: Failed (hard)\nStatus: 5.1.1 (no)", "", "ada@b.example",
            .failed, .hard, "brackets and comments"
        ),
        (
            "Final-Recipient: ada@b.example\nAction: failed\nStatus: 5.1.1", "", "ada@b.example", .failed, .hard,
            "no address type"
        ),
        (
            "Original-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.1.1", "", "ada@b.example", .failed,
            .hard, "no Final-Recipient"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nStatus: 5.1.1", "", "ada@b.example", .failed, .hard,
            "no Action: the status says it"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nStatus: 4.4.1", "", "ada@b.example", .delayed, .nothing,
            "no Action: doubt counts against nobody"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed", "550 5.1.1 user unknown", "ada@b.example",
            .failed, .hard, "no Status: the notice says it"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no",
            "", "ada@b.example", .failed, .hard, "5.0.0 says nothing, the diagnostic does"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550\nuser unknown",
            "", "ada@b.example", .failed, .hard, "folded without a blank"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\n\nAction: failed\nStatus: 5.1.1", "", "ada@b.example", .failed,
            .hard, "torn apart by a blank line"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 4.4.7", "", "ada@b.example", .failed,
            .soft, "given up"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 4.1.1\nDiagnostic-Code: smtp; 550 user unknown",
            "", "ada@b.example", .failed, .soft, "codes that disagree suppress nobody"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.7.1", "user unknown", "ada@b.example",
            .failed, .block, "the fields come before the notice"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: delayed\nStatus: 5.1.1", "", "ada@b.example", .delayed,
            .nothing, "RFC 3464 §2.3.3: not failed yet"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: delivered\nStatus: 2.1.5", "", "ada@b.example", .delivered,
            .nothing, "delivered"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: relayed\nStatus: 2.0.0", "", "ada@b.example", .relayed,
            .nothing, "relayed"
        ),
        (
            "Final-Recipient: rfc822; ada@b.example\nAction: expanded\nStatus: 2.0.0", "", "ada@b.example", .expanded,
            .nothing, "expanded"
        ),
        (
            "Final-Recipient: X400; c=us;a= ;p=b;dda:SMTP=ada@b.example;\nAction: failed\nStatus: 5.1.1", "",
            "ada@b.example", .failed, .hard, "X.400 around an address"
        ),
        (
            "Final-Recipient: unknown; ada\nAction: failed\nStatus: 5.1.1", "<ada@b.example>: no", "ada@b.example",
            .failed, .hard, "the address is in the notice only"
        ),
        (
            "final-recipient : rfc822; ada@b.example\naction : failed\nstatus : 5.1.1", "", "ada@b.example", .failed,
            .hard, "case and blanks before colons"
        ),
    ]

    @Test(arguments: rows)
    func `a delivery report is read though fields are missing or broken`(row: Row) {
        for head in ["Reporting-MTA: dns; mx.example\n\n", "Reporting-MTA: dns; mx.example\n\n\n\n", ""] {
            let report = Self.read(BounceSamples.report(head + row.fields, text: row.text))
            #expect(report.kind == .delivery, row.because)
            #expect(report.recipients.map(\.address) == [row.address], row.because)
            #expect(report.recipients.first?.action == row.action, row.because)
            #expect(report.recipients.first?.consequence == row.consequence, row.because)
            #expect(report.messageID == "abc@news.example")
        }
    }

    @Test func `several recipients of one report are kept apart, with and without blank lines`() {
        for gap in ["\n", ""] {
            let report = Self.read(
                BounceSamples.report(
                    """
                    Reporting-MTA: dns; mx.example

                    Original-Recipient: rfc822; ada@b.example
                    Final-Recipient: rfc822; ada@inner.b.example
                    Action: failed
                    Status: 5.1.1
                    \(gap)Final-Recipient: rfc822; bob@b.example
                    Action: delayed
                    Status: 4.4.1
                    \(gap)Final-Recipient: rfc822; eve@b.example
                    Action: failed
                    Status: 5.2.2
                    """
                )
            )
            #expect(report.recipients.map(\.address) == ["ada@inner.b.example", "bob@b.example", "eve@b.example"])
            #expect(report.recipients.map(\.original) == ["ada@b.example", nil, nil])
            #expect(report.recipients.map(\.consequence) == [.hard, .nothing, .soft])
        }
    }

    @Test func `a UTF-8 report is read, RFC 6533`() {
        let fields = """
            Reporting-MTA: dns; mx.example

            Final-Recipient: utf-8; j\\x{F6}rg@b.example
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 Empfänger unbekannt
            """
        let report = Self.read(BounceSamples.report(fields, type: "message/global-delivery-status"))
        #expect(report.recipients.map(\.address) == ["jörg@b.example"])
        #expect(report.recipients.first?.consequence == .hard)
        #expect(
            report.recipients.first.map { String(decoding: $0.diagnostic, as: UTF8.self) }
                == "550 5.1.1 Empfänger unbekannt"
        )
        let raw = fields.replacing("\\x{F6}", with: "ö")
        #expect(Self.read(BounceSamples.report(raw)).recipients.map(\.address) == ["jörg@b.example"])
    }

    @Test func `the status part is read in any encoding, and in a report that was forwarded as a message`() {
        let fields = "Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.1.1\n"
        let encoded = BounceSamples.report(
            "RmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGFkYUBiLmV4YW1wbGUKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=",
            type: "message/delivery-status\nContent-Transfer-Encoding: base64"
        )
        #expect(Self.read(encoded).recipients.map(\.consequence) == [.hard])
        let forwarded =
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: message/rfc822\n\n"
            + BounceSamples.report(fields) + "\n--o--\n"
        #expect(Self.read(forwarded).recipients.map(\.consequence) == [.hard])
    }

    @Test func `a report inside the returned message counts for nobody`() {
        let inner = BounceSamples.report("Final-Recipient: rfc822; eve@b.example\nAction: failed\nStatus: 5.1.1\n")
        let outer = """
            From: feedback@provider.example
            Content-Type: multipart/report; boundary=f

            --f
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; ada@b.example
            Action: delayed
            Status: 4.4.1

            --f
            Content-Type: message/rfc822

            \(inner)
            --f--
            """
        #expect(Self.read(outer).recipients.map(\.address) == ["ada@b.example"])
        #expect(Self.read(outer).recipients.map(\.consequence) == [.nothing])
    }

    @Test func `a mail of 50 megabytes is read up to the bound and says so`() {
        var bytes = Array(
            BounceSamples.report("Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.1.1\n").utf8
        )
        bytes.append(contentsOf: [UInt8](repeating: 0x61, count: 50 << 20))
        let report = readReport(bytes)
        #expect(report.isCutShort)
        #expect(report.recipients.map(\.consequence) == [.hard])
    }
}
