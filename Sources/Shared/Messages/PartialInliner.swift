import Core
import Templates

/// Puts partials where a template names them.
///
/// Bounded: partials that include one another a few times each would else be a template of any size, or, where they are
/// empty, work without end.
struct PartialInliner {
    static let maximumDepth = 32
    /// How often partials are included in one template.
    static let maximumInclusions = 1_000
    /// Bytes of all the partials that are parsed, each as often as it is included.
    static let maximumParsedBytes = 4 << 20

    let partials: [String: String]
    let stop: WorkStop
    private var inclusions = 0
    private var parsedBytes = 0

    init(partials: [String: String], stop: WorkStop) {
        self.partials = partials
        self.stop = stop
    }

    /// - Throws: ``TemplateError``: a partial that is not there, includes itself, or makes the template too large.
    mutating func inlined(_ flat: FlatTemplate) throws(TemplateError) -> FlatTemplate {
        try inlined(flat, within: [])
    }

    private mutating func inlined(_ flat: FlatTemplate, within open: [String]) throws(TemplateError) -> FlatTemplate {
        if flat.tokens.count > MessageFields.maximumTags {
            throw Self.tooManyTags(flat.tokens[MessageFields.maximumTags...])
        }
        guard flat.tokens.contains(where: \.isPartial) else { return flat }
        var result = FlatTemplate()
        var tokens = flat.tokens.makeIterator()
        for byte in flat.bytes {
            guard byte == 0, let token = tokens.next() else {
                result.bytes.append(byte)
                continue
            }
            guard case .partial(let tag, let indent) = token else {
                result.append(token)
                continue
            }
            result.append(try inlined(try parsed(tag, indent, within: open), within: open + [tag.name]))
            guard result.bytes.count <= MessageFields.maximumBytes else {
                throw tag.error("the template with its partials is larger than 1 MiB", "shorten it")
            }
            guard result.tokens.count <= MessageFields.maximumTags else { throw Self.tooManyTags(at: tag) }
        }
        return result
    }

    private mutating func parsed(
        _ tag: FieldTag,
        _ indent: [UInt8],
        within open: [String]
    ) throws(TemplateError) -> FlatTemplate {
        guard let source = partials[tag.name] else {
            throw tag.error("there is no partial \"\(tag.name)\"", "add it, or remove {{> \(tag.name)}}")
        }
        guard !open.contains(tag.name), open.count < Self.maximumDepth else {
            throw tag.error(
                "partial \"\(tag.name)\" includes itself, or nests deeper than \(Self.maximumDepth)",
                "write a section over a list instead"
            )
        }
        inclusions += 1
        parsedBytes += source.utf8.count
        guard inclusions <= Self.maximumInclusions, parsedBytes <= Self.maximumParsedBytes else {
            throw tag.error(
                "partials are included more than \(Self.maximumInclusions) times, or have more than "
                    + "\(Self.maximumParsedBytes >> 20) MiB in all",
                "include fewer, or shorter ones"
            )
        }
        try stop.check(tag.source)
        return try MustacheParser.parse(Array(source.utf8), name: "partial \(tag.name)", indent: indent)
    }

    private static func tooManyTags(_ rest: ArraySlice<TemplateToken>) -> TemplateError {
        for token in rest {
            switch token {
            case .field(let tag), .open(let tag, _), .partial(let tag, _): return tooManyTags(at: tag)
            case .close, .message: continue
            }
        }
        return TemplateError(source: "template", problem: tagProblem, remedy: tagRemedy)
    }

    private static func tooManyTags(at tag: FieldTag) -> TemplateError { tag.error(tagProblem, tagRemedy) }

    private static let tagProblem = "more than \(MessageFields.maximumTags) tags"
    private static let tagRemedy = "use fewer merge fields and sections, or put repeated text into a list"
}

extension TemplateToken {
    fileprivate var isPartial: Bool { if case .partial = self { true } else { false } }
}
