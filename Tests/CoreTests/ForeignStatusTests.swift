import Testing

@testable import Core

@Suite struct ForeignStatusTests {
    typealias Row = (column: String, cell: String, says: StatusColumn.Reading?, because: Comment)

    static let table: [Row] = [
        ("status", "subscribed", .says(.subscribed), "Mailchimp, listmonk's lists"),
        ("Status", "Unsubscribed", .says(.unsubscribed), "in any case"),
        ("STATUS", "cleaned", .says(.bounced), "Mailchimp"),
        ("status", "Non-Subscribed", .says(.unconfirmed), "Mailchimp"),
        ("status", "pending", .says(.unconfirmed), "Mailchimp"),
        ("status", "enabled", .says(.subscribed), "listmonk"),
        ("status", "disabled", .says(.unconfirmed), "listmonk"),
        ("status", "blocklisted", .says(.blocked), "listmonk"),
        ("Status", "Active", .says(.subscribed), "ActiveCampaign, Campaign Monitor"),
        ("Status", "Bounced", .says(.bounced), "ActiveCampaign"),
        ("Status", "Unconfirmed", .says(.unconfirmed), "ActiveCampaign"),
        ("status", "junk", .says(.complained), "MailerLite"),
        ("Email Marketing Consent", "NEVER_SUBSCRIBED", .says(.unconfirmed), "Klaviyo"),
        ("Email Suppressions", "[\"HARD_BOUNCE\"]", .says(.bounced), "Klaviyo, beside a consent of SUBSCRIBED"),
        (
            "Email Suppressions", "[\"HARD_BOUNCE\", \"USER_SUPPRESSED\"]", .says(.blocked),
            "Klaviyo, of several the strictest"
        ),
        ("Email Suppressions", "[]", .nothing, "Klaviyo"),
        ("Marketing contact status", "Marketing contact", .says(.subscribed), "HubSpot"),
        ("Marketing contact status", "Non-marketing contact", .says(.unconfirmed), "HubSpot"),
        ("Unsubscribed from all email", "true", .says(.unsubscribed), "HubSpot"),
        ("Unsubscribed from all email", "FALSE", .nothing, "HubSpot"),
        ("Portal Bounce", "Mailbox unknown to the other side", .says(.bounced), "HubSpot gives the reason"),
        ("Portal Spam Report", "TRUE", .says(.complained), "HubSpot"),
        ("EMAIL_BLACKLISTED", "1", .says(.blocked), "Brevo"),
        ("EMAIL_BLACKLISTED", "0", .nothing, "Brevo"),
        ("UNSUB_TIME", "2025-01-01 10:00:00", .says(.unsubscribed), "Mailchimp's file of the unsubscribed"),
        ("CLEAN_TIME", "2025-01-01 10:00:00", .says(.bounced), "Mailchimp's file of the cleaned"),
        ("Email Opt Out", "x", .says(.unsubscribed), "customer databases"),
        ("Accepts Email Marketing", "no", .says(.unsubscribed), "shops"),
        ("Accepts Email Marketing", "yes", .says(.subscribed), "shops"),
        ("newsletter", "weekly", .says(.subscribed), "which one"),
        ("newsletter", "n", .says(.unsubscribed), "none"),
        ("subscribed", "FALSE", .says(.unsubscribed), "a spreadsheet"),
        ("Consent", "no", .says(.unsubscribed), "shops"),
        ("GDPR consent", "2024-05-25", .says(.subscribed), "when"),
        ("can_email", "0", .says(.unsubscribed), "customer databases"),
        ("is_active", "false", .says(.unconfirmed), "a no of the system, not of the person"),
        ("Active", "1", .says(.subscribed), "a yes"),
        ("active", "running", .says(.subscribed), "something else, and no objection"),
        ("confirmed", "0", .says(.unconfirmed), "double opt-in not finished"),
        ("Email verified", "yes", .says(.subscribed), "a yes"),
        ("Hard bounce reason", "550 user unknown", .says(.bounced), "why it bounced"),
        ("status", "", .nothing, "an empty cell"),
        ("status", "NULL", .nothing, "an empty cell of a database"),
        ("status", "gold", .unknown, "something else, or a word of an unknown system"),
        ("status", "soft bounced", .unknown, "no opt-out, and no reason to mail"),
        ("opt-out", "see file", .unknown, "neither yes nor no"),
        ("Lead Status", "unsubscribed", nil, "a stage of sales, whatever it says"),
        ("state", "CA", nil, "where somebody lives"),
        ("name", "unsubscribed", nil, "a field like others"),
    ]

    @Test(arguments: table)
    func `another system's words are understood`(row: Row) {
        #expect(StatusColumn(named: row.column)?.reading(of: row.cell) == row.says, row.because)
    }

    @Test func `an import's own words come before those that are known`() throws {
        let column = try #require(
            StatusColumn(named: "status", ownWords: ["Gold": .subscribed, "active": .unconfirmed])
        )
        #expect(column.reading(of: "gold") == .says(.subscribed))
        #expect(column.reading(of: "Active") == .says(.unconfirmed))
    }
}
