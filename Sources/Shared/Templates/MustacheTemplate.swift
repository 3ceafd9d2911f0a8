/// A compiled Mustache template, rendered as plain text or HTML; messages have ``MessageTemplate``.
///
/// The language is the core of the specification, without lambdas and inheritance. Sections are false over `false`,
/// null, a missing field, the empty text and the empty list; 0 is true.
package struct MustacheTemplate: Sendable {
    /// What `{{x}}` does to a value; `{{{x}}}` and `{{&x}}` never do anything.
    package enum Escaping: Sendable {
        /// Text parts and subjects.
        case plain
        /// `& < > " '` become entities.
        case html
    }

    /// Partials within partials, each with its own indentation.
    package static let maximumVariants = 200

    package let templates: [CompiledTemplate]
    private let escaping: Escaping

    /// Compiles a template, which errors call `name`.
    ///
    /// A partial that is not there is the empty text, as the specification has it.
    package init(
        _ source: String,
        name: String,
        partials: [String: String] = [:],
        escaping: Escaping
    ) throws(TemplateError) {
        var compiler = MustacheCompiler(partials: partials)
        templates = try compiler.compile(source, name: name)
        self.escaping = escaping
    }

    /// Renders the template.
    ///
    /// - Parameters:
    ///   - fields: Usually an object.
    ///   - defaults: An object, asked where `fields` has nothing or null.
    ///   - isLenient: Whether a missing field is empty, as the specification has it, instead of an error.
    ///   - limitBytes: The output's largest size.
    /// - Returns: UTF-8 if the fields are.
    /// - Throws: ``RenderError``.
    package func render(
        _ fields: MergeValue,
        defaults: MergeValue = .object([]),
        isLenient: Bool = false,
        limitBytes: Int = 1 << 20
    ) throws(RenderError) -> [UInt8] {
        var walker = TemplateWalker(
            output: PlainOutput(escaping: escaping),
            scope: MergeScope(fields: fields, defaults: defaults, email: nil),
            partials: templates,
            missing: isLenient ? .leaveEmpty : .refuse,
            limitBytes: limitBytes
        )
        try walker.walk(templates[0])
        return walker.output.bytes
    }
}

/// Collects bytes as they are.
package struct PlainOutput: TemplateOutput {
    package let escaping: MustacheTemplate.Escaping
    package var bytes: [UInt8] = []

    package init(escaping: MustacheTemplate.Escaping) { self.escaping = escaping }

    package var count: Int { bytes.count }

    package mutating func append(static text: StaticText, of buffer: [UInt8]) {
        text.append(from: buffer, to: &bytes)
    }

    package mutating func append(value: ArraySlice<UInt8>, isEscaped: Bool) {
        guard escaping == .html, isEscaped else {
            bytes.append(contentsOf: value)
            return
        }
        for byte in value {
            if let entity = HTMLEscape.entity(for: byte) {
                entity.withUTF8Buffer { bytes.append(contentsOf: $0) }
            } else {
                bytes.append(byte)
            }
        }
    }

    package mutating func append(token: MessageToken) {}
}

/// What must not stand as such in HTML text and attribute values.
package enum HTMLEscape {
    @inline(__always)
    package static func entity(for byte: UInt8) -> StaticString? {
        switch byte {
        case UInt8(ascii: "&"): "&amp;"
        case UInt8(ascii: "<"): "&lt;"
        case UInt8(ascii: ">"): "&gt;"
        case UInt8(ascii: "\""): "&quot;"
        case UInt8(ascii: "'"): "&#39;"
        default: nil
        }
    }

    package static func escaped(_ text: String) -> [UInt8] {
        var output = PlainOutput(escaping: .html)
        output.append(value: Array(text.utf8)[...], isEscaped: true)
        return output.bytes
    }
}

/// Compiles a template and the partials it reaches; recursion among partials is kept, and bounded when rendered.
private struct MustacheCompiler {
    private struct Variant: Hashable {
        let name: String
        let indent: [UInt8]
    }

    private let partials: [String: String]
    private var numbers: [Variant: Int] = [:]
    private var waiting: [(variant: Variant, source: String)] = []
    private var used = 1

    init(partials: [String: String]) { self.partials = partials }

    mutating func compile(_ source: String, name: String) throws(TemplateError) -> [CompiledTemplate] {
        var templates = [try compiled(MustacheParser.parse(Array(source.utf8), name: name))]
        while templates.count < used {
            let next = waiting.removeFirst()
            let flat = try MustacheParser.parse(
                Array(next.source.utf8),
                name: "partial \(next.variant.name)",
                indent: next.variant.indent
            )
            templates.append(try compiled(flat))
        }
        return templates
    }

    private mutating func compiled(_ flat: FlatTemplate) throws(TemplateError) -> CompiledTemplate {
        var reached: [(FieldTag, Variant, String)] = []
        let template = try CompiledTemplate(flat, encoding: .plain) { tag, indent throws(TemplateError) in
            guard let source = partials[tag.name] else { return nil }
            let variant = Variant(name: tag.name, indent: indent)
            if let number = numbers[variant] { return number }
            if let index = reached.firstIndex(where: { $0.1 == variant }) { return used + index }
            reached.append((tag, variant, source))
            return used + reached.count - 1
        }
        for (tag, variant, source) in reached {
            guard used <= MustacheTemplate.maximumVariants else {
                throw tag.error(
                    "more than \(MustacheTemplate.maximumVariants) partials, or one that indents itself",
                    "remove the indentation from partials that include themselves"
                )
            }
            numbers[variant] = used
            used += 1
            waiting.append((variant, source))
        }
        return template
    }
}
