import Core

/// Where a rendered template goes; decides the escaping and the transfer encoding.
package protocol TemplateOutput {
    var count: Int { get }
    /// `buffer`: The template's.
    mutating func append(static text: StaticText, of buffer: [UInt8])
    mutating func append(value: ArraySlice<UInt8>, isEscaped: Bool)
    mutating func append(token: MessageToken)
}

/// What a template is filled with, from the outermost: defaults, the contact's fields, the recipient's address.
package struct MergeScope {
    package let fields: MergeValue
    package let defaults: MergeValue
    /// What `{{email}}` is, whatever fields there are; `nil` outside messages.
    package let email: MergeText?

    package init(fields: MergeValue, defaults: MergeValue, email: MergeText?) {
        self.fields = fields
        self.defaults = defaults
        self.email = email
    }
}

/// What happens where a field is missing.
package enum MissingFieldPolicy {
    case refuse
    /// As the Mustache specification has it.
    case leaveEmpty
    /// Left empty, and its name kept.
    case collect
}

/// Walks a compiled template for one recipient.
///
/// Bounded: nesting, steps, and the size of the output; beyond a bound it throws. Objects of many fields are looked
/// through by an index, so that the work is linear in template and fields.
package struct TemplateWalker<Output: TemplateOutput> {
    package static var maximumDepth: Int { 128 }
    package static var maximumSteps: Int { 1_000_000 }

    package var output: Output
    package let scope: MergeScope
    package let partials: [CompiledTemplate]
    package let missing: MissingFieldPolicy
    package let limitBytes: Int
    package private(set) var missingNames: Set<String> = []
    /// What is to be known of values in URLs; only where missing fields are collected.
    package private(set) var urlNotes: Set<URLNote> = []
    private var frames: [FieldLookup] = []
    private var fields: FieldLookup
    private var defaults: FieldLookup
    private var url = URLValue()
    private var depth = 0
    private var steps = 0

    package init(
        output: Output,
        scope: MergeScope,
        partials: [CompiledTemplate] = [],
        missing: MissingFieldPolicy,
        limitBytes: Int
    ) {
        self.output = output
        self.scope = scope
        self.partials = partials
        self.missing = missing
        self.limitBytes = limitBytes
        fields = FieldLookup(scope.fields)
        defaults = FieldLookup(scope.defaults)
    }

    package mutating func walk(_ template: CompiledTemplate) throws(RenderError) {
        try walk(template, template.steps.indices)
    }

    private mutating func walk(_ template: CompiledTemplate, _ range: Range<Int>) throws(RenderError) {
        guard depth < Self.maximumDepth else { throw .tooDeep(limit: Self.maximumDepth) }
        depth += 1
        var place = range.lowerBound
        while place < range.upperBound {
            steps += 1
            guard steps <= Self.maximumSteps else { throw .tooManySteps(limit: Self.maximumSteps) }
            let step = template.steps[place]
            place += 1
            switch step {
            case .text(let text): output.append(static: text, of: template.text)
            case .token(let token): output.append(token: token)
            case .field(let tag): try append(template.tags[tag])
            case .partial(let number): try walk(partials[number])
            case .section(let tag, let isInverted, let end):
                try section(template.tags[tag], isInverted, template, place..<end)
                place = end
            }
            guard output.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        }
        depth -= 1
    }

    private mutating func append(_ tag: FieldTag) throws(RenderError) {
        switch value(of: tag) {
        case .text(let text), .number(let text):
            guard tag.place == .text else { return try append(text, at: tag) }
            output.append(value: text.slice, isEscaped: tag.isEscaped)
        case .bool(let value): try append(value ? "true" : "false", at: tag)
        case .list, .object: throw .notText(name: tag.name, source: tag.source, line: tag.line)
        case nil, .null:
            switch missing {
            case .refuse: throw .missingField(name: tag.name, source: tag.source, line: tag.line)
            case .leaveEmpty: break
            case .collect: missingNames.insert(tag.name)
            }
        }
    }

    private mutating func append(_ value: MergeText, at tag: FieldTag) throws(RenderError) {
        switch tag.place {
        case .text: output.append(value: value.slice, isEscaped: tag.isEscaped)
        case .markup: output.append(value: HTMLToText.text(of: value.slice)[...], isEscaped: false)
        default:
            if tag.place.isWebURL, let email = scope.email, value.contains(address: email) {
                throw .addressInURL(name: tag.name, source: tag.source, line: tag.line)
            }
            if missing == .collect { urlNotes.formUnion(URLNote.about(value.slice, tag)) }
            // In HTML what is left of ampersands and apostrophes is escaped, whatever the braces.
            output.append(value: url.encoded(value.slice, for: tag), isEscaped: true)
        }
    }

    private mutating func section(
        _ tag: FieldTag,
        _ isInverted: Bool,
        _ template: CompiledTemplate,
        _ body: Range<Int>
    ) throws(RenderError) {
        let value = value(of: tag) ?? .null
        if isInverted {
            if !value.isTrue { try walk(template, body) }
            return
        }
        guard value.isTrue else { return }
        guard case .list(let items) = value else {
            frames.append(FieldLookup(value))
            try walk(template, body)
            frames.removeLast()
            return
        }
        for item in items {
            frames.append(FieldLookup(item))
            try walk(template, body)
            frames.removeLast()
        }
    }

    /// The value of the innermost frame that has the name's first part; a missing later part is not looked up elsewhere.
    /// Null counts as missing and gives way to the default.
    private mutating func value(of tag: FieldTag) -> MergeValue? {
        guard let first = tag.path.first else { return frames.last?.value ?? scope.fields }
        for index in frames.indices.reversed() {
            guard let found = frames[index].field(first, &steps) else { continue }
            return descend(tag.path, from: found)
        }
        if tag.isEmail, let email = scope.email { return .text(email) }
        if let own = fields.field(first, &steps), let value = descend(tag.path, from: own), value != .null {
            return value
        }
        return defaults.field(first, &steps).flatMap { descend(tag.path, from: $0) }
    }

    /// What the parts of a name after its first lead to.
    private mutating func descend(_ path: [MergeText], from value: MergeValue) -> MergeValue? {
        guard path.count > 1 else { return value }
        var value = value
        for name in path.dropFirst() {
            var lookup = FieldLookup(value)
            guard let next = lookup.field(name, &steps) else { return nil }
            value = next
        }
        return value
    }
}

/// An object whose fields are looked up again and again: the first times one by one, then by an index.
private struct FieldLookup {
    /// Fields that are looked at for the price of one step of the walk.
    private static let fieldsPerStep = 64

    let value: MergeValue
    private var looked = 0
    private var index: [MergeText: MergeValue]?

    init(_ value: MergeValue) { self.value = value }

    mutating func field(_ name: MergeText, _ steps: inout Int) -> MergeValue? {
        if let index { return index[name] }
        guard case .object(let fields) = value, !fields.isEmpty else { return nil }
        guard fields.count > 16 else { return value.field(name) }
        steps += fields.count / Self.fieldsPerStep
        looked += 1
        if looked > 16 {
            let index = Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
            self.index = index
            return index[name]
        }
        return value.field(name)
    }
}

extension MergeText {
    /// Whether an e-mail address stands in it, in either case, with `@` as such or percent-encoded.
    package func contains(address: MergeText) -> Bool {
        guard address.count > 0, count >= address.count else { return false }
        let text = ASCII.lowercased(slice)
        let plain = ASCII.lowercased(address.slice)
        var encoded: [UInt8] = []
        for byte in plain {
            if byte == UInt8(ascii: "@") { encoded.append(contentsOf: "%40".utf8) } else { encoded.append(byte) }
        }
        return text.containsBytes(plain) || text.containsBytes(encoded)
    }
}
