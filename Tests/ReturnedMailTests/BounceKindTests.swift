import TestKit
import Testing

@testable import Core
@testable import ReturnedMail

@Suite struct BounceKindTests {
    typealias Row = (message: String, sentTo: String?, kind: MailReport.Kind, because: Comment)

    static func mail(_ header: String, _ text: String = "Hello.\n") -> String {
        "From: Ada <ada@b.example>\nTo: b@bounces.example\n\(header)\n\n\(text)"
    }

    static let rows: [Row] = [
        (
            mail(
                "Subject: Re: could not be delivered\nAuto-Submitted: auto-replied",
                "550 user unknown eve@c.example\n"
            ),
            nil, .autoReply, "a machine that repeats our subject is no server"
        ),
        (mail("Subject: Hello\nAuto-Submitted: auto-replied"), nil, .autoReply, "RFC 3834"),
        (mail("Subject: Hello\nAuto-Submitted: auto-replied (vacation)"), nil, .autoReply, "RFC 3834, with a comment"),
        (mail("Subject: Hello\nX-Autoreply: yes"), nil, .autoReply, "before RFC 3834"),
        (mail("Subject: Hello\nPrecedence: auto_reply"), nil, .autoReply, "before RFC 3834"),
        (mail("Subject: Automatic reply: News"), nil, .autoReply, "Exchange"),
        (mail("Subject: Out of Office: News"), nil, .autoReply, "English"),
        (mail("Subject: Automatische Antwort: News"), nil, .autoReply, "German"),
        (mail("Subject: Abwesenheitsnotiz"), nil, .autoReply, "German"),
        (mail("Subject: =?utf-8?Q?R=C3=A9ponse_automatique_=3A_News?="), nil, .autoReply, "French"),
        (mail("Subject: Respuesta =?iso-8859-1?Q?autom=E1tica?="), nil, .autoReply, "Spanish"),
        (mail("Subject: Risposta automatica: News"), nil, .autoReply, "Italian"),
        (mail("Subject: =?utf-8?B?0JDQstGC0L7QvtGC0LLQtdGC?="), nil, .autoReply, "Russian"),
        (mail("Subject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOiBOZXdz?="), nil, .autoReply, "Chinese"),
        (mail("Subject: =?utf-8?B?6Ieq5YuV5b+c562U?="), nil, .autoReply, "Japanese"),
        (
            mail("Subject: Re: News", "I am currently out of the office, and could not be delivered to anybody."), nil,
            .autoReply, "only the text says it"
        ),
        (
            mail("Subject: Re: News\nAuto-Submitted: auto-replied", "> user unknown ada@b.example"), nil, .autoReply,
            "what it quotes is no bounce"
        ),
        (
            mail("Subject: Re: News", "> 550 5.1.1 user unknown\nThank you, eve@c.example"), nil, .other,
            "a person who quotes"
        ),
        (mail("Subject: Please confirm your message"), nil, .challenge, "a filter that wants proof"),
        (
            mail(
                "Subject: Re: News",
                "My email account is protected by X. To have your message delivered, please click here."
            ), nil, .challenge, "a filter that wants proof"
        ),
        (mail("Subject: unsubscribe"), "b+x@bounces.example", .unsubscribe, "by its subject"),
        (mail("Subject: Re: Unsubscribe."), nil, .unsubscribe, "by its subject"),
        (mail("Subject: ABMELDEN"), nil, .unsubscribe, "German"),
        (mail("Subject: =?utf-8?Q?D=C3=A9sinscription?="), nil, .unsubscribe, "French"),
        (mail("Subject: How do I unsubscribe from my neighbour?"), nil, .other, "a word in a subject is no wish"),
        (mail("Subject: anything"), "u+x@bounces.example", .unsubscribe, "to the unsubscribe address"),
        (mail("Subject: anything"), "U+X@bounces.example", .unsubscribe, "in upper case"),
        (
            mail("Subject: away\nAuto-Submitted: auto-replied"), "u+x@bounces.example", .autoReply,
            "a machine has no wish"
        ),
        (mail("Subject: News of others\nList-Id: <x.example>"), nil, .other, "a list"),
        (
            mail("Subject: News of others\nPrecedence: bulk", "Unable to deliver? Buy a van.\n"), nil, .other,
            "another campaign"
        ),
        (
            mail("Subject: Delivered!", "Your parcel could not be delivered to eve@c.example.\n"), nil, .other,
            "a parcel service"
        ),
        ("", nil, .other, "nothing"), ("\r\n\r\n", nil, .other, "nothing"),
        ("no header at all", nil, .other, "nothing"),
        (BounceSamples.complaint("Feedback-Type: abuse"), nil, .complaint(.abuse), "RFC 5965"),
        (BounceSamples.complaint("Version: 1\n\nFeedback-Type: Fraud\n"), nil, .complaint(.fraud), "RFC 5965"),
        (BounceSamples.complaint("Feedback-Type: not-spam"), nil, .complaint(.notSpam), "RFC 6430"),
        (BounceSamples.complaint("Feedback-Type: auth-failure"), nil, .complaint(.authFailure), "RFC 6591"),
        (BounceSamples.complaint("Feedback-Type: opt-out"), nil, .complaint(.optOut), "RFC 5965's drafts"),
        (BounceSamples.complaint("User-Agent: x"), nil, .complaint(.other), "no type"),
        (
            "From: staff@hotmail.example\nSubject: complaint about message\nContent-Type: multipart/mixed; boundary=x\n\n"
                + "--x\nContent-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: <ada@b.example>\nSubject: n\n\n--x--\n",
            nil, .complaint(.abuse), "Outlook.com's programme"
        ),
    ]

    @Test(arguments: rows)
    func `what is no bounce is not taken for one`(row: Row) {
        let report = readReport(Array(row.message.utf8), sentTo: row.sentTo.map { Array($0.utf8) })
        #expect(report.kind == row.kind, row.because)
        #expect(report.recipients.allSatisfy { $0.consequence == .nothing }, row.because)
    }

    @Test(arguments: [
        (FeedbackType.abuse, true), (.fraud, true), (.optOut, true), (.notSpam, false), (.authFailure, false),
        (.virus, false), (.other, false),
    ])
    func `only who complained is suppressed`(type: FeedbackType, suppresses: Bool) {
        #expect(type.suppresses == suppresses)
    }

    // MARK: Whose delivery it is

    static let key = DeliveryKey(campaign: 70_001, seq: 5)

    @Test func `the signed return path names the delivery, wherever the way in has left it`() throws {
        let keys = try TestKeys.ring()
        let token = TrackingToken.bounce(Self.key, attempt: 2)
        let path = "b+\(String(decoding: keys.sign(token), as: UTF8.self))@bounces.example"
        let unsubscribe = "u+\(String(decoding: keys.sign(.mailUnsubscribe(Self.key)), as: UTF8.self))@bounces.example"
        let bounce = BounceSamples.servers[0].message
        #expect(readReport(Array(bounce.utf8), sentTo: Array(path.utf8)).origin(keys) == token)
        #expect(readReport(Array(bounce.utf8), sentTo: Array(path.uppercased().utf8)).origin(keys) == token)
        #expect(readReport(Array("Delivered-To: \(path)\n\(bounce)".utf8)).origin(keys) == token)
        #expect(readReport(Array("X-Original-To: <\(path)>\n\(bounce)".utf8)).origin(keys) == token)
        let fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: redacted\nOriginal-Mail-From: <\(path)>"
        #expect(readReport(Array(BounceSamples.complaint(fields).utf8)).origin(keys) == token)
        let message =
            "List-Unsubscribe: <https://x.example/u/y>, <mailto:\(unsubscribe)?subject=unsubscribe>\n\(BounceSamples.message)"
        let redacted = BounceSamples.complaint("Feedback-Type: abuse", message: message)
        #expect(readReport(Array(redacted.utf8)).origin(keys) == .mailUnsubscribe(Self.key), "a redacted complaint")
        #expect(readReport(Array(bounce.utf8)).origin(keys) == nil)
    }

    @Test func `a forged address names nothing, and does not hide a true one`() throws {
        let keys = try TestKeys.ring()
        let other = try TestKeys.ring([TokenKey(id: 7, secret: TestKeys.second)])
        let token = TrackingToken.bounce(Self.key, attempt: 2)
        let forged = "b+\(String(decoding: other.sign(token), as: UTF8.self))@bounces.example"
        let path = "b+\(String(decoding: keys.sign(token), as: UTF8.self))@bounces.example"
        let bounce = BounceSamples.servers[0].message
        #expect(readReport(Array(bounce.utf8), sentTo: Array(forged.utf8)).origin(keys) == nil)
        #expect(
            readReport(Array("Delivered-To: \(path)\n\(bounce)".utf8), sentTo: Array(forged.utf8)).origin(keys) == token
        )
        let many = String(repeating: "To: \(forged)\n", count: 1_000)
        let report = readReport(Array((many + bounce).utf8))
        #expect(report.signedLocalParts.count == 1)
    }
}
