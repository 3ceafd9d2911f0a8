import Core
import Database
import Messages
import Service
import Templates

/// A campaign in a request: the counterpart of a folder with campaign.yaml, checked by the same code.
struct CampaignBody {
    let draft: CampaignDraft

    private static let longest = 1 << 20

    /// Reads the fields of a new campaign; with a version that is there already, only those that change.
    ///
    /// - Throws: ``APIProblem`` with everything that is wrong; a template is compiled to find out.
    init(
        _ reader: inout FieldReader,
        over old: (overview: CampaignOverview, message: CampaignVersion)? = nil,
        stop: WorkStop
    ) throws {
        let oldSettings = try old.map { try CampaignSettings(json: $0.message.settings) }
        let isNew = old == nil
        let kind = reader.choice("kind", CampaignKind.self) ?? old?.message.kind ?? .marketing
        let name = reader.name("name", isRequired: isNew) ?? old?.message.name ?? ""
        let policy = reader.choice("policy", DeliveryPolicy.self)
        let tracking = reader.choice("tracking", TrackingMode.self) ?? old?.message.tracking ?? .aggregate
        let minutes = reader.whole("lifetime_minutes", CampaignLifetime.minutes) ?? old?.overview.traits.lifetimeMinutes
        let subject = reader.text("subject", upTo: 1_000, isRequired: isNew) ?? old?.message.subject ?? ""
        let html = reader.text("html", upTo: Self.longest, isRequired: isNew, lines: true) ?? old?.message.html ?? ""
        let hasText = reader.has("text")
        let text = reader.text("text", upTo: Self.longest, lines: true)
        let sender = Self.sender(&reader, isRequired: isNew)
        let hasReplyTo = reader.has("reply_to")
        let replyTo = reader.address("reply_to")
        let language = reader.choice("language", MessageLanguage.self)
        let defaults = Self.defaults(&reader)
        let partials = Self.partials(&reader)
        try reader.finish()

        guard let address = sender?.address ?? oldSettings?.fromAddress else { throw APIProblem.internalError }
        let settings = CampaignSettings(
            fromName: sender.map(\.name) ?? oldSettings?.fromName ?? "",
            fromAddress: address,
            replyTo: hasReplyTo ? replyTo : oldSettings?.replyTo,
            language: language ?? oldSettings?.language ?? .en,
            defaults: defaults ?? oldSettings?.defaults ?? .object([]),
            partials: partials ?? oldSettings?.partials ?? [:]
        )
        draft = CampaignDraft(
            name: name,
            kind: kind,
            policy: policy ?? old?.message.policy ?? DeliveryPolicy(standardOf: kind),
            tracking: tracking,
            lifetime: (minutes.flatMap { CampaignLifetime(minutes: $0) } ?? .standard).interval,
            subject: subject,
            html: html,
            plain: hasText ? text : old?.message.plain,
            settings: settings.json.text
        )
        do throws(TemplateError) {
            try draft.check(stop: stop)
        } catch {
            throw APIProblem.invalid([.init(pointer: Self.pointer(error), detail: Self.words(error))])
        }
    }

    private static func sender(
        _ reader: inout FieldReader,
        isRequired: Bool
    ) -> (name: String, address: EmailAddress)? {
        guard var from = reader.object("from", isRequired: isRequired) else { return nil }
        let name = from.text("name", upTo: 200) ?? ""
        let address = from.address("address", isRequired: true)
        from.noteUnknown()
        reader.take(from)
        return address.map { (name, $0) }
    }

    private static func defaults(_ reader: inout FieldReader) -> MergeValue? {
        guard let value = reader.value("defaults") else { return nil }
        guard case .object = value else {
            reader.note("defaults", "must be an object")
            return nil
        }
        if value.hasCardNumber {
            reader.noteInvalid("defaults", "hold \(CardNumber.refusal)")
        }
        return value
    }

    private static func partials(_ reader: inout FieldReader) -> [String: String]? {
        guard let value = reader.value("partials") else { return nil }
        guard case .object(let fields) = value else {
            reader.note("partials", "must be an object")
            return nil
        }
        var partials: [String: String] = [:]
        for field in fields {
            guard field.name.count <= 200 else {
                reader.note("partials", "must have names of at most 200 bytes")
                return nil
            }
            guard case .text(let text) = field.value else {
                reader.note("partials", "must have the text of a template for each name")
                return nil
            }
            partials[field.name.string] = text.string
        }
        return partials
    }

    /// The place of a template's error in the body.
    private static func pointer(_ error: TemplateError) -> String {
        switch error.source {
        case "subject.mustache": "/subject"
        case "body.html.mustache": "/html"
        case "body.txt.mustache": "/text"
        default: ""
        }
    }

    private static func words(_ error: TemplateError) -> String {
        let place = error.line > 0 ? "line \(error.line), column \(error.column): " : ""
        let source = pointer(error).isEmpty ? "\(error.source): " : ""
        return source + place + error.problem + "; " + error.remedy
    }
}
