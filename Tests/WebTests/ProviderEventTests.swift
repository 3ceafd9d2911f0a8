import Core
import ReturnedMail
import Templates
import Testing

@testable import Web

/// What follows from each event that Amazon SES, SendGrid and Postmark document; the code's tables name the pages.
///
/// All of them without a word of the server that refused: what the words change is another table.
struct ProviderEventTests {
    typealias Row = (event: String, outcome: String, because: Comment)

    /// The event's outcome for the recipient, as the mail that it is turned into is judged.
    static func outcomes(_ news: ProviderNews) -> [String] {
        let told = news.reports.map { report -> String in
            let mail = readReport(report.mail, sentTo: Array(report.signedLocalPart.utf8))
            switch mail.kind {
            case .delivery:
                guard let recipient = mail.recipients.first, recipient.address == "ada@example.com" else { return "?" }
                return recipient.action == .delayed ? "delayed" : recipient.consequence.rawValue
            case .complaint(.optOut): return "complained before"
            case .complaint(let type): return type.suppresses ? "complaint" : "no complaint"
            case .unsubscribe: return "opt-out"
            default: return mail.kind.name
            }
        }
        return told.isEmpty ? [news.unknown.isEmpty ? "nothing" : "unknown"] : told
    }

    static let local = "u+" + String(repeating: "a", count: 48)

    static func json(_ text: String) throws -> ProviderJSON { try #require(ProviderJSON(Array(text.utf8))) }

    // MARK: Amazon SES

    static let ses: [Row] = [
        ("Send", "nothing", "on its way"),
        ("Delivery", "nothing", "it arrived"),
        ("Open", "nothing", "it was read"),
        ("Click", "nothing", "it was read"),
        ("AmazonSnsSubscriptionSucceeded", "nothing", "a test message"),
        ("Reject", "block", "a virus in our message"),
        ("Rendering Failure", "block", "our template"),
        ("Bounce/Undetermined/Undetermined", "nothing", "nobody knows why, and nobody says"),
        ("Bounce/Permanent/General", "hard", "Amazon asks to remove the address"),
        ("Bounce/Permanent/NoEmail", "hard", "no such mailbox"),
        ("Bounce/Permanent/Suppressed", "hard", "bounced for others"),
        ("Bounce/Permanent/OnAccountSuppressionList", "hard", "bounced before"),
        ("Bounce/Permanent/OnTenantSuppressionList", "hard", "bounced before"),
        ("Bounce/Permanent/EmailValidationSuppressed", "soft", "a supposition"),
        ("Bounce/Permanent/UnsubscribedRecipient", "opt-out", "left a list of SES"),
        ("Bounce/Transient/General", "nothing", "out of office"),
        ("Bounce/Transient/MailboxFull", "soft", "may be emptied"),
        ("Bounce/Transient/MessageTooLarge", "soft", "as when a server says it"),
        ("Bounce/Transient/CustomTimeoutExceeded", "nothing", "our own time limit"),
        ("Bounce/Transient/ContentRejected", "block", "our content"),
        ("Bounce/Transient/AttachmentRejected", "block", "our attachment"),
        ("Complaint", "complaint", "most say no type"),
        ("Complaint/abuse", "complaint", "RFC 5965"),
        ("Complaint/fraud", "complaint", "RFC 5965"),
        ("Complaint/auth-failure", "no complaint", "RFC 6591: about signatures"),
        ("Complaint/not-spam", "no complaint", "RFC 6430: the opposite"),
        ("Complaint/other", "no complaint", "of no registered type"),
        ("Complaint/virus", "no complaint", "about the message"),
        ("Complaint/OnAccountSuppressionList", "complained before", "not about this message"),
        ("Complaint/OnTenantSuppressionList", "complained before", "not about this message"),
        ("DeliveryDelay", "delayed", "it is tried again"),
        ("DeliveryDelay/InternalFailure", "delayed", "it is tried again"),
        ("DeliveryDelay/General", "delayed", "it is tried again"),
        ("DeliveryDelay/MailboxFull", "delayed", "it is tried again"),
        ("DeliveryDelay/SpamDetected", "delayed", "it is tried again"),
        ("DeliveryDelay/RecipientServerError", "delayed", "it is tried again"),
        ("DeliveryDelay/IPFailure", "delayed", "it is tried again"),
        ("DeliveryDelay/TransientCommunicationFailure", "delayed", "it is tried again"),
        ("DeliveryDelay/BYOIPHostNameLookupUnavailable", "delayed", "it is tried again"),
        ("DeliveryDelay/Undetermined", "delayed", "it is tried again"),
        ("DeliveryDelay/SendingDeferral", "delayed", "it is tried again"),
        ("Subscription/OptOut", "opt-out", "left a topic"),
        ("Subscription/OptIn", "nothing", "no consent to our lists"),
    ]

    @Test(arguments: ses)
    func `an event of SES means what Amazon documents`(row: Row) throws {
        let parts = row.event.split(separator: "/").map(String.init)
        let one = #"[{"emailAddress":"ada@example.com"}]"#
        let isList = row.event.hasSuffix("SuppressionList")
        let detail =
            switch (parts[0], parts.count) {
            case ("Bounce", _):
                #""bounce":{"feedbackId":"1","bounceType":"\#(parts[1])","bounceSubType":"\#(parts[2])","bouncedRecipients":\#(one)}"#
            case ("Complaint", 1): #""complaint":{"feedbackId":"1","complainedRecipients":\#(one)}"#
            case ("Complaint", _):
                #""complaint":{"feedbackId":"1","\#(isList ? "complaintSubType" : "complaintFeedbackType")":"\#(parts[1])","complainedRecipients":\#(one)}"#
            case ("DeliveryDelay", _):
                #""deliveryDelay":{"delayType":"\#(parts.count > 1 ? parts[1] : "")","delayedRecipients":\#(one)}"#
            case ("Subscription", _):
                #""subscription":{"newTopicPreferences":{"unsubscribeAll":false,"topicSubscriptionStatus":[{"topicName":"a","subscriptionStatus":"\#(parts[1])"}]},"oldTopicPreferences":{"topicSubscriptionStatus":[{"topicName":"a","subscriptionStatus":"\#(parts[1] == "OptOut" ? "OptIn" : "OptOut")"}]}}"#
            default: #""reject":{"reason":"Bad content"}"#
            }
        let text =
            #"{"eventType":"\#(parts[0])",\#(detail),"mail":{"source":"\#(Self.local)@b.example","messageId":"m","destination":["ada@example.com"]}}"#
        #expect(Self.outcomes(SESEvents.news(try Self.json(text))) == [row.outcome], row.because)
    }

    // MARK: SendGrid

    static let sendGrid: [Row] = [
        ("processed", "nothing", "on its way"),
        ("delivered", "nothing", "it arrived"),
        ("deferred", "delayed", "it is tried again"),
        ("open", "nothing", "it was read"),
        ("click", "nothing", "it was read"),
        ("spamreport", "complaint", "the button of a mail program"),
        ("unsubscribe", "opt-out", "of everything"),
        ("group_unsubscribe", "opt-out", "of a group"),
        ("group_resubscribe", "nothing", "no consent to our lists"),
        ("account_status_change", "nothing", "about the sender's account"),
        ("bounce", "soft", "nobody says why"),
        ("bounce/bounce", "soft", "nobody says why"),
        ("bounce/bounce/Invalid Address", "hard", "no such mailbox"),
        ("bounce/bounce/Technical", "soft", "not delivered in time"),
        ("bounce/bounce/Technical Failure", "soft", "not delivered in time"),
        ("bounce/bounce/Content", "block", "our content"),
        ("bounce/bounce/Reputation", "block", "about the sender"),
        ("bounce/bounce/Frequency or Volume Too High", "block", "too fast"),
        ("bounce/bounce/Mailbox Unavailable", "soft", "may come back"),
        ("bounce/bounce/Unclassified", "soft", "nobody says why"),
        ("bounce/blocked", "block", "not about the address"),
        ("bounce/blocked/Invalid Address", "soft", "contradicts itself"),
        ("bounce/blocked/Technical", "soft", "not delivered in time"),
        ("bounce/blocked/Technical Failure", "soft", "not delivered in time"),
        ("bounce/blocked/Content", "block", "our content"),
        ("bounce/blocked/Reputation", "block", "about the sender"),
        ("bounce/blocked/Frequency or Volume Too High", "block", "too fast"),
        ("bounce/blocked/Mailbox Unavailable", "soft", "full"),
        ("bounce/blocked/Unclassified", "block", "not about the address"),
        ("bounce/expired", "soft", "not delivered in time"),
        ("dropped/Invalid SMTPAPI header", "block", "our own header"),
        ("dropped/Spam Content", "block", "our content"),
        ("dropped/Recipient List over Package Quota", "block", "our contract"),
        ("dropped/Unsubscribed Address", "opt-out", "on SendGrid's list of those who left"),
        ("dropped/Bounced Address", "hard", "bounced before"),
        ("dropped/Spam Reporting Address", "complained before", "not about this message"),
        ("dropped/Invalid", "hard", "no address"),
        ("dropped/Duplicate message", "nothing", "it was sent once"),
    ]

    @Test(arguments: sendGrid)
    func `an event of SendGrid means what it documents`(row: Row) throws {
        let parts = row.event.split(separator: "/").map(String.init)
        let detail =
            parts[0] == "dropped"
            ? #""reason":"\#(parts[1])""#
            : #""type":"\#(parts.count > 1 ? parts[1] : "")","bounce_classification":"\#(parts.count > 2 ? parts[2] : "")""#
        let text =
            #"[{"event":"\#(parts[0])",\#(detail),"email":"ada@example.com","sg_event_id":"1","veredus":"\#(Self.local)"}]"#
        #expect(Self.outcomes(SendGridEvents.news(try Self.json(text))) == [row.outcome], row.because)
    }

    // MARK: Postmark

    static let postmark: [Row] = [
        ("Delivery", "nothing", "it arrived"),
        ("Open", "nothing", "it was read"),
        ("Click", "nothing", "it was read"),
        ("SpamComplaint", "complaint", "the button of a mail program"),
        ("Bounce/HardBounce", "hard", "no such mailbox"),
        ("Bounce/Transient", "delayed", "it is tried again"),
        ("Bounce/Unsubscribe", "opt-out", "by mail to Postmark"),
        ("Bounce/Subscribe", "nothing", "no consent to our lists"),
        ("Bounce/AutoResponder", "nothing", "out of office"),
        ("Bounce/AddressChange", "nothing", "an answer"),
        ("Bounce/DnsError", "delayed", "it is tried again"),
        ("Bounce/SpamNotification", "block", "our content"),
        ("Bounce/OpenRelayTest", "nothing", "not about us"),
        ("Bounce/Unknown", "nothing", "nobody knows why, and nobody says"),
        ("Bounce/SoftBounce", "soft", "for now"),
        ("Bounce/VirusNotification", "block", "our content"),
        ("Bounce/ChallengeVerification", "nothing", "a filter asks"),
        ("Bounce/BadEmailAddress", "hard", "no address"),
        ("Bounce/SpamComplaint", "complaint", "told as a bounce"),
        ("Bounce/ManuallyDeactivated", "nothing", "by the sender, in Postmark"),
        ("Bounce/Unconfirmed", "nothing", "a registration with Postmark"),
        ("Bounce/Blocked", "block", "about the sender"),
        ("Bounce/SMTPApiError", "block", "refused by Postmark"),
        ("Bounce/InboundError", "nothing", "about mail to the sender"),
        ("Bounce/DMARCPolicy", "block", "about the sender"),
        ("Bounce/TemplateRenderingFailed", "block", "our template"),
        ("SubscriptionChange", "nothing", "it sends again"),
        ("SubscriptionChange/HardBounce", "nothing", "the bounce is told apart"),
        ("SubscriptionChange/HardBounce/Recipient", "nothing", "the bounce is told apart"),
        ("SubscriptionChange/HardBounce/Customer", "nothing", "the bounce is told apart"),
        ("SubscriptionChange/HardBounce/Admin", "nothing", "the bounce is told apart"),
        ("SubscriptionChange/SpamComplaint", "complaint", "a complaint"),
        ("SubscriptionChange/SpamComplaint/Recipient", "complaint", "a complaint"),
        ("SubscriptionChange/SpamComplaint/Customer", "complaint", "a complaint, whoever entered it"),
        ("SubscriptionChange/SpamComplaint/Admin", "complaint", "a complaint, whoever entered it"),
        ("SubscriptionChange/ManualSuppression", "opt-out", "in doubt the recipient's"),
        ("SubscriptionChange/ManualSuppression/Recipient", "opt-out", "Postmark's own unsubscribe link"),
        ("SubscriptionChange/ManualSuppression/Customer", "nothing", "by the sender, in Postmark"),
        ("SubscriptionChange/ManualSuppression/Admin", "nothing", "by Postmark's staff"),
    ]

    @Test(arguments: postmark)
    func `a record of Postmark means what it documents`(row: Row) throws {
        let parts = row.event.split(separator: "/").map(String.init)
        let isChange = parts[0] == "SubscriptionChange"
        let kind = parts.count > 1 ? parts[1] : ""
        let detail =
            isChange
            ? #""SuppressSending":\#(!kind.isEmpty),"SuppressionReason":"\#(kind)","Origin":"\#(parts.count > 2 ? parts[2] : "")","Recipient":"ada@example.com""#
            : #""Type":"\#(kind)","ID":1,"Email":"ada@example.com","Details":"""#
        let text =
            #"{"RecordType":"\#(parts[0])",\#(detail),"MessageID":"m","Metadata":{"veredus":"\#(Self.local)"}}"#
        #expect(Self.outcomes(PostmarkEvents.news(try Self.json(text))) == [row.outcome], row.because)
    }

    // MARK: All of them

    @Test(arguments: [(SESEvents.table, ses), (SendGridEvents.table, sendGrid), (PostmarkEvents.table, postmark)])
    func `every documented event has its row here`(table: ProviderTable, rows: [Row]) {
        let documented = table.rows.map(\.event)
        #expect(Set(documented) == Set(rows.map(\.event)))
        #expect(Set(documented.map { $0.lowercased() }).count == documented.count, "each stands once")
    }
}
