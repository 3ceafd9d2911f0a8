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

/// Finds the fields that stand in URLs: there the recipient's address must never be.
enum URLFields {
    private static let attributes: Set<String> = [
        "href", "src", "action", "formaction", "background", "poster", "cite", "srcset", "longdesc",
    ]

    /// Marks them in HTML: in the attributes that hold URLs, and in text that reads like one.
    static func mark(inHTML flat: FlatTemplate) throws(TemplateError) -> FlatTemplate {
        var ranges: [Range<Int>] = []
        var scanner = HTMLScanner(flat.bytes)
        while let event = scanner.next() {
            guard case .startTag(_, let attributes, _) = event else { continue }
            for attribute in attributes where holdsURL(attribute, flat.bytes) { ranges.append(attribute.value) }
        }
        return try mark(flat, ranges)
    }

    /// Marks them in text.
    static func mark(inText flat: FlatTemplate) throws(TemplateError) -> FlatTemplate { try mark(flat, []) }

    private static func holdsURL(_ attribute: HTMLAttribute, _ bytes: [UInt8]) -> Bool {
        let value = ASCII.lowercased(bytes[attribute.value])
        guard !value.drop(while: ASCII.isSpace).starts(with: "mailto:".utf8) else { return false }
        return attributes.contains(attribute.name) || value.containsBytes(Array("://".utf8))
            || value.containsBytes(Array("url(".utf8))
    }

    private static func mark(_ flat: FlatTemplate, _ ranges: [Range<Int>]) throws(TemplateError) -> FlatTemplate {
        var result = flat
        var tokenIndex = 0
        var rangeIndex = 0
        var word = WordScan()
        for (index, byte) in flat.bytes.enumerated() {
            let readsLikeURL = word.readsLikeURL
            word.take(byte)
            guard byte == 0 else { continue }
            defer { tokenIndex += 1 }
            guard case .field(let tag) = flat.tokens[tokenIndex] else { continue }
            while rangeIndex < ranges.count, ranges[rangeIndex].upperBound <= index { rangeIndex += 1 }
            let isInAttribute = rangeIndex < ranges.count && ranges[rangeIndex].contains(index)
            guard isInAttribute || readsLikeURL else { continue }
            guard tag.name != MessageFields.email else {
                throw tag.error(
                    "{{email}} in a link would show the recipient's address to others",
                    "take it out of the URL; tokens identify the recipient where needed"
                )
            }
            result.tokens[tokenIndex] = .field(tag.with(isInURL: true))
        }
        return result
    }
}

/// The word that a scan over text is in, as far as it tells whether it reads like a URL: a step a byte, however long.
private struct WordScan {
    private static let host = Array("www.".utf8)

    private var count = 0
    private var beginsLikeHost = true
    /// How much of `://` the word ends with.
    private var separatorCount = 0
    /// Whether what was taken of the word contains `://`, or begins with `www.`.
    private(set) var readsLikeURL = false

    mutating func take(_ byte: UInt8) {
        switch byte {
        case 0x09, 0x0A, 0x0C, 0x0D, 0x20, UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "'"):
            self = WordScan()
            return
        case UInt8(ascii: ":"): separatorCount = 1
        case UInt8(ascii: "/"): separatorCount = separatorCount > 0 ? separatorCount + 1 : 0
        default: separatorCount = 0
        }
        if separatorCount == 3 { readsLikeURL = true }
        if count < Self.host.count {
            beginsLikeHost = beginsLikeHost && ASCII.lowercased(byte) == Self.host[count]
            count += 1
            if count == Self.host.count, beginsLikeHost { readsLikeURL = true }
        }
    }
}
