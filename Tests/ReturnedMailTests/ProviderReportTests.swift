import TestKit
import Testing

@testable import Core
@testable import Messages
@testable import ReturnedMail

/// What a provider told by HTTP is understood as the mail that it could have been.
struct ProviderReportTests {
    private static let local: String = {
        let token = try? TestKeys.ring().sign(.bounce(DeliveryKey(campaign: 1, seq: 2), attempt: 1))
        return "b+" + String(decoding: token ?? [], as: UTF8.self)
    }()

    private static func read(_ kind: ProviderReport.Kind, recipient: String = "ada@example.com") -> MailReport {
        let report = ProviderReport(
            provider: "ses",
            id: "1",
            recipient: recipient,
            signedLocalPart: local,
            kind: kind
        )
        return readReport(report.mail, sentTo: Array(local.utf8))
    }

    static let rows: [(kind: ProviderReport.Kind, reason: BounceReason, consequence: BounceConsequence)] = [
        (.failed(status: "5.1.1", words: "550 5.1.1 no such user"), .mailboxUnknown, .hard),
        (.failed(status: "4.2.2", words: "452 4.2.2 over quota"), .mailboxFull, .soft),
        (.failed(status: "5.7.1", words: "550 5.7.1 blocked by policy"), .policy, .block),
        (.delayed(status: "4.0.0", words: "451 come back later"), .unknown, .nothing),
    ]

    @Test(arguments: rows)
    func `a failure has the status and the words that were told`(
        _ row: (kind: ProviderReport.Kind, reason: BounceReason, consequence: BounceConsequence)
    ) throws {
        let report = Self.read(row.kind)
        #expect(report.kind == .delivery)
        let recipient = try #require(report.recipients.first)
        #expect(recipient.address == "ada@example.com")
        #expect(recipient.consequence == row.consequence)
        if row.consequence != .nothing { #expect(recipient.finding.reason == row.reason) }
        #expect(report.signedLocalParts.first == Array(Self.local.utf8))
    }

    @Test func `a complaint keeps its type, and without one is abuse`() {
        #expect(Self.read(.complaint(type: "")).kind == .complaint(.abuse))
        #expect(Self.read(.complaint(type: "not-spam")).kind == .complaint(.notSpam))
    }

    @Test(arguments: [
        "x\r\n\r\n--veredus-webhook\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
        "--veredus-webhook--", "--veredus-webhook",
    ])
    func `a stranger's words begin no field and no part`(words: String) {
        let report = Self.read(.failed(status: "5.1.1\r\nFinal-Recipient: rfc822; eve@example.com", words: words))
        #expect(report.kind == .delivery)
        #expect(report.recipients.map(\.address) == ["ada@example.com"])
    }

    @Test func `the same report is the same mail, another one is another`() {
        func mail(_ id: String) -> [UInt8] {
            ProviderReport(provider: "p", id: id, recipient: "a@b.c", signedLocalPart: "x", kind: .unsubscribe).mail
        }
        #expect(mail("1") == mail("1"))
        #expect(mail("1") != mail("2"))
    }
}
