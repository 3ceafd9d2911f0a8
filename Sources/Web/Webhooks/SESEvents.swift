import Core
import ReturnedMail
import Templates

/// Amazon SES: the message inside an SNS notification, by feedback notification or event publishing.
///
/// The return path is `mail.source`.
enum SESEvents {
    static let table = ProviderTable([
        // https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html, "Top-level JSON object"
        ("Send", .nothing),
        ("Delivery", .nothing),
        ("Open", .nothing),
        ("Click", .nothing),
        // https://docs.aws.amazon.com/ses/latest/dg/configure-sns-notifications.html: sent once, when a topic is chosen
        ("AmazonSnsSubscriptionSucceeded", .nothing),
        // The same page, "Reject object": a virus in the message. "Rendering Failure object": of a template in SES.
        ("Reject", .failed(.content)),
        ("Rendering Failure", .failed(.content)),

        // https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html, "Bounce types"
        ("Bounce/Undetermined/Undetermined", .refused(orElse: nil)),
        ("Bounce/Permanent/General", .refused(orElse: .mailboxUnknown)),
        ("Bounce/Permanent/NoEmail", .refused(orElse: .mailboxUnknown)),
        ("Bounce/Permanent/Suppressed", .failed(.mailboxUnknown)),
        ("Bounce/Permanent/OnAccountSuppressionList", .failed(.mailboxUnknown)),
        ("Bounce/Permanent/OnTenantSuppressionList", .failed(.mailboxUnknown)),
        // Amazon's guess, not a refusal.
        ("Bounce/Permanent/EmailValidationSuppressed", .failed(.unknown)),
        // From SES's contact lists; not on that page, but seen.
        ("Bounce/Permanent/UnsubscribedRecipient", .optOut),
        // Includes out-of-office replies: a real refusal has a diagnostic.
        ("Bounce/Transient/General", .refused(orElse: nil)),
        ("Bounce/Transient/MailboxFull", .refused(orElse: .mailboxFull)),
        ("Bounce/Transient/MessageTooLarge", .refused(orElse: .size)),
        ("Bounce/Transient/CustomTimeoutExceeded", .refused(orElse: nil)),
        ("Bounce/Transient/ContentRejected", .refused(orElse: .content)),
        ("Bounce/Transient/AttachmentRejected", .refused(orElse: .content)),

        // The same page, "Complaint types", "Complaint subtypes"
        ("Complaint", .complaint("abuse")),
        ("Complaint/abuse", .complaint("abuse")),
        ("Complaint/auth-failure", .complaint("auth-failure")),
        ("Complaint/fraud", .complaint("fraud")),
        ("Complaint/not-spam", .complaint("not-spam")),
        ("Complaint/other", .complaint("other")),
        ("Complaint/virus", .complaint("virus")),
        ("Complaint/OnAccountSuppressionList", .complainedBefore),
        ("Complaint/OnTenantSuppressionList", .complainedBefore),

        // The first page, "DeliveryDelay object"
        ("DeliveryDelay", .delayed),
        ("DeliveryDelay/InternalFailure", .delayed),
        ("DeliveryDelay/General", .delayed),
        ("DeliveryDelay/MailboxFull", .delayed),
        ("DeliveryDelay/SpamDetected", .delayed),
        ("DeliveryDelay/RecipientServerError", .delayed),
        ("DeliveryDelay/IPFailure", .delayed),
        ("DeliveryDelay/TransientCommunicationFailure", .delayed),
        ("DeliveryDelay/BYOIPHostNameLookupUnavailable", .delayed),
        ("DeliveryDelay/Undetermined", .delayed),
        ("DeliveryDelay/SendingDeferral", .delayed),

        // The first page, "Subscription object": SES's own unsubscribe page. Consent given there does not count here.
        ("Subscription/OptOut", .optOut),
        ("Subscription/OptIn", .nothing),
    ])

    static func news(_ message: ProviderJSON) -> ProviderNews {
        let type = message["notificationType"].text + message["eventType"].text
        let (name, part, recipients) = event(type, message)
        guard let meaning = table[name] else { return ProviderNews(unknown: [name]) }
        let mail = message["mail"]
        let local = localPart(mail)
        let number = part["feedbackId"].text
        let id =
            number.isEmpty ? [mail["messageId"].text, type, part["timestamp"].text].joined(separator: " ") : number
        return ProviderNews(
            reports: recipients.compactMap { recipient in
                let words = serverWords(recipient["diagnosticCode"].text)
                return meaning.report(of: name, words: words, status: recipient["status"].text).map {
                    ProviderReport(
                        provider: "ses",
                        id: id,
                        recipient: recipient["emailAddress"].text + recipient.text,
                        signedLocalPart: local,
                        kind: $0
                    )
                }
            }
        )
    }

    /// The row's name, the object with the details, and the recipients.
    private static func event(
        _ type: String,
        _ message: ProviderJSON
    ) -> (name: String, part: ProviderJSON, recipients: [ProviderJSON]) {
        func name(_ detail: String) -> String { detail.isEmpty ? type : "\(type)/\(detail)" }
        switch type {
        case "Bounce":
            let part = message["bounce"]
            let detail = "\(part["bounceType"].text)/\(part["bounceSubType"].text)"
            return (name(detail), part, part["bouncedRecipients"].list)
        case "Complaint":
            let part = message["complaint"]
            let (kind, feedback) = (part["complaintSubType"].text, part["complaintFeedbackType"].text)
            return (
                name(table[name(kind)] == nil || kind.isEmpty ? feedback : kind), part,
                part["complainedRecipients"].list
            )
        case "DeliveryDelay":
            let part = message["deliveryDelay"]
            return (name(part["delayType"].text), part, part["delayedRecipients"].list)
        case "Subscription":
            let part = message["subscription"]
            return (name(saysNo(part) ? "OptOut" : "OptIn"), part, message["mail"]["destination"].list)
        default: return (type, message["reject"], message["mail"]["destination"].list)
        }
    }

    /// Whether the recipient has left all topics, or one of them with this change.
    private static func saysNo(_ change: ProviderJSON) -> Bool {
        func topics(_ preferences: ProviderJSON) -> [String: String] {
            let states = preferences["topicSubscriptionStatus"].list.map {
                ($0["topicName"].text, $0["subscriptionStatus"].text.lowercased())
            }
            return Dictionary(states) { first, _ in first }
        }
        if change["newTopicPreferences"]["unsubscribeAll"].value == .bool(true) { return true }
        let before = topics(change["oldTopicPreferences"])
        return topics(change["newTopicPreferences"]).contains { $0.value == "optout" && before[$0.key] != "optout" }
    }

    /// `smtp; 550 5.1.1 no such user` without the type.
    private static func serverWords(_ diagnostic: String) -> String {
        guard let end = diagnostic.firstIndex(of: ";"), diagnostic[..<end].lowercased() == "smtp" else {
            return diagnostic
        }
        return String(diagnostic[end...].dropFirst().drop { $0 == " " })
    }

    private static func localPart(_ mail: ProviderJSON) -> String {
        let source = mail["source"].text.localPart
        if MailSorter.isSignedShape(Array(source.utf8)) { return source }
        for header in mail["headers"].list where header["name"].text.lowercased() == "list-unsubscribe" {
            if let start = header["value"].text.firstRange(of: "<mailto:") {
                return String(header["value"].text[start.upperBound...]).localPart
            }
        }
        return source
    }
}
