import Core
import Templates

/// What a campaign version holds beside its templates; `campaign_versions.settings`, a JSON object:
/// `{"from": {"name": …, "address": …}, "reply_to": …, "language": "en", "defaults": {…}, "partials": {…}}`.
package struct CampaignSettings: Sendable {
    /// Empty for an address alone.
    package var fromName: String
    package var fromAddress: EmailAddress
    package var replyTo: EmailAddress?
    package var language: MessageLanguage
    /// An object: what stands in for fields that a contact does not have.
    package var defaults: MergeValue
    /// Templates that others include, by name.
    package var partials: [String: String]

    package init(
        fromName: String,
        fromAddress: EmailAddress,
        replyTo: EmailAddress? = nil,
        language: MessageLanguage = .en,
        defaults: MergeValue = .object([]),
        partials: [String: String] = [:]
    ) {
        self.fromName = fromName
        self.fromAddress = fromAddress
        self.replyTo = replyTo
        self.language = language
        self.defaults = defaults
        self.partials = partials
    }

    /// Reads what is stored.
    ///
    /// - Throws: ``TemplateError``, which names the setting; nothing that was written by `campaign create` throws.
    package init(json: [UInt8]) throws(TemplateError) {
        let object: MergeValue
        do {
            object = try MergeValue(json: json)
        } catch {
            // Nothing else in it has a size of its own.
            throw Self.error("defaults or partials", error.problem)
        }
        let from = object.field("from") ?? .null
        fromName = try Self.text(from, "name") ?? ""
        guard let address = try Self.address(from, "address") else { throw Self.error("from.address", "is missing") }
        fromAddress = address
        replyTo = try Self.address(object, "reply_to")
        let code = try Self.text(object, "language") ?? "en"
        guard let language = MessageLanguage(rawValue: code) else {
            throw Self.error("language", "\"\(code)\" is not one of en, de, es, fr")
        }
        self.language = language
        defaults = object.field("defaults") ?? .object([])
        partials = [:]
        if case .object(let fields) = object.field("partials") ?? .null {
            // A name that no tag can have is left out: as a key it would cost the square of its marks.
            for field in fields where field.name.count <= MustacheParser.maximumNameBytes {
                if case .text(let text) = field.value { partials[field.name.string] = text.string }
            }
        }
    }

    private static func text(_ object: MergeValue, _ name: String) throws(TemplateError) -> String? {
        switch object.field(MergeText(name)) {
        case nil, .null: nil
        case .text(let text): text.string
        default: throw error(name, "is not text")
        }
    }

    private static func address(_ object: MergeValue, _ name: String) throws(TemplateError) -> EmailAddress? {
        guard let text = try text(object, name) else { return nil }
        do {
            return try EmailAddress(text)
        } catch {
            throw Self.error(name, error.description)
        }
    }

    private static func error(_ setting: String, _ problem: String) -> TemplateError {
        TemplateError(
            source: "campaign.yaml",
            problem: "\(setting): \(problem)",
            remedy: "correct it and run `veredus campaign update`"
        )
    }
}

extension MergeValue {
    fileprivate func field(_ name: String) -> MergeValue? { field(MergeText(name)) }
}

extension MessageTemplate {
    /// Compiles a campaign version as it is stored.
    ///
    /// `frozen`: The version.
    /// `installation`: The domains of this installation.
    /// `stop`: Ends the work early.
    package init(
        _ frozen: CampaignVersion,
        installation: MessageSettings,
        stop: WorkStop = .never
    ) throws(TemplateError) {
        let settings = try CampaignSettings(json: frozen.settings)
        var source = TemplateSource(
            subject: frozen.subject,
            html: frozen.html,
            text: frozen.plain,
            partials: settings.partials
        )
        // The files of a campaign's folder, where its author looks for the line.
        source.subjectName = "subject.mustache"
        source.htmlName = "body.html.mustache"
        source.textName = "body.txt.mustache"
        var sender = SenderProfile(
            fromName: settings.fromName,
            fromAddress: settings.fromAddress,
            replyTo: settings.replyTo,
            returnPathDomain: installation.bounceDomain,
            messageIDDomain: String(decoding: settings.fromAddress.domain, as: UTF8.self),
            trackingBase: installation.trackingURL,
            listID: "list-\(frozen.list).\(installation.bounceDomain)",
            listName: frozen.listName,
            language: settings.language
        )
        sender.relay = installation.relay
        try self.init(
            source: source,
            sender: sender,
            campaign: CampaignFacts(
                id: frozen.campaign,
                account: frozen.account,
                name: frozen.name,
                kind: frozen.kind,
                tracking: frozen.tracking
            ),
            defaults: settings.defaults,
            stop: stop
        )
    }
}
