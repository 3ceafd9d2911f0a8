/// What another system knew of an address when it wrote an export.
package enum ForeignStatus: String, WireNamed {
    case subscribed
    case unsubscribed
    case bounced
    case complained
    /// Barred by hand, or for a reason that the export does not say.
    case blocked
    /// Never said yes, or was mailed no more.
    case unconfirmed

    /// Of several columns the strictest counts.
    package static let byStrictness: [Self] = [
        .complained, .blocked, .bounced, .unsubscribed, .unconfirmed, .subscribed,
    ]

    /// What a status is called: Mailchimp, listmonk, Brevo, HubSpot, ActiveCampaign, Klaviyo, Campaign Monitor, Postmark
    /// and Amazon SES, and in German, French and Spanish. Letters and digits only, in lower case.
    fileprivate static let words: [String: Self] = {
        let lines: [(Self, String)] = [
            (
                .subscribed,
                """
                subscribed subscribe active enabled confirmed optin optedin yes true 1 on ok valid verified explicit implied \
                express marketingcontact deliverable angemeldet abonniert aktiv bestätigt ja wahr actif inscrit abonné oui \
                vrai activo suscrito sí verdadero
                """
            ),
            (
                .unsubscribed,
                """
                unsubscribed unsubscribe unsub optout optedout removed unsubscribedbyadmin globalunsubscribe donotemail \
                donotcontact revoked abgemeldet désabonné désinscrit desinscrit baja
                """
            ),
            (.bounced, "bounced bounce hardbounce hardbounced cleaned undeliverable invalid invalidemail permanent"),
            (
                .complained,
                "complained complaint spam spamcomplaint spamreport spamreported markedasspam reportedspam abuse junk"
            ),
            (
                .blocked,
                """
                blocklisted blacklisted blocked blocklist blacklist suppressed manualsuppression usersuppressed banned gesperrt
                """
            ),
            (
                .unconfirmed,
                """
                unconfirmed pending nonsubscribed notsubscribed neversubscribed notconfirmed disabled inactive archived \
                deleted transactional nonmarketingcontact awaitingconfirmation unbestätigt inaktiv inactif inactivo
                """
            ),
        ]
        var words: [String: Self] = [:]
        for (status, text) in lines { for word in text.split(separator: " ") { words[String(word)] = status } }
        return words
    }()
}

/// A column of another system's export that says who may be mailed.
package struct StatusColumn: Sendable {
    /// How the cells are read.
    package enum Kind: Sendable {
        /// Each cell has one of the system's words.
        case words
        /// A yes, a time or a number means this.
        case whereSet(ForeignStatus)
        /// A no means this; anything else is no objection.
        case whereNo(ForeignStatus)
    }

    /// What a cell says.
    package enum Reading: Sendable, Equatable {
        case says(ForeignStatus)
        case nothing
        case unknown
    }

    package let kind: Kind
    /// Words that only this import knows, in their plain form.
    private let ownWords: [String: ForeignStatus]

    /// - Parameters:
    ///   - name: The column's; `nil` comes back for one that says nothing about status.
    ///   - ownWords: What further words mean.
    package init?(named name: String, ownWords: [String: ForeignStatus] = [:]) {
        guard let kind = Self.kinds[Self.plain(name)] else { return nil }
        self.init(kind, ownWords: ownWords)
    }

    package init(_ kind: Kind, ownWords: [String: ForeignStatus] = [:]) {
        self.kind = kind
        self.ownWords = Dictionary(ownWords.map { (Self.plain($0.key), $0.value) }) { first, _ in first }
    }

    package func reading(of cell: String) -> Reading {
        guard cell.utf8.count <= Self.longestWord else { return ownReading(of: "") }
        if cell.hasPrefix("["), cell.contains(",") { return strictest(of: cell.split(separator: ",")) }
        let word = Self.plain(cell)
        if let own = ownWords[word] { return .says(own) }
        guard !word.isEmpty, !Self.emptyWords.contains(word) else { return .nothing }
        return ownReading(of: word)
    }

    /// Klaviyo lists every suppression of an address in one cell: `["HARD_BOUNCE", "USER_SUPPRESSED"]`.
    private func strictest(of parts: [Substring]) -> Reading {
        let readings = parts.map { reading(of: String($0)) }
        if readings.contains(.unknown) { return .unknown }
        return ForeignStatus.byStrictness.lazy.map { .says($0) }.first { readings.contains($0) } ?? .nothing
    }

    private func ownReading(of word: String) -> Reading {
        let known = Self.noWords.contains(word) ? .unsubscribed : ForeignStatus.words[word]
        switch kind {
        case .words: return known.map { .says($0) } ?? .unknown
        case .whereNo(let status):
            switch known {
            case nil, .subscribed: return .says(.subscribed)
            case .unconfirmed: return .says(.unconfirmed)
            default: return .says(status)
            }
        case .whereSet(let status):
            guard !Self.noWords.contains(word) else { return .nothing }
            let isNumberOrTime = word.unicodeScalars.first.map { "0"..."9" ~= $0 } ?? false
            // Why a mail bounced stands there in words.
            if Self.yesWords.contains(word) || isNumberOrTime || status == .bounced { return .says(status) }
            guard let known, known != .subscribed else { return .unknown }
            return .says(known)
        }
    }

    /// Longer cells are no words.
    private static let longestWord = 100
    private static let emptyWords: Set = ["null", "none", "na"]
    private static let noWords: Set = [
        "no", "n", "false", "0", "off", "never", "nein", "falsch", "non", "faux", "falso",
    ]
    private static let yesWords: Set = [
        "yes", "y", "true", "1", "on", "x", "checked", "ja", "wahr", "oui", "vrai", "sí", "si", "verdadero",
    ]

    /// Letters and digits, in lower case.
    static func plain(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || "0"..."9" ~= $0 }
            )
        )
    }

    private static let kinds: [String: Kind] = {
        let lines: [(Kind, String)] = [
            (
                .words,
                """
                status emailstatus subscriptionstatus subscriberstatus contactstatus memberstatus liststatus globalstatus \
                subscription emailsubscriptionstatus emailmarketingstatus marketingstatus emailmarketingconsent emailconsent \
                marketingconsent consentstatus emailmarketing emailpermissionstatus emailpermissionsstatus optinstatus \
                marketingcontactstatus newsletterstatus statut
                """
            ),
            (
                .whereSet(.unsubscribed),
                """
                unsubscribed unsubscribe isunsubscribed optout optedout emailoptout emailoptedout isoptedout \
                hasoptedoutofemail optedoutofemail optoutofemail unsubscribedfromallemail unsubscribedfromall donotemail \
                donotmail donotcontact unsubtime unsubscribedat unsubscribedon unsubscribetime unsubscribedate \
                unsubscribeddate dateunsubscribed optouttime optoutdate optedoutat optedoutdate globalunsubscribe \
                portalunsubscribe abgemeldet abgemeldetam abmeldedatum désinscrit
                """
            ),
            (
                .whereSet(.bounced),
                """
                bounced hardbounce hardbounced ishardbounced cleantime cleaned cleanedat bouncedat bounceddate bouncedate \
                portalbounce globalbounce emailhardbouncereason hardbouncereason undeliverable invalidemail
                """
            ),
            (.whereSet(.complained), "complained complaint spamreport portalspamreport spamcomplaint markedasspam"),
            (
                .whereSet(.blocked),
                """
                blocklisted blacklisted blocked emailblocklisted emailblacklisted suppressed issuppressed emailsuppressions \
                suppressions suppressionreason
                """
            ),
            (
                .whereNo(.unsubscribed),
                """
                subscribed issubscribed optin optedin emailoptin emailoptedin isoptedin acceptsmarketing \
                acceptsemailmarketing emailsubscribed newsletter newsletteroptin marketingoptin consent gdprconsent \
                marketingpermission emailpermission canemail canbeemailed allowemail allowsemail receivesemail \
                receivenewsletter receivesnewsletter newslettersubscribed subscribedtonewsletter mailable emailable
                """
            ),
            // Nobody knows that they said yes, which is less than that they said no.
            (
                .whereNo(.unconfirmed),
                "confirmed isconfirmed emailconfirmed optinconfirmed doubleoptin verified isverified emailverified active isactive"
            ),
        ]
        var kinds: [String: Kind] = [:]
        for (kind, text) in lines { for name in text.split(separator: " ") { kinds[String(name)] = kind } }
        return kinds
    }()
}
