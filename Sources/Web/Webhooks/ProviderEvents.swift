import Database
import ReturnedMail
import Templates

/// Providers' JSON translated into one vocabulary. Events other than refusals and complaints are left out.
enum ProviderEvents {
    /// Amazon SES: the message inside an SNS notification (bounce, complaint, delivery delay), by notification or event
    /// publishing. The return path is `mail.source`.
    static func ses(_ message: ProviderJSON) -> [ProviderReport] {
        let type = message["notificationType"].text + message["eventType"].text
        let local = sesLocalPart(message["mail"])
        func report(_ part: ProviderJSON, _ recipient: ProviderJSON, _ kind: ProviderReport.Kind) -> ProviderReport {
            let number = part["feedbackId"].text
            let id = number.isEmpty ? message["mail"]["messageId"].text + part["timestamp"].text : number
            return ProviderReport(
                provider: "ses",
                id: id,
                recipient: recipient["emailAddress"].text,
                signedLocalPart: local,
                kind: kind
            )
        }
        switch type {
        case "Bounce":
            let bounce = message["bounce"]
            return bounce["bouncedRecipients"].list.map { recipient in
                let words = [recipient["diagnosticCode"].text, bounce["bounceType"].text, bounce["bounceSubType"].text]
                let isPermanent = bounce["bounceType"].text == "Permanent"
                let status = recipient["status"].text
                return report(
                    bounce,
                    recipient,
                    .failed(
                        status: status.isEmpty ? sesStatus(bounce["bounceSubType"].text, isPermanent) : status,
                        words: words.filter { !$0.isEmpty }.joined(separator: " ")
                    )
                )
            }
        case "Complaint":
            let complaint = message["complaint"]
            return complaint["complainedRecipients"].list.map {
                report(complaint, $0, .complaint(type: complaint["complaintFeedbackType"].text))
            }
        case "DeliveryDelay":
            let delay = message["deliveryDelay"]
            return delay["delayedRecipients"].list.map {
                report(delay, $0, .delayed(status: $0["status"].text, words: $0["diagnosticCode"].text))
            }
        default: return []
        }
    }

    /// Amazon's own wording if there is no code.
    private static func sesStatus(_ subtype: String, _ isPermanent: Bool) -> String {
        switch subtype {
        case "NoEmail", "Suppressed", "OnAccountSuppressionList": "5.1.1"
        case "MailboxFull": "4.2.2"
        case "MessageTooLarge": "5.3.4"
        case "ContentRejected", "AttachmentRejected": "5.6.0"
        default: isPermanent ? "5.0.0" : "4.0.0"
        }
    }

    private static func sesLocalPart(_ mail: ProviderJSON) -> String {
        let source = mail["source"].text.localPart
        if MailSorter.isSignedShape(Array(source.utf8)) { return source }
        for header in mail["headers"].list where header["name"].text.lowercased() == "list-unsubscribe" {
            if let start = header["value"].text.firstRange(of: "<mailto:") {
                return String(header["value"].text[start.upperBound...]).localPart
            }
        }
        return source
    }

    /// SendGrid's event webhook: a list of events, which contain the message's own `unique_args`.
    static func sendGrid(_ events: ProviderJSON) -> [ProviderReport] {
        events.list.compactMap { event in
            let words = event["reason"].text + event["response"].text
            let kind: ProviderReport.Kind
            switch (event["event"].text, event["type"].text) {
            case ("bounce", "blocked"): kind = .failed(status: event["status"].text, words: "policy: blocked. \(words)")
            case ("bounce", _): kind = .failed(status: event["status"].text, words: words)
            case ("dropped", _): kind = .failed(status: droppedStatus(words), words: words)
            case ("deferred", _): kind = .delayed(status: "4.0.0", words: words)
            case ("spamreport", _): kind = .complaint(type: "abuse")
            case ("unsubscribe", _), ("group_unsubscribe", _): kind = .unsubscribe
            default: return nil
            }
            return ProviderReport(
                provider: "sendgrid",
                id: event["sg_event_id"].text,
                recipient: event["email"].text,
                signedLocalPart: event["veredus"].text,
                kind: kind
            )
        }
    }

    /// Not sent at all, because of what SendGrid knows about the address.
    private static func droppedStatus(_ words: String) -> String {
        let words = words.lowercased()
        return words.contains("bounced address") || words.contains("invalid") ? "5.1.1" : "5.0.0"
    }

    /// Postmark: one record, which contains the message's own metadata.
    static func postmark(_ record: ProviderJSON) -> [ProviderReport] {
        let words = [record["Details"].text, record["Description"].text].filter { !$0.isEmpty }.joined(separator: " ")
        let kind: ProviderReport.Kind
        switch (record["RecordType"].text, record["Type"].text) {
        case ("Bounce", "SpamComplaint"), ("SpamComplaint", _):
            kind = .complaint(type: "abuse")
        case ("SubscriptionChange", _):
            guard let change = postmarkChange(record) else { return [] }
            kind = change
        case ("Bounce", "Unsubscribe"): kind = .unsubscribe
        case ("Bounce", "HardBounce"), ("Bounce", "BadEmailAddress"), ("Bounce", "InactiveMailbox"):
            kind = .failed(status: "5.1.1", words: words)
        case ("Bounce", "Blocked"), ("Bounce", "ISPBlock"), ("Bounce", "DMARCPolicy"),
            ("Bounce", "SpamNotification"):
            kind = .failed(status: "5.7.1", words: words)
        case ("Bounce", "Transient"), ("Bounce", "DnsError"): kind = .delayed(status: "4.0.0", words: words)
        case ("Bounce", "AutoResponder"), ("Bounce", "AddressChange"), ("Bounce", "Subscribe"),
            ("Bounce", "ChallengeVerification"):
            return []
        case ("Bounce", _): kind = .failed(status: "5.0.0", words: words)
        default: return []
        }
        return [
            ProviderReport(
                provider: "postmark",
                // A change has no number; one message may have several.
                id: record["ID"].text + record["MessageID"].text + record["ChangedAt"].text,
                recipient: record["Email"].text + record["Recipient"].text,
                signedLocalPart: record["Metadata"]["veredus"].text,
                kind: kind
            )
        ]
    }

    /// Why Postmark itself stopped sending to an address; `nil` if it resumed, or if the bounce is reported separately.
    private static func postmarkChange(_ record: ProviderJSON) -> ProviderReport.Kind? {
        guard record["SuppressSending"].value == .bool(true) else { return nil }
        switch record["SuppressionReason"].text {
        case "HardBounce": return nil
        // It may also be reported separately: a message's complaints count once.
        case "SpamComplaint": return .complaint(type: "abuse")
        // "ManualSuppression", and unknown reasons.
        default: return .unsubscribe
        }
    }
}
