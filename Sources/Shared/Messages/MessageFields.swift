import Core
import Templates

/// What a template's tags mean in a message: partials put in, reserved names replaced, fields in URLs found.
struct MessageFields {
    /// Sources are refused beyond this, partials included.
    static let maximumBytes = 1 << 20
    /// Variables, sections and their ends in one template, partials included.
    static let maximumTags = 10_000

    /// Names that no contact's field can take: who has one for the address or a link must not be able to forge it.
    static let unsubscribe = "unsubscribe_url"
    static let preferences = "preferences_url"
    static let campaignName = "campaign_name"
    static let email = "email"

    let partials: [String: String]
    let trackingBase: String
    let campaignName: String

    enum Part { case subject, text, html }

    /// Parses one template of a message.
    func prepare(
        _ source: String,
        name: String,
        for part: Part,
        stop: WorkStop = .never
    ) throws(TemplateError) -> FlatTemplate {
        guard source.utf8.count <= Self.maximumBytes else { throw Self.tooLarge(name) }
        let parsed = try MustacheParser.parse(Array(source.utf8), name: name)
        try stop.check(name)
        var inliner = PartialInliner(partials: partials, stop: stop)
        let result = try resolved(inliner.inlined(parsed), for: part)
        guard result.bytes.count <= Self.maximumBytes else { throw Self.tooLarge(name) }
        return result
    }

    static func tooLarge(_ name: String) -> TemplateError {
        TemplateError(
            source: name,
            problem: "the template with its partials is larger than \(maximumBytes >> 20) MiB",
            remedy: "shorten it"
        )
    }

    // MARK: Reserved names

    private func resolved(_ flat: FlatTemplate, for part: Part) throws(TemplateError) -> FlatTemplate {
        var result = FlatTemplate()
        var tokens = flat.tokens.makeIterator()
        /// For each open section: whether it is still one in the result, and whether its content is left out.
        var sections: [(isKept: Bool, isDropped: Bool)] = []
        for byte in flat.bytes {
            let isDropped = sections.last?.isDropped ?? false
            guard byte == 0, let token = tokens.next() else {
                if !isDropped { result.bytes.append(byte) }
                continue
            }
            switch token {
            case .open(let tag, let isInverted):
                let isAlwaysTrue = isReserved(tag.name)
                sections.append(
                    (isKept: !isAlwaysTrue && !isDropped, isDropped: isDropped || isAlwaysTrue && isInverted)
                )
                if !isAlwaysTrue, !isDropped { result.append(token) }
            case .close:
                if let section = sections.popLast(), section.isKept { result.append(token) }
            case .field(let tag):
                if !isDropped { try append(tag, for: part, to: &result) }
            case .partial, .message:
                if !isDropped { result.append(token) }
            }
        }
        return result
    }

    private func isReserved(_ name: String) -> Bool {
        name == Self.unsubscribe || name == Self.preferences || name == Self.campaignName
    }

    private func append(_ tag: FieldTag, for part: Part, to result: inout FlatTemplate) throws(TemplateError) {
        switch tag.name {
        case Self.unsubscribe, Self.preferences:
            guard part != .subject else {
                throw tag.error("{{\(tag.name)}} in the subject", "put the link into the message")
            }
            result.append(trackingBase + (tag.name == Self.unsubscribe ? "/u/" : "/p/"))
            result.append(.message(.unsubscribe))
        case Self.campaignName:
            let isHTML = part == .html && tag.isEscaped
            result.bytes.append(contentsOf: isHTML ? HTMLEscape.escaped(campaignName) : Array(campaignName.utf8))
        default: result.append(.field(tag))
        }
    }
}
