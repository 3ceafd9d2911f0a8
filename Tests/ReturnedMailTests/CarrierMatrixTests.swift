import Testing

@testable import Core
@testable import ReturnedMail

/// Whoever carries the news, it is the server that refused who decides: each refusal in the form of each carrier.
@Suite struct CarrierMatrixTests {
    static func judged(_ mail: String) -> ReportedRecipient? {
        let report = readReport(Array(mail.utf8))
        guard report.kind == .delivery, report.recipients.count == 1 else { return nil }
        return report.recipients.first
    }

    @Test func `the table is large enough to mean something`() {
        let rows = RefusalTable.rows
        #expect(rows.count >= 250)
        #expect(Set(rows.map(\.provider)).count >= 25)
        #expect(rows.count(where: { $0.wanted != .hard }) >= 150)
        #expect(rows.allSatisfy { $0.source.hasPrefix("http") })
        #expect(rows.allSatisfy { (400..<600).contains($0.code) })
    }

    @Test(arguments: Carrier.allCases)
    func `no carrier makes a dead mailbox of a refusal that is about the sender`(carrier: Carrier) {
        var hard: [String] = []
        var soft: [String] = []
        var missed: [String] = []
        var unread: [String] = []
        for row in RefusalTable.rows where row.isPermanent {
            let found = Self.judged(carrier.failure(row))
            guard let found, found.address == Carrier.recipient, found.action == .failed else {
                unread.append(row.testDescription)
                continue
            }
            switch (row.wanted, found.consequence) {
            case (.block, .hard), (.soft, .hard): hard.append(row.testDescription)
            case (.block, .soft): soft.append(row.testDescription)
            case (.hard, .soft), (.hard, .block), (.hard, .nothing): missed.append(row.testDescription)
            default: break
            }
        }
        #expect(unread.isEmpty, "\(unread)")
        #expect(hard.count <= 2, "wrongly hard: \(hard)")
        #expect(soft.count <= 4, "blocks that count against people: \(soft)")
        #expect(missed.count <= 4, "dead and not seen: \(missed)")
    }

    @Test func `a reply during SMTP is judged alike, at whatever step`() {
        var wrong: [String] = []
        for row in RefusalTable.rows {
            let finding = RuleBook.builtIn.classify(SMTPReply(code: row.code, text: Array(row.text.utf8)), at: row.step)
            // A deferral of what the table calls dead is no proof.
            let wanted = row.wanted
            if finding.consequence != wanted { wrong.append("\(row.testDescription) is \(finding.consequence)") }
        }
        #expect(wrong.count <= 4, "\(wrong)")
    }

    // MARK: Other forms

    typealias Form = (
        name: String, mail: String, action: ReportedAction, consequence: BounceConsequence, because: Comment
    )

    static let forms: [Form] = [
        (
            "qmail, expired",
            Carrier.qmail.qmailNotice(
                """
                Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)
                I'm not going to try again; this message has been in the queue too long.
                """
            ), .failed, .soft, "nobody answered"
        ),
        (
            "qmail, no such domain",
            Carrier.qmail.qmailNotice("Sorry, I couldn't find any host named example.net. (#5.1.2)"), .failed, .hard,
            "qmail's own words, where no other server has spoken"
        ),
        (
            "qmail, no such mailbox", Carrier.qmail.qmailNotice("Sorry, no mailbox here by that name. (#5.1.1)"),
            .failed, .hard, "a local one"
        ),
        (
            "qmail, size",
            Carrier.qmail.qmailNotice(
                """
                Connected to 192.0.2.9 but sender was rejected.
                Remote host said: 552 5.3.4 Message size exceeds fixed limit
                """
            ), .failed, .soft, "RFC 1870: refused at MAIL for its size, not for who sends"
        ),
        (
            "qmail, SMTPUTF8",
            Carrier.qmail.qmailNotice(
                "Connected to 192.0.2.9 but server does not support internationalized email addresses."
            ), .failed, .soft, "neither side is to blame"
        ),
        (
            "IronPort, delayed", Carrier.ironPort.ironPortReport("delayed", "4.4.1", "4.4.1 - No answer from host"),
            .delayed, .nothing, "not failed yet"
        ),
        (
            "IronPort, expired",
            Carrier.ironPort.ironPortReport(
                "failed",
                "5.4.7",
                "5.4.7 - Delivery expired (message too old) 451-'4.3.2 try again later' (delivery attempts: 28)"
            ), .failed, .soft, "given up"
        ),
        (
            "IronPort, relayed", Carrier.ironPort.ironPortReport("relayed", "2.0.0", "250-'ok'"), .relayed, .nothing,
            "it goes on"
        ),
        (
            "IronPort, expanded", Carrier.ironPort.ironPortReport("expanded", "2.0.0", "250-'ok'"), .expanded,
            .nothing, "a list"
        ),
        (
            "IronPort, delivered", Carrier.ironPort.ironPortReport("delivered", "2.0.0", "250-'ok'"), .delivered,
            .nothing, "it arrived"
        ),
        (
            "IronPort, size",
            Carrier.ironPort.ironPortReport(
                "failed",
                "5.2.3",
                "5.2.3 - Message length exceeds administrative limit 552-'5.3.4 Message too big for system'"
            ), .failed, .soft, "the message is too big"
        ),
        (
            "IronPort, SMTPUTF8",
            Carrier.ironPort.ironPortReport(
                "failed",
                "5.6.7",
                "5.5.0 - Other protocol error 550-'5.6.7 SMTPUTF8 is required but was not offered'"
            ), .failed, .soft, "neither side is to blame"
        ),
        (
            "IronPort, a reply that begins with an address",
            Carrier.ironPort.ironPortReport(
                "failed",
                "5.1.0",
                "5.1.0 - Unknown address error 550-'news@example.org is refused here' (delivery attempts: 0)"
            ), .failed, .soft, "the status is IronPort's, and the reply says nothing of a mailbox"
        ),
        (
            "IronPort, no such domain",
            Carrier.ironPort.ironPortReport(
                "failed",
                "5.1.2",
                "5.1.2 - Bad destination host 'DNS Hard Error looking up example.net (MX):  NXDomain'"
            ), .failed, .hard, "IronPort's own words, where no other server has spoken"
        ),
    ]

    @Test(arguments: forms)
    func `what is not a refusal is told apart in each carrier's form`(form: Form) {
        let found = Self.judged(form.mail)
        #expect(found?.action == form.action, "\(form.name)")
        #expect(found?.consequence == form.consequence, form.because)
    }
}
