import Core

/// Reads Mustache source: variables, sections, inverted sections, comments, partials, set delimiters.
///
/// The language is the core of the Mustache specification; lambdas, inheritance and the helpers of Handlebars are
/// refused with an error that says what to write instead.
package struct MustacheParser {
    /// Sections within sections.
    package static let maximumDepth = 64
    /// Bytes of a field's name, and names in a dotted one: as deep as the JSON of a contact's fields.
    package static let maximumNameBytes = 500
    package static let maximumNameParts = 32
    /// Bytes of a template with its partials.
    package static let maximumBytes = 1 << 20
    /// Bytes of a delimiter.
    package static let maximumDelimiterBytes = 16

    private let source: [UInt8]
    private let name: String
    /// Bytes put before each line (a partial's indentation), to be taken off columns.
    private let indentCount: Int
    private var position = 0
    private var line = 1
    private var lineStart = 0
    private var opening = Array("{{".utf8)
    private var closing = Array("}}".utf8)
    private var sections: [(tag: FieldTag, isInverted: Bool)] = []
    private var output = FlatTemplate()

    /// Reads a whole source, which errors call `name`.
    ///
    /// `indent` is put before each line, as the specification asks for a partial whose tag stands alone.
    package static func parse(_ source: [UInt8], name: String, indent: [UInt8] = []) throws(TemplateError)
        -> FlatTemplate
    {
        let text = source.starts(with: UTF8Scalar.byteOrderMark) ? Array(source.dropFirst(3)) : source
        var parser = MustacheParser(try indented(text, by: indent, name: name), name, indent.count)
        return try parser.parse()
    }

    private init(_ source: [UInt8], _ name: String, _ indentCount: Int) {
        self.source = source
        self.name = name
        self.indentCount = indentCount
    }

    private static func indented(
        _ source: [UInt8],
        by indent: [UInt8],
        name: String
    ) throws(TemplateError) -> [UInt8] {
        guard !indent.isEmpty else { return source }
        let lines = source.reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        let (added, overflows) = lines.multipliedReportingOverflow(by: indent.count)
        guard !overflows, added <= maximumBytes else {
            throw TemplateError(
                source: name,
                problem: "indenting each of its lines like its tag makes it larger than 1 MiB",
                remedy: "move the tag to the start of its line"
            )
        }
        var result: [UInt8] = []
        var isLineStart = true
        for byte in source {
            if isLineStart { result.append(contentsOf: indent) }
            result.append(byte)
            isLineStart = byte == UInt8(ascii: "\n")
        }
        return result
    }

    private mutating func parse() throws(TemplateError) -> FlatTemplate {
        if let index = source.firstIndex(of: 0) {
            advance(to: index)
            throw error("a NUL character", "remove it")
        }
        guard UTF8Scalar.isValid(source) else {
            throw TemplateError(source: name, problem: "not UTF-8", remedy: "save it as UTF-8")
        }
        while let start = find(opening, from: position) {
            output.bytes.append(contentsOf: source[position..<start])
            advance(to: start)
            try tag()
        }
        output.bytes.append(contentsOf: source[position...])
        if let open = sections.last?.tag {
            throw open.error("section \"\(open.name)\" is never closed", "add \(tag("/", open.name))")
        }
        return output
    }

    /// Reads the tag at the position.
    private mutating func tag() throws(TemplateError) {
        let start = position
        var content = start + opening.count
        guard content < source.count else { throw unclosed(closing) }
        let sigil = source[content]
        var ending = closing
        switch sigil {
        case UInt8(ascii: "{"): ending.insert(UInt8(ascii: "}"), at: 0)
        case UInt8(ascii: "="): ending.insert(sigil, at: 0)
        default: break
        }
        let hasSigil = "#^/>&{!=".utf8.contains(sigil)
        if hasSigil { content += 1 }
        guard let end = find(ending, from: content) else { throw unclosed(ending) }
        let after = end + ending.count
        let text = trimmed(content..<end)
        if sigil != UInt8(ascii: "!"), sigil != UInt8(ascii: "="), let next = find(opening, from: content), next < end {
            // It runs on into the next one.
            throw unclosed(ending)
        }
        let standsAlone = hasSigil && sigil != UInt8(ascii: "&") && sigil != UInt8(ascii: "{")
        let indent = standsAlone ? takeIndentIfAlone(before: start, after: after) : nil
        try act(on: hasSigil ? sigil : nil, text, indent: indent ?? [])
        advance(to: indent == nil ? after : endOfLine(after: after))
    }

    private mutating func act(on sigil: UInt8?, _ text: String, indent: [UInt8]) throws(TemplateError) {
        switch sigil {
        case UInt8(ascii: "!"): break
        case UInt8(ascii: "="): try setDelimiters(text)
        case UInt8(ascii: ">"):
            try checkLength(of: text)
            let tag = FieldTag(name: text, isEscaped: false, source: name, line: line, column: column)
            guard !text.isEmpty, !text.utf8.contains(where: ASCII.isSpace) else {
                throw error(
                    "\"\(text)\" is not a partial's name",
                    "write one name without spaces, as in \(self.tag("> ", "footer"))"
                )
            }
            output.append(.partial(tag, indent: indent))
        case UInt8(ascii: "#"), UInt8(ascii: "^"):
            let tag = try field(text, isEscaped: false, isSection: true)
            guard sections.count < Self.maximumDepth else {
                throw error("sections are nested deeper than \(Self.maximumDepth)", "flatten them")
            }
            let isInverted = sigil == UInt8(ascii: "^")
            sections.append((tag, isInverted))
            output.append(.open(tag, isInverted: isInverted))
        case UInt8(ascii: "/"): try closeSection(text)
        default: output.append(.field(try field(text, isEscaped: sigil == nil)))
        }
    }

    private func checkLength(of text: String) throws(TemplateError) {
        guard text.utf8.count > Self.maximumNameBytes else { return }
        throw error("a name of more than \(Self.maximumNameBytes) bytes", "shorten it, or close the tag")
    }

    private mutating func closeSection(_ text: String) throws(TemplateError) {
        try checkLength(of: text)
        let text = FieldName.spaced(text)
        guard let (open, _) = sections.popLast() else {
            let canOpen = !text.isEmpty && FieldName.isUsable(text)
            throw error(
                "\(tag("/", text)) closes no section",
                canOpen ? "open it with \(tag("#", text)), or remove it" : "remove it"
            )
        }
        guard open.name == text else {
            throw error(
                "\(tag("/", text)) appears where section \"\(open.name)\" of line \(open.line) is open",
                "write \(tag("/", open.name)) first"
            )
        }
        output.append(.close)
    }

    private func field(
        _ text: String,
        isEscaped: Bool,
        isSection: Bool = false
    ) throws(TemplateError) -> FieldTag {
        guard !text.isEmpty else {
            throw error("a tag without a name", "name a field, as in \(tag(isSection ? "#" : "", "first_name"))")
        }
        try checkLength(of: text)
        let text = FieldName.spaced(text)
        if text == "else", !isSection, let (open, isInverted) = sections.last {
            throw error(
                "Mustache has no else",
                "write \(tag("/", open.name))\(tag(isInverted ? "#" : "^", open.name))"
            )
        }
        guard !FieldName.hasHelper(text, isSection: isSection) else {
            let name = FieldName.guessed(in: text)
            throw error(
                "\"\(text)\" is not a field's name, and Mustache has no helpers",
                isSection
                    ? "name the field alone, as in \(tag("#", name))…\(tag("/", name))"
                    : "name the field alone, as in \(tag("", name)); campaign.yaml has defaults for contacts without it"
            )
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text == "." || !parts.contains("") else {
            let name = FieldName.guessed(in: text)
            throw error("\"\(text)\" has an extra dot", "write it as in \(tag(isSection ? "#" : "", name))")
        }
        guard parts.count <= Self.maximumNameParts else {
            throw error("a field's name of more than \(Self.maximumNameParts) parts", "flatten the fields")
        }
        return FieldTag(name: text, isEscaped: isEscaped, source: name, line: line, column: column)
    }

    /// A tag as its author would write it here.
    private func tag(_ sigil: String, _ name: String) -> String {
        String(decoding: opening, as: UTF8.self) + sigil + name + String(decoding: closing, as: UTF8.self)
    }

    private mutating func setDelimiters(_ text: String) throws(TemplateError) {
        let parts = text.utf8.split(whereSeparator: ASCII.isSpace)
        guard parts.count == 2, !text.utf8.contains(UInt8(ascii: "=")),
            parts.allSatisfy({ $0.count <= Self.maximumDelimiterBytes })
        else {
            throw error(
                "\"\(String(text.unicodeScalars.prefix(60)))\" are not two delimiters",
                "write them as in \(tag("=", "<% %>="))"
            )
        }
        opening = Array(parts[0])
        closing = Array(parts[1])
    }

    // MARK: Standing alone on a line

    /// When only blanks stand beside the tag on its lines: takes those before it off the output and returns them.
    private mutating func takeIndentIfAlone(before start: Int, after end: Int) -> [UInt8]? {
        var left = start
        while left > 0, ASCII.isBlank(source[left - 1]) { left -= 1 }
        guard left == 0 || source[left - 1] == UInt8(ascii: "\n"), endOfLine(after: end) >= 0 else { return nil }
        output.bytes.removeLast(start - left)
        return Array(source[left..<start])
    }

    /// The beginning of the next line when only blanks stand before it, else -1.
    private func endOfLine(after index: Int) -> Int {
        var right = index
        while right < source.count, ASCII.isBlank(source[right]) { right += 1 }
        if right < source.count, source[right] == UInt8(ascii: "\r") { right += 1 }
        if right == source.count { return right }
        return source[right] == UInt8(ascii: "\n") ? right + 1 : -1
    }

    // MARK: Places

    private var column: Int { max(1, position - lineStart + 1 - indentCount) }

    private mutating func advance(to end: Int) {
        for index in position..<end where source[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        position = end
    }

    private func find(_ text: [UInt8], from start: Int) -> Int? {
        guard let first = text.first, start <= source.count else { return nil }
        var index = start
        while let found = source[index...].firstIndex(of: first) {
            if source[found...].starts(with: text) { return found }
            index = found + 1
        }
        return nil
    }

    private func trimmed(_ range: Range<Int>) -> String {
        var range = range
        while let first = range.first, ASCII.isSpace(source[first]) { range = range.dropFirst() }
        while let last = range.last, ASCII.isSpace(source[last]) { range = range.dropLast() }
        return String(decoding: source[range], as: UTF8.self)
    }

    private func unclosed(_ ending: [UInt8]) -> TemplateError {
        error("a tag is never closed", "end it with \(String(decoding: ending, as: UTF8.self))")
    }

    private func error(_ problem: String, _ remedy: String) -> TemplateError {
        TemplateError(source: name, line: line, column: column, problem: problem, remedy: remedy)
    }
}
