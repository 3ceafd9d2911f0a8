import Testing

@testable import Core
@testable import ReturnedMail

/// What people, their programs and their shops' ticket systems write, which is no bounce; and opt-outs that look like
/// something else.
@Suite struct BounceAnswerTests {
    typealias Row = (message: String, kind: MailReport.Kind, because: Comment)

    static func mail(_ from: String, _ subject: String, _ text: String, header: String = "") -> String {
        "From: \(from)\nTo: b@bounces.example\nSubject: \(subject)\n\(header)\n\(text)\n"
    }

    static let person = "Ada <ada@b.example>"
    static let quoted = "\n-----Original Message-----\nFrom: News <news@shop.example>\nTo: ada@b.example\nSubject: x\n"

    static func receipt(_ disposition: String, message: String = "") -> String {
        """
        From: \(person)
        To: b@bounces.example
        Subject: Not read: Autumn news
        Content-Type: multipart/report; report-type=disposition-notification; boundary=r

        --r
        Content-Type: text/plain

        The mail sent to ada@b.example was not delivered to a reader.

        --r
        Content-Type: message/disposition-notification

        Final-Recipient: rfc822;ada@b.example
        Disposition: \(disposition)

        --r
        Content-Type: text/rfc822-headers

        \(BounceSamples.message)
        --r--
        """
    }

    static let rows: [Row] = [
        (receipt("manual-action/MDN-sent-manually; displayed"), .autoReply, "RFC 8098: it was read"),
        (receipt("automatic-action/MDN-sent-automatically; deleted"), .autoReply, "RFC 8098: it arrived all the same"),
        (
            mail(person, "My delivery failed", "My parcel: the courier says address unknown. Order 550. bob@b.example"),
            .other, "a customer with a parcel"
        ),
        (
            mail(
                person,
                "Delivery problem with order",
                "Returned because \"address not found\". Write to eve@b.example"
            ),
            .other, "a customer with a parcel"
        ),
        (
            mail(person, "Returned mail / parcel", "Mailbox is full, they said.", header: "Return-Path: <>\n"), .other,
            "even from a program that sends with a null return path"
        ),
        (
            mail(person, "Colis non remis", "Bonjour, adresse inconnue. ada@b.example"), .other, "French, with a parcel"
        ),
        (
            mail(person, "Delivery problem with order", "Address unknown, they say." + quoted), .other,
            "what a person's program quotes is no returned message"
        ),
        (mail(person, "Re: Delivery notification: your order", "Thanks.\n" + quoted), .other, "an answer"),
        (
            mail(
                "Helpdesk <help@b.example>",
                "Ticket not created: processing error",
                "unknown user news@shop.example is not registered. Write to help2@b.example",
                header: "Auto-Submitted: auto-generated\n"
            ), .other, "a ticket system that does not know us"
        ),
        (
            mail(
                "Support <support@b.example>",
                "[#123] Request received: Delivery error in your shop",
                "If your parcel has not been delivered call 550.",
                header: "Auto-Submitted: auto-generated\n"
            ), .other, "a ticket system"
        ),
        (
            mail(
                person,
                "Address changed - mail delivery",
                "This mailbox does not exist any more. Write to eve@c.example. This is an automated reply."
            ), .autoReply, "it says so"
        ),
        (
            mail(
                "MAILER-DAEMON@mx.example",
                "Successful Mail Delivery Report",
                "Your message was successfully delivered.\n\n<ada@b.example>: delivered to mailbox"
            ), .autoReply, "it arrived"
        ),
    ]

    @Test(arguments: rows)
    func `what is no notice of a server is no bounce, nor is what is kept of it`(row: Row) {
        let bytes = Array(row.message.utf8)
        for report in [readReport(bytes), readReport(cutReport(bytes))] {
            #expect(report.kind == row.kind, row.because)
            #expect(report.recipients.isEmpty, row.because)
        }
    }

    typealias Bounce = (message: String, address: String, consequence: BounceConsequence, because: Comment)

    static let bounces: [Bounce] = [
        (
            mail(
                "Mail Delivery Subsystem <mailer-daemon@x.example>",
                "Delivery Status Notification (Delay)",
                "There was a temporary problem delivering your message to ada@b.example. X will retry for 46 more hours."
            ), "ada@b.example", .nothing, "not given up yet"
        ),
        (
            mail("MAILER-DAEMON@mx.example", "Mesaj", "Mesaj: ada@b.example. 550 5.1.1 kullanici yok"), "ada@b.example",
            .hard, "a server, a code and one address are enough in any language"
        ),
        (
            mail(
                "postmaster@mx.example",
                "Kan inte levereras: Nyheter",
                "Till:\n\nada@b.example\nReturned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'"
            ), "ada@b.example", .hard, "Exchange in Swedish: the mailbox, not the domain"
        ),
        (
            BounceSamples.report("Final-Recipient: rfc822; \"ada lovelace\"@b.example\nAction: failed\nStatus: 5.1.1"),
            "\"ada lovelace\"@b.example", .hard, "RFC 5321 §4.1.2: a quoted local part"
        ),
        (
            receipt("automatic-action/MDN-sent-automatically; deleted")
                .replacing("Ada <ada@b.example>", with: "Mail Delivery Subsystem <admin@b.example>")
                .replacing("Not read: Autumn news", with: "Automatically rejected mail"), "ada@b.example", .soft,
            "Dovecot refuses in the form of a receipt"
        ),
    ]

    @Test(arguments: bounces)
    func `what a server says counts, in whatever form and language`(row: Bounce) {
        let bytes = Array(row.message.utf8)
        for report in [readReport(bytes), readReport(cutReport(bytes))] {
            #expect(report.kind == .delivery, row.because)
            #expect(report.recipients.map(\.address) == [row.address], row.because)
            #expect(report.recipients.first?.consequence == row.consequence, row.because)
        }
    }

    // MARK: Opt-outs

    static let unsubscribe = "u+\(String(repeating: "a", count: 48))@bounces.example"
    static let path = "b+\(String(repeating: "a", count: 48))@bounces.example"

    static func optOut(_ subject: String, _ text: String = "", from: String = person, header: String = "") -> String {
        "From: \(from)\nTo: \(unsubscribe)\nSubject: \(subject)\n\(header)\n\(text)\n"
    }

    static let optOuts: [Row] = [
        (optOut("Unsubscribe from Summer vacation deals"), .unsubscribe, "the message's subject, not a vacation"),
        (optOut("unsubscribe: im Urlaub sparen"), .unsubscribe, "in German"),
        (optOut("unsubscribe", "My email account is protected by X."), .unsubscribe, "what a virus scanner adds"),
        (optOut("Please confirm your email unsubscribe"), .unsubscribe, "no challenge"),
        (optOut("unsubscribe", "Take me off." + quoted, from: "postmaster@b.example"), .unsubscribe, "a person, too"),
        (optOut("Unsubscribe: Mail delivery news", quoted), .unsubscribe, "the message's subject"),
        (optOut("unsubscribe", header: "List-Id: <x.example>\nPrecedence: bulk\n"), .unsubscribe, "by way of a list"),
        (
            "From: \(person)\nTo: News <news@shop.example>, <\(unsubscribe)>\nSubject: no more\n\n", .unsubscribe,
            "the second address of To"
        ),
        ("From: \(person)\nTo: a@b.example\nCc: \(unsubscribe)\nSubject: no more\n\n", .unsubscribe, "in Cc"),
        (
            "Delivered-To: \(unsubscribe)\nFrom: \(person)\nTo: a@b.example\nSubject: no more\n\n", .unsubscribe,
            "as docs/how-to/receive-returned-mail.md says"
        ),
        (
            "X-Original-To: \(unsubscribe)\nFrom: \(person)\nTo: a@b.example\nSubject: no more\n\n", .unsubscribe,
            "as docs/how-to/receive-returned-mail.md says"
        ),
        (
            "Delivered-To: \(path)\nFrom: \(person)\nTo: \(unsubscribe)\nSubject: no more\n\n", .other,
            "the envelope's field names another address of ours"
        ),
        (
            optOut("unsubscribe", header: "Auto-Submitted: auto-replied\nX-Apple-Unsubscribe: true\n"), .unsubscribe,
            "Apple's button"
        ),
        (optOut("Unsubscribe", header: "Auto-Submitted: auto-replied\n"), .unsubscribe, "another program's button"),
        (optOut("unsubscribe", header: "Auto-Submitted: auto-generated\n"), .unsubscribe, "a button, by RFC 3834"),
        (optOut("Abmelden", header: "X-Autoreply: yes\n"), .unsubscribe, "a button's, in German"),
        (optOut("unsubscribe", header: "Return-Path: <>\nPrecedence: bulk\n"), .unsubscribe, "a button's, from nobody"),
        (optOut("Re: Summer sale", header: "Auto-Submitted: auto-replied\n"), .autoReply, "an answer to the message"),
        (optOut("away", header: "Auto-Submitted: auto-replied\n"), .autoReply, "RFC 3834: a machine has no wish"),
        (optOut("away", header: "Precedence: auto_reply\n"), .autoReply, "before RFC 3834"),
        (optOut("away", header: "X-Autoreply: yes\n"), .autoReply, "before RFC 3834"),
        (
            receipt("automatic-action/MDN-sent-automatically; deleted").replacing(
                "b@bounces.example",
                with: unsubscribe
            ),
            .autoReply, "a receipt"
        ),
    ]

    @Test(arguments: optOuts)
    func `who writes to the unsubscribe address opts out, whatever the words look like`(row: Row) {
        let bytes = Array(row.message.utf8)
        #expect(readReport(bytes).kind == row.kind, row.because)
        #expect(readReport(cutReport(bytes)).kind == row.kind, "\(row.because), and what is kept of it")
    }

    @Test func `a real report to the unsubscribe address is no opt-out`() {
        let report = BounceSamples.report("Final-Recipient: rfc822; ada@b.example\nAction: failed\nStatus: 5.1.1")
        #expect(readReport(Array(report.utf8), sentTo: Array(Self.unsubscribe.utf8)).kind == .delivery)
        let notice = "Return-Path: <>\n" + BounceSamples.servers[0].message
        #expect(readReport(Array(notice.utf8), sentTo: Array(Self.unsubscribe.utf8)).kind == .delivery)
    }
}
