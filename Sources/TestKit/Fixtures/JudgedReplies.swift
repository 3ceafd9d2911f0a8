import Core

/// Replies at their step, with what each means for the recipient: the table of two suites.
package enum JudgedReplies {
    package typealias Row = (line: String, step: SMTPStep, judgement: Judgement, because: String)

    package static let table: [Row] = [
        ("250 2.0.0 Ok: queued", .dot, .accepted, "the other side is responsible now"),
        ("299 fine", .dot, .accepted, "RFC 5321 §4.3.2: an unknown code counts by its first digit"),
        ("354 go on", .dot, .unknown, "no answer to a final dot, and the message is gone"),
        ("250 ok", .data, .later, "no answer to DATA"),
        ("421 4.3.2 closing", .mail, .later, "RFC 5321 §3.8"),
        ("421 4.3.2 closing", .dot, .later, "a refusal for now, not a silence"),
        ("450 4.2.0 greylisted", .rcpt, .later, "greylisting"),
        ("451 4.7.1 slow down", .rcpt, .later, "rate limit"),
        ("452 4.2.2 full", .rcpt, .later, "a full mailbox that may be emptied"),
        ("450 5.1.1 contradiction", .rcpt, .later, "the code is what RFC 5321 knows"),
        ("550 5.1.1 no such user", .rcpt, .never, "RFC 3463 §3.2: no such mailbox"),
        ("550 5.1.1 no such user", .dot, .never, "some servers look the recipient up after the message"),
        ("550 5.1.2 no such domain", .rcpt, .never, "bad domain"),
        ("501 5.1.3 bad syntax", .rcpt, .never, "an address that nobody can have"),
        ("550 5.1.6 moved", .rcpt, .never, "mailbox has moved"),
        ("556 5.1.10 null MX", .rcpt, .never, "RFC 7505: the domain takes no mail"),
        ("550 5.2.1 disabled", .rcpt, .never, "mailbox disabled"),
        ("552 5.2.2 full", .rcpt, .notThisMessage, "a full mailbox is a mailbox"),
        ("552 5.3.4 too big", .mail, .notThisMessage, "size"),
        ("552 too big", .dot, .notThisMessage, "size"),
        ("550 5.7.1 refused", .rcpt, .notThisMessage, "a policy says nothing about the mailbox"),
        ("554 5.6.1 no", .dot, .notThisMessage, "content"),
        ("554 transaction failed", .rcpt, .notThisMessage, "it says nothing about the mailbox"),
        ("554 transaction failed", .dot, .notThisMessage, "spam, most often"),
        ("550 no such user", .rcpt, .never, "RFC 5321 §4.2.3: mailbox unavailable"),
        ("551 not local", .rcpt, .never, "RFC 5321 §3.4"),
        ("553 name not allowed", .rcpt, .never, "mailbox syntax"),
        ("556 no mail here", .rcpt, .never, "RFC 7504"),
        ("550 no", .dot, .notThisMessage, "without an enhanced code it may be the content"),
        ("550 no", .mail, .notThisMessage, "at MAIL the recipient is not known yet"),
        ("550 5.1.1 who?", .mail, .notThisMessage, "at MAIL an address can only be the sender's"),
        ("553 5.1.8 bad sender", .rcpt, .notThisMessage, "the sender's domain"),
        ("550 5.1.7 bad sender", .rcpt, .notThisMessage, "the sender's mailbox"),
        ("550 4.2.1 contradiction", .rcpt, .notThisMessage, "codes that disagree suppress nobody"),
        ("550 5.1.1.1 no code", .rcpt, .never, "that is no enhanced code, so the code alone counts"),
        ("530 5.7.0 STARTTLS first", .mail, .later, "the route is at fault"),
        ("530 5.7.1 log in first", .rcpt, .later, "the route is at fault"),
        ("554 no service", .greeting, .later, "the route is at fault, not the recipient"),
        ("550 not you", .ehlo, .later, "the route is at fault"),
        ("535 5.7.8 bad password", .auth, .later, "the route is at fault"),
    ]
}
