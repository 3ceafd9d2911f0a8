/// A compiled template: steps one after the other, and the text that is the same for every recipient in one buffer.
///
/// Steps are plain values, so that walking them counts no references.
package struct CompiledTemplate: Sendable {
    /// A piece of the template.
    enum Step: Sendable {
        case text(StaticText)
        case field(tag: Int)
        /// Its body are the steps that follow, up to `end`.
        case section(tag: Int, isInverted: Bool, end: Int)
        /// The template of this number; only in a ``MustacheTemplate``.
        case partial(Int)
        /// Only in a message.
        case token(MessageToken)
    }

    private(set) var steps: [Step] = []
    private(set) var tags: [FieldTag] = []
    private(set) var text: [UInt8] = []

    /// Compiles a flat template; the parser has matched sections with their ends.
    ///
    /// `encoding`: How its text goes out. `partial`: Finds the number of a partial.
    package init(
        _ flat: FlatTemplate,
        encoding: StaticText.Encoding,
        partial: (FieldTag, [UInt8]) throws(TemplateError) -> Int? = { _, _ in nil }
    ) throws(TemplateError) {
        var open: [Int] = []
        var tokens = flat.tokens.makeIterator()
        var pending: [UInt8] = []
        for byte in flat.bytes {
            guard byte == 0, let token = tokens.next() else {
                pending.append(byte)
                continue
            }
            append(&pending, encoding)
            switch token {
            case .field(let tag): steps.append(.field(tag: add(tag)))
            case .message(let token): steps.append(.token(token))
            case .partial(let tag, let indent):
                if let number = try partial(tag, indent) { steps.append(.partial(number)) }
            case .open(let tag, let isInverted):
                open.append(steps.count)
                steps.append(.section(tag: add(tag), isInverted: isInverted, end: 0))
            case .close:
                guard let start = open.popLast() else { continue }
                if case .section(let tag, let isInverted, _) = steps[start] {
                    steps[start] = .section(tag: tag, isInverted: isInverted, end: steps.count)
                }
            }
        }
        append(&pending, encoding)
    }

    private mutating func add(_ tag: FieldTag) -> Int {
        tags.append(tag)
        return tags.count - 1
    }

    private mutating func append(_ pending: inout [UInt8], _ encoding: StaticText.Encoding) {
        guard !pending.isEmpty else { return }
        steps.append(.text(StaticText(pending, encoding: encoding, in: &text)))
        pending.removeAll()
    }
}

/// Text that is the same for every recipient, ready to be copied: where it stands in its template's buffer.
package struct StaticText: Sendable {
    /// How it goes out.
    package enum Encoding: Sendable {
        /// As it is, without lines to keep.
        case plain
        case quotedPrintable
    }

    let start: Int
    let end: Int
    /// The length of its beginning up to its first line break: what must fit the line that it is appended to.
    let firstLineCount: Int
    /// The length of its last line; `nil` when it has no line break.
    let lastLineCount: Int?

    /// Encodes a text to the end of a buffer.
    init(_ text: [UInt8], encoding: Encoding, in buffer: inout [UInt8]) {
        start = buffer.count
        switch encoding {
        case .plain:
            buffer.append(contentsOf: text)
            firstLineCount = 0
            lastLineCount = nil
        case .quotedPrintable:
            var output = QuotedPrintableOutput(escaping: .plain)
            output.append(value: text[...], isEscaped: false)
            let bytes = output.bytes
            buffer.append(contentsOf: bytes)
            guard let firstBreak = bytes.firstIndex(of: 0x0D) else {
                firstLineCount = bytes.count
                lastLineCount = nil
                break
            }
            // A `=` before a line break is always a soft one: as a character it is `=3D`.
            let isSoft = firstBreak > 0 && bytes[firstBreak - 1] == UInt8(ascii: "=")
            firstLineCount = isSoft ? firstBreak - 1 : firstBreak
            lastLineCount = output.column
        }
        end = buffer.count
    }

    /// Copies it to the end of `bytes`.
    @inline(__always)
    func append(from buffer: [UInt8], to bytes: inout [UInt8]) {
        buffer.withUnsafeBufferPointer { bytes.append(contentsOf: UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }
}
