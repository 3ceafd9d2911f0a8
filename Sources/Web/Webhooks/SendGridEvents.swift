import Core
import ReturnedMail

/// SendGrid's event webhook: a list of events, which contain the message's own `unique_args`.
enum SendGridEvents {
    static let table = ProviderTable([
        // https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
        ("processed", .nothing),
        ("delivered", .nothing),
        ("deferred", .delayed),
        ("open", .nothing),
        ("click", .nothing),
        ("spamreport", .complaint("abuse")),
        ("unsubscribe", .optOut),
        ("group_unsubscribe", .optOut),
        // Consent given to SendGrid does not count here.
        ("group_resubscribe", .nothing),
        ("account_status_change", .nothing),

        // The same page, "Bounce": `type`, then `bounce_classification`, as in
        // https://www.twilio.com/docs/sendgrid/api-reference/bounces-api
        ("bounce", .refused(orElse: .unknown)),
        ("bounce/bounce", .refused(orElse: .unknown)),
        ("bounce/bounce/Invalid Address", .refused(orElse: .mailboxUnknown)),
        ("bounce/bounce/Technical", .refused(orElse: .expired)),
        ("bounce/bounce/Technical Failure", .refused(orElse: .expired)),
        ("bounce/bounce/Content", .refused(orElse: .content)),
        ("bounce/bounce/Reputation", .refused(orElse: .policy)),
        ("bounce/bounce/Frequency or Volume Too High", .refused(orElse: .rateLimited)),
        ("bounce/bounce/Mailbox Unavailable", .refused(orElse: .mailboxFull)),
        ("bounce/bounce/Unclassified", .refused(orElse: .unknown)),
        // A block is not about the address: never hard.
        ("bounce/blocked", .failed(.policy)),
        ("bounce/blocked/Invalid Address", .failed(.unknown)),
        ("bounce/blocked/Technical", .failed(.expired)),
        ("bounce/blocked/Technical Failure", .failed(.expired)),
        ("bounce/blocked/Content", .failed(.content)),
        ("bounce/blocked/Reputation", .failed(.policy)),
        ("bounce/blocked/Frequency or Volume Too High", .failed(.rateLimited)),
        ("bounce/blocked/Mailbox Unavailable", .failed(.mailboxFull)),
        ("bounce/blocked/Unclassified", .failed(.policy)),
        ("bounce/expired", .failed(.expired)),

        // The same page, "Dropped", and https://docs.sendgrid.com/glossary/drops: not sent at all. The first three
        // are the sender's fault.
        ("dropped/Invalid SMTPAPI header", .failed(.content)),
        ("dropped/Spam Content", .failed(.content)),
        ("dropped/Recipient List over Package Quota", .failed(.rateLimited)),
        ("dropped/Unsubscribed Address", .optOut),
        ("dropped/Bounced Address", .failed(.mailboxUnknown)),
        ("dropped/Spam Reporting Address", .complainedBefore),
        ("dropped/Invalid", .failed(.mailboxUnknown)),
        ("dropped/Duplicate message", .nothing),
    ])

    static func news(_ events: ProviderJSON) -> ProviderNews {
        var news = ProviderNews()
        for event in events.list {
            let (name, meaning) = meaning(of: event)
            guard let meaning else {
                news.unknown.append(name)
                continue
            }
            let words = name.hasPrefix("dropped") ? "" : event["reason"].text + event["response"].text
            guard let kind = meaning.report(of: name, words: words, status: event["status"].text) else { continue }
            let number = event["sg_event_id"].text
            // Events about messages that were never sent may have no number.
            let parts = [event["smtp-id"].text, event["timestamp"].text, name]
            news.reports.append(
                ProviderReport(
                    provider: "sendgrid",
                    id: number.isEmpty ? parts.joined(separator: " ") : number,
                    recipient: event["email"].text,
                    signedLocalPart: event["veredus"].text,
                    kind: kind
                )
            )
        }
        return news
    }

    private static func meaning(of event: ProviderJSON) -> (name: String, ProviderMeaning?) {
        let name = event["event"].text
        switch name {
        case "bounce":
            let type = event["type"].text
            let whole = "bounce/\(type)/\(event["bounce_classification"].text)"
            if let found = table[whole] { return (whole, found) }
            // An unknown classification is ignored.
            return type.isEmpty ? (name, table[name]) : ("bounce/\(type)", table["bounce/\(type)"])
        case "dropped":
            let dropped = "dropped/\(event["reason"].text)"
            return (dropped, table[dropped])
        default: return (name, table[name])
        }
    }
}
