/// A piece of a compiled template.
package enum TemplateNode: Sendable {
    case text(StaticText)
    case field(FieldTag)
    case section(FieldTag, isInverted: Bool, body: [TemplateNode])
    /// The template of this number; only in a ``MustacheTemplate``.
    case partial(Int)
    /// Only in a ``MessageTemplate``.
    case token(MessageToken)
}

/// Text that is the same for every recipient, ready to be copied.
package struct StaticText: Sendable {
    package let bytes: [UInt8]
    /// The length of its beginning up to its first line break: what must fit the line that it is appended to.
    package let firstLineCount: Int
    /// The length of its last line; `nil` when it has no line break.
    package let lastLineCount: Int?

    /// For output without lines to keep.
    package init(plain bytes: [UInt8]) {
        self.init(bytes: bytes, firstLineCount: 0, lastLineCount: nil)
    }

    package init(bytes: [UInt8], firstLineCount: Int, lastLineCount: Int?) {
        self.bytes = bytes
        self.firstLineCount = firstLineCount
        self.lastLineCount = lastLineCount
    }
}

extension [TemplateNode] {
    /// Builds a tree from a flat template; `text` prepares what is static, `partial` finds the number of a partial.
    ///
    /// The parser has matched sections with their ends.
    package init(
        _ flat: FlatTemplate,
        text: ([UInt8]) -> StaticText,
        partial: (FieldTag, [UInt8]) throws(TemplateError) -> Int?
    ) throws(TemplateError) {
        var levels: [[TemplateNode]] = [[]]
        var openings: [(tag: FieldTag, isInverted: Bool)] = []
        var tokens = flat.tokens.makeIterator()
        var pending: [UInt8] = []
        for byte in flat.bytes {
            guard byte == 0, let token = tokens.next() else {
                pending.append(byte)
                continue
            }
            if !pending.isEmpty {
                levels[levels.count - 1].append(.text(text(pending)))
                pending.removeAll()
            }
            switch token {
            case .field(let tag): levels[levels.count - 1].append(.field(tag))
            case .message(let token): levels[levels.count - 1].append(.token(token))
            case .partial(let tag, let indent):
                if let number = try partial(tag, indent) { levels[levels.count - 1].append(.partial(number)) }
            case .open(let tag, let isInverted):
                openings.append((tag, isInverted))
                levels.append([])
            case .close:
                guard let opening = openings.popLast(), let body = levels.popLast() else { continue }
                levels[levels.count - 1].append(
                    .section(opening.tag, isInverted: opening.isInverted, body: body)
                )
            }
        }
        if !pending.isEmpty { levels[levels.count - 1].append(.text(text(pending))) }
        self = levels[0]
    }
}
