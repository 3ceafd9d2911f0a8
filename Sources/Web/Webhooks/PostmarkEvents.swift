import Core
import ReturnedMail
import Templates

/// Postmark: one record, which contains the message's own metadata.
enum PostmarkEvents {
    static let table = ProviderTable([
        // https://postmarkapp.com/developer/webhooks/webhooks-overview
        ("Delivery", .nothing),
        ("Open", .nothing),
        ("Click", .nothing),
        ("SpamComplaint", .complaint("abuse")),

        // https://postmarkapp.com/developer/api/bounce-api#bounce-types
        ("Bounce/HardBounce", .refused(orElse: .mailboxUnknown)),
        ("Bounce/Transient", .delayed),
        ("Bounce/Unsubscribe", .optOut),
        ("Bounce/Subscribe", .nothing),
        ("Bounce/AutoResponder", .nothing),
        ("Bounce/AddressChange", .nothing),
        ("Bounce/DnsError", .delayed),
        ("Bounce/SpamNotification", .failed(.policy)),
        ("Bounce/OpenRelayTest", .nothing),
        ("Bounce/Unknown", .refused(orElse: nil)),
        ("Bounce/SoftBounce", .refused(orElse: .unknown)),
        ("Bounce/VirusNotification", .failed(.content)),
        ("Bounce/ChallengeVerification", .nothing),
        ("Bounce/BadEmailAddress", .failed(.mailboxUnknown)),
        ("Bounce/SpamComplaint", .complaint("abuse")),
        // Done by the sender, in Postmark.
        ("Bounce/ManuallyDeactivated", .nothing),
        ("Bounce/Unconfirmed", .nothing),
        ("Bounce/Blocked", .failed(.policy)),
        // Postmark itself refused the message.
        ("Bounce/SMTPApiError", .failed(.policy)),
        ("Bounce/InboundError", .nothing),
        ("Bounce/DMARCPolicy", .failed(.policy)),
        ("Bounce/TemplateRenderingFailed", .failed(.content)),

        // https://postmarkapp.com/developer/webhooks/subscription-change-webhook: reason, then origin. A hard bounce has
        // a record of its own; so has a complaint, which counts once. A suppression by the sender or by Postmark's staff
        // is not the recipient's wish.
        ("SubscriptionChange/HardBounce", .nothing),
        ("SubscriptionChange/HardBounce/Recipient", .nothing),
        ("SubscriptionChange/HardBounce/Customer", .nothing),
        ("SubscriptionChange/HardBounce/Admin", .nothing),
        ("SubscriptionChange/SpamComplaint", .complaint("abuse")),
        ("SubscriptionChange/SpamComplaint/Recipient", .complaint("abuse")),
        ("SubscriptionChange/SpamComplaint/Customer", .complaint("abuse")),
        ("SubscriptionChange/SpamComplaint/Admin", .complaint("abuse")),
        ("SubscriptionChange/ManualSuppression", .optOut),
        ("SubscriptionChange/ManualSuppression/Recipient", .optOut),
        ("SubscriptionChange/ManualSuppression/Customer", .nothing),
        ("SubscriptionChange/ManualSuppression/Admin", .nothing),
        // Postmark sends again; an opt-out stays.
        ("SubscriptionChange", .nothing),
    ])

    static func news(_ record: ProviderJSON) -> ProviderNews {
        let name = name(of: record)
        guard let meaning = table[name] else { return ProviderNews(unknown: [name]) }
        guard let kind = meaning.report(of: name, words: record["Details"].text) else { return ProviderNews() }
        return ProviderNews(
            reports: [
                ProviderReport(
                    provider: "postmark",
                    // A change has no number; one message may have several.
                    id: [record["ID"].text, record["MessageID"].text, record["ChangedAt"].text, name]
                        .joined(separator: " "),
                    recipient: record["Email"].text + record["Recipient"].text,
                    signedLocalPart: record["Metadata"]["veredus"].text,
                    kind: kind
                )
            ]
        )
    }

    private static func name(of record: ProviderJSON) -> String {
        let type = record["RecordType"].text
        switch type {
        case "Bounce": return "Bounce/\(record["Type"].text)"
        case "SubscriptionChange":
            guard record["SuppressSending"].value == .bool(true) else { return type }
            return [type, record["SuppressionReason"].text, record["Origin"].text].filter { !$0.isEmpty }
                .joined(separator: "/")
        default: return type
        }
    }
}
