import ReturnedMail
import Templates
import Testing

@testable import Web

/// What the words of the server that refused change, and events that nobody documents.
struct ProviderWordsTests {
    typealias Row = (provider: String, fields: String, outcome: String, because: Comment)

    private static func bounce(_ kind: String, _ subtype: String, _ recipient: String) -> String {
        """
        {"notificationType":"Bounce","bounce":{"feedbackId":"1","bounceType":"\(kind)","bounceSubType":"\(subtype)",
         "bouncedRecipients":[{"emailAddress":"ada@example.com"\(recipient)}]},
         "mail":{"source":"\(ProviderEventTests.local)@b.example"}}
        """
    }

    static let rows: [Row] = [
        (
            "ses",
            bounce("Transient", "General", #","diagnosticCode":"smtp; 550 5.1.1 user unknown","status":"5.1.1""#),
            "hard", "the server's words, not Amazon's type"
        ),
        (
            "ses", bounce("Permanent", "General", #","diagnosticCode":"smtp; 554 5.7.1 listed by Spamhaus""#), "block",
            "about the sender, whatever the type"
        ),
        (
            "ses", bounce("Undetermined", "Undetermined", #","diagnosticCode":"smtp; 452 4.2.2 mailbox full""#), "soft",
            "the server's words"
        ),
        ("ses", bounce("Transient", "General", #","status":"4.4.7""#), "nothing", "without words it may be anything"),
        ("ses", bounce("Transient", "General", #","action":"failed","status":"5.0.0""#), "nothing", "says nothing"),
        ("ses", bounce("Transient", "General", #","status":"5.1.1""#), "hard", "a status that says something"),
        (
            "ses",
            bounce(
                "Permanent",
                "Suppressed",
                #","diagnosticCode":"Amazon SES has suppressed sending","status":"5.1.1""#
            ),
            "hard", "Amazon's own words"
        ),
        ("ses", bounce("PERMANENT", "NOEMAIL", ""), "hard", "as its second interface writes it"),
        ("ses", bounce("Permanent", "SomethingNew", #","status":"5.1.1""#), "unknown", "not documented"),
        ("ses", #"{"eventType":"SomethingNew"}"#, "unknown", "not documented"),
        (
            "sendgrid", #""event":"bounce","type":"bounce","status":"5.0.0","reason":"550 5.7.1 rejected as spam""#,
            "block", "the server's words"
        ),
        (
            "sendgrid",
            #""event":"bounce","type":"bounce","bounce_classification":"Unclassified","reason":"550 5.1.1 no such user""#,
            "hard", "the server's words"
        ),
        (
            "sendgrid", #""event":"bounce","type":"blocked","reason":"550 5.1.1 user unknown","status":"5.1.1""#,
            "block",
            "a block is never hard"
        ),
        (
            "sendgrid",
            #""event":"bounce","type":"bounce","bounce_classification":"New","reason":"550 5.1.1 no such user""#,
            "hard", "their new classes change nothing"
        ),
        ("sendgrid", #""event":"dropped","reason":"bounced address""#, "hard", "in lower case"),
        ("sendgrid", #""event":"dropped","reason":"Invalid something""#, "unknown", "not documented"),
        ("sendgrid", #""event":"dropped""#, "unknown", "no reason"),
        ("sendgrid", #""event":"bounce","type":"new""#, "unknown", "not documented"),
        ("sendgrid", #""event":"new""#, "unknown", "not documented"),
        (
            "postmark",
            #""RecordType":"Bounce","Type":"HardBounce","Details":"smtp;550 5.7.1 blocked, see spamhaus.org""#, "block",
            "the server's words"
        ),
        (
            "postmark", #""RecordType":"Bounce","Type":"SoftBounce","Details":"smtp;452 4.2.2 mailbox full""#, "soft",
            "full"
        ),
        ("postmark", #""RecordType":"Bounce","Type":"New""#, "unknown", "not documented"),
        (
            "postmark", #""RecordType":"SubscriptionChange","SuppressSending":true,"SuppressionReason":"New""#,
            "unknown",
            "not documented"
        ),
        (
            "postmark", #""RecordType":"SubscriptionChange","SuppressionReason":"ManualSuppression""#, "nothing",
            "it does not say that it stopped"
        ),
        ("postmark", #""FromName":"Ada""#, "unknown", "its inbound webhook"),
    ]

    @Test(arguments: rows)
    func `the words of the server decide, and what is not documented suppresses nobody`(row: Row) throws {
        let local = ProviderEventTests.local
        let news =
            switch row.provider {
            case "ses": SESEvents.news(try ProviderEventTests.json(row.fields))
            case "sendgrid":
                SendGridEvents.news(
                    try ProviderEventTests.json(
                        "[{\(row.fields),\"email\":\"ada@example.com\",\"veredus\":\"\(local)\"}]"
                    )
                )
            default:
                PostmarkEvents.news(
                    try ProviderEventTests.json(
                        "{\(row.fields),\"ID\":1,\"Email\":\"ada@example.com\",\"Metadata\":{\"veredus\":\"\(local)\"}}"
                    )
                )
            }
        #expect(ProviderEventTests.outcomes(news) == [row.outcome], row.because)
    }

    @Test func `an event without a number of its own is another report than the next one`() throws {
        func reports(at time: Int) throws -> [ProviderReport] {
            SendGridEvents.news(
                try ProviderEventTests.json(
                    #"[{"event":"dropped","reason":"Invalid","email":"ada@example.com","smtp-id":"<1@x>","timestamp":\#(time)}]"#
                )
            ).reports
        }
        #expect(try reports(at: 1).map(\.mail) == reports(at: 1).map(\.mail))
        #expect(try reports(at: 1).map(\.mail) != reports(at: 2).map(\.mail))
        func changes(at time: String) throws -> [ProviderReport] {
            PostmarkEvents.news(
                try ProviderEventTests.json(
                    #"{"RecordType":"SubscriptionChange","SuppressSending":true,"SuppressionReason":"SpamComplaint","ChangedAt":"\#(time)"}"#
                )
            ).reports
        }
        #expect(try changes(at: "2026-11-23T10:00:00Z").map(\.mail) != changes(at: "2026-11-24T10:00:00Z").map(\.mail))
    }
}
