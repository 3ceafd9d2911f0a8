import Core

/// Where a rendered template goes; decides the escaping and the transfer encoding.
package protocol TemplateOutput {
    var count: Int { get }
    mutating func append(static text: StaticText)
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

    package static let emailName: MergeText = "email"

    /// The value of a dotted name; null counts as missing and gives way to the default.
    package func value(_ path: [MergeText]) -> MergeValue? {
        guard let first = path.first else { return fields }
        if let email, path.count == 1, first == Self.emailName { return .text(email) }
        if let value = Self.descend(path[...], from: fields), value != .null { return value }
        return Self.descend(path[...], from: defaults)
    }

    package static func descend(_ path: ArraySlice<MergeText>, from value: MergeValue) -> MergeValue? {
        var value = value
        for name in path {
            guard let next = value.field(name) else { return nil }
            value = next
        }
        return value
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
/// Bounded: nesting, steps, and the size of the output; beyond a bound it throws.
package struct TemplateWalker<Output: TemplateOutput> {
    package static var maximumDepth: Int { 128 }
    package static var maximumSteps: Int { 1_000_000 }

    package var output: Output
    package let scope: MergeScope
    package let partials: [[TemplateNode]]
    package let missing: MissingFieldPolicy
    package let limitBytes: Int
    package private(set) var missingNames: Set<String> = []
    private var frames: [MergeValue] = []
    private var depth = 0
    private var steps = 0

    package init(
        output: Output,
        scope: MergeScope,
        partials: [[TemplateNode]] = [],
        missing: MissingFieldPolicy,
        limitBytes: Int
    ) {
        self.output = output
        self.scope = scope
        self.partials = partials
        self.missing = missing
        self.limitBytes = limitBytes
    }

    package mutating func walk(_ nodes: [TemplateNode]) throws(RenderError) {
        guard depth < Self.maximumDepth else { throw .tooDeep(limit: Self.maximumDepth) }
        depth += 1
        for node in nodes {
            steps += 1
            guard steps <= Self.maximumSteps else { throw .tooManySteps(limit: Self.maximumSteps) }
            switch node {
            case .text(let text): output.append(static: text)
            case .token(let token): output.append(token: token)
            case .field(let tag): try append(tag)
            case .partial(let number): try walk(partials[number])
            case .section(let tag, let isInverted, let body): try section(tag, isInverted, body)
            }
            guard output.count <= limitBytes else { throw .tooLarge(limitBytes: limitBytes) }
        }
        depth -= 1
    }

    private mutating func append(_ tag: FieldTag) throws(RenderError) {
        switch value(of: tag) {
        case .text(let text), .number(let text):
            if tag.isInURL, let email = scope.email, text.contains(address: email) {
                throw .addressInURL(name: tag.name, source: tag.source, line: tag.line)
            }
            output.append(value: text.slice, isEscaped: tag.isEscaped)
        case .bool(let value):
            output.append(value: Array((value ? "true" : "false").utf8)[...], isEscaped: false)
        case .list, .object: throw .notText(name: tag.name, source: tag.source, line: tag.line)
        case nil, .null:
            switch missing {
            case .refuse: throw .missingField(name: tag.name, source: tag.source, line: tag.line)
            case .leaveEmpty: break
            case .collect: missingNames.insert(tag.name)
            }
        }
    }

    private mutating func section(
        _ tag: FieldTag,
        _ isInverted: Bool,
        _ body: [TemplateNode]
    ) throws(RenderError) {
        let value = value(of: tag) ?? .null
        if isInverted {
            if !value.isTrue { try walk(body) }
            return
        }
        guard value.isTrue else { return }
        guard case .list(let items) = value else {
            frames.append(value)
            try walk(body)
            frames.removeLast()
            return
        }
        for item in items {
            frames.append(item)
            try walk(body)
            frames.removeLast()
        }
    }

    /// The value of the innermost frame that has the name's first part; a missing later part is not looked up elsewhere.
    private func value(of tag: FieldTag) -> MergeValue? {
        guard let first = tag.path.first else { return frames.last ?? scope.fields }
        for frame in frames.reversed() {
            guard let found = frame.field(first) else { continue }
            return MergeScope.descend(tag.path.dropFirst(), from: found)
        }
        return scope.value(tag.path)
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
