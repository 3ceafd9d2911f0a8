/// A variable or section tag: which field it names, and where it stands.
package final class FieldTag: Sendable {
    /// The parts of a dotted name; empty for the implicit iterator `{{.}}`.
    package let path: [MergeText]
    /// Whether it is the recipient's address, in a message.
    let isEmail: Bool
    package let name: String
    package let isEscaped: Bool
    package let source: String
    package let line: Int
    package let column: Int
    /// Where it stands in the message.
    package let place: FieldPlace

    package init(
        name: String,
        isEscaped: Bool,
        source: String,
        line: Int,
        column: Int,
        place: FieldPlace = .text
    ) {
        self.name = name
        isEmail = name == "email"
        path = name == "." ? [] : name.split(separator: ".").map { MergeText(String($0)) }
        self.isEscaped = isEscaped
        self.source = source
        self.line = line
        self.column = column
        self.place = place
    }

    /// The same tag at another place.
    package func at(_ place: FieldPlace) -> FieldTag {
        FieldTag(name: name, isEscaped: isEscaped, source: source, line: line, column: column, place: place)
    }

    package func error(_ problem: String, _ remedy: String) -> TemplateError {
        TemplateError(source: source, line: line, column: column, problem: problem, remedy: remedy)
    }
}

/// A place in a message that is filled with a token drawn or signed for the recipient.
package enum MessageToken: Sendable, Hashable {
    case unsubscribe
    case open
    /// The click on the link of this number.
    case click(UInt16)
}

/// What stands at one NUL of a ``FlatTemplate``.
package enum TemplateToken: Sendable {
    case field(FieldTag)
    case open(FieldTag, isInverted: Bool)
    case close
    case partial(FieldTag, indent: [UInt8])
    case message(MessageToken)
}

/// A parsed template in one line: its text, with a NUL wherever the next of its tokens stands.
///
/// This is what makes work on HTML simple: a scanner of bytes passes over the tokens as it would over messages, and
/// an edit is a copy of ranges. A template that contains NUL itself is refused by the parser.
package struct FlatTemplate: Sendable {
    package var bytes: [UInt8] = []
    package var tokens: [TemplateToken] = []

    package init(bytes: [UInt8] = [], tokens: [TemplateToken] = []) {
        self.bytes = bytes
        self.tokens = tokens
    }

    package mutating func append(_ token: TemplateToken) {
        bytes.append(0)
        tokens.append(token)
    }

    package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// The names of the fields among the last tokens, or among all.
    package func fieldNames(last count: Int? = nil) -> [String] {
        tokens.suffix(count ?? tokens.count).compactMap { token in
            guard case .field(let tag) = token else { return nil }
            return tag.name
        }
    }

    package mutating func append(_ other: FlatTemplate) {
        bytes.append(contentsOf: other.bytes)
        tokens.append(contentsOf: other.tokens)
    }
}

/// Reads a ``FlatTemplate`` forwards, range by range, and keeps count of the tokens passed.
package struct FlatCursor {
    package let template: FlatTemplate
    private(set) var position = 0
    private(set) var tokenIndex = 0

    package init(_ template: FlatTemplate) { self.template = template }

    /// Begins at a place before which `tokenIndex` tokens stand.
    package init(_ template: FlatTemplate, at position: Int, tokenIndex: Int) {
        self.template = template
        self.position = position
        self.tokenIndex = tokenIndex
    }

    /// Copies everything up to `end`, tokens included, to the end of `target`.
    package mutating func copy(to end: Int, into target: inout FlatTemplate) {
        guard end > position else { return }
        let (start, firstToken) = (position, tokenIndex)
        skip(to: end)
        target.bytes.append(contentsOf: template.bytes[start..<end])
        target.tokens.append(contentsOf: template.tokens[firstToken..<tokenIndex])
    }

    /// Passes over everything up to `end`.
    package mutating func skip(to end: Int) {
        guard end > position else { return }
        for index in position..<end where template.bytes[index] == 0 { tokenIndex += 1 }
        position = end
    }
}
