import Core
import Templates

extension MessageLanguage {
    /// The text of the unsubscribe link.
    var unsubscribe: String {
        switch self {
        case .en: "Unsubscribe"
        case .de: "Abmelden"
        case .es: "Cancelar la suscripción"
        case .fr: "Se désinscrire"
        }
    }
}

/// The templates of a message, in Mustache.
package struct TemplateSource: Sendable {
    package var subject: String
    package var html: String
    /// Made from the HTML when `nil`.
    package var text: String?
    package var partials: [String: String]
    /// What errors call the templates, usually file names.
    package var subjectName = "subject"
    package var htmlName = "html"
    package var textName = "text"

    package init(subject: String, html: String, text: String? = nil, partials: [String: String] = [:]) {
        self.subject = subject
        self.html = html
        self.text = text
        self.partials = partials
    }
}

/// Who sends, and the domains that stand in a message.
package struct SenderProfile: Sendable {
    /// Empty for an address alone.
    package var fromName: String
    package var fromAddress: EmailAddress
    package var replyTo: EmailAddress?
    /// Where bounces and unsubscribes by mail go.
    package var returnPathDomain: String
    package var messageIDDomain: String
    /// Before `/o/`, `/c/`, `/u/`, `/p/`, without a slash at its end: `https://t.example.com`.
    package var trackingBase: String
    /// Of List-Id (RFC 2919), such as `news.example.com`.
    package var listID: String?
    package var listName: String
    package var language: MessageLanguage
    /// Whom the messages go through, where that provider does not keep our return path.
    package var relay = RelayProvider.other

    package init(
        fromName: String,
        fromAddress: EmailAddress,
        replyTo: EmailAddress? = nil,
        returnPathDomain: String,
        messageIDDomain: String,
        trackingBase: String,
        listID: String? = nil,
        listName: String = "",
        language: MessageLanguage = .en
    ) {
        self.fromName = fromName
        self.fromAddress = fromAddress
        self.replyTo = replyTo
        self.returnPathDomain = returnPathDomain
        self.messageIDDomain = messageIDDomain
        self.trackingBase = trackingBase
        self.listID = listID
        self.listName = listName
        self.language = language
    }
}

/// A message's data about its campaign.
package struct CampaignFacts: Sendable {
    package var id: CampaignID
    package var account: AccountID
    package var name: String
    package var kind: CampaignKind
    package var tracking: TrackingMode
    /// Whether messages answer something by themselves (RFC 3834): a transactional auto-reply.
    package var isAutoSubmitted: Bool

    package init(
        id: CampaignID,
        account: AccountID,
        name: String,
        kind: CampaignKind,
        tracking: TrackingMode,
        isAutoSubmitted: Bool = false
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.kind = kind
        self.tracking = tracking
        self.isAutoSubmitted = isAutoSubmitted
    }
}

/// What differs from one recipient to the next.
package struct RecipientFacts: Sendable {
    package var seq: Seq
    package var address: EmailAddress
    /// The contact's fields: an object.
    package var fields: MergeValue
    /// Of the Date field, since 1970 UTC.
    package var dateSeconds: Int64
    /// Of the contact, as the database has it; empty where the message is nobody's, as a test message is.
    package var addressHash: [UInt8]

    package init(
        seq: Seq,
        address: EmailAddress,
        fields: MergeValue,
        dateSeconds: Int64,
        addressHash: [UInt8] = []
    ) {
        self.seq = seq
        self.address = address
        self.fields = fields
        self.dateSeconds = dateSeconds
        self.addressHash = addressHash
    }

    func mark(of account: AccountID) -> RecipientMark? {
        addressHash.isEmpty ? nil : RecipientMark(account: account, addressHash: addressHash)
    }
}

/// A link whose clicks are counted: a token names it by its number, and leads only to this URL.
package struct TrackedLink: Sendable, Equatable {
    /// From 1.
    package let number: UInt16
    /// `http` or `https`, ASCII only.
    package let url: String
}
