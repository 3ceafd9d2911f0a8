/// Why a template or the settings of a message cannot be used: where, what, and what to do.
package struct TemplateError: Error, Equatable, CustomStringConvertible {
    /// The template's or setting's name, such as `body.html.mustache` or `sender.tracking-base`.
    package let source: String
    /// From 1; 0 where the whole source is meant.
    package let line: Int
    /// From 1, in bytes; 0 where the whole source is meant.
    package let column: Int
    package let problem: String
    /// In the imperative.
    package let remedy: String

    package init(source: String, line: Int = 0, column: Int = 0, problem: String, remedy: String) {
        self.source = source
        self.line = line
        self.column = column
        self.problem = problem
        self.remedy = remedy
    }

    package var description: String {
        line > 0 ? "\(source):\(line):\(column): \(problem); \(remedy)" : "\(source): \(problem); \(remedy)"
    }
}

/// Why a message cannot be rendered for one recipient. Names fields, never their contents.
package enum RenderError: Error, Equatable, CustomStringConvertible {
    /// The contact has no such field, and the campaign no default for it.
    case missingField(name: String, source: String, line: Int)
    /// A list or an object stands where a text is due.
    case notText(name: String, source: String, line: Int)
    /// CR, LF or NUL in what becomes a header field.
    case lineBreakInHeader(field: String)
    /// A field would put the recipient's address into a URL.
    case addressInURL(name: String, source: String, line: Int)
    case tooLarge(limitBytes: Int)
    case tooDeep(limit: Int)
    /// Sections over long lists within each other.
    case tooManySteps(limit: Int)

    package var description: String {
        switch self {
        case .missingField(let name, let source, let line):
            "\(source):\(line): the contact has no field \"\(name)\"; fill it, or give it a default in campaign.yaml before the start"
        case .notText(let name, let source, let line):
            "\(source):\(line): \"\(name)\" is a list or an object; name one of its fields, or open a section over it"
        case .lineBreakInHeader(let field):
            "\(field): a line break or NUL in a header field; remove it from the contact's field used there"
        case .addressInURL(let name, let source, let line):
            "\(source):\(line): \"\(name)\" would show the recipient's address in a URL; take the field out of the link"
        case .tooLarge(let limit): "the message is larger than \(limit) bytes; shorten the template or the lists in it"
        case .tooDeep(let limit): "sections and partials are nested deeper than \(limit); flatten the template"
        case .tooManySteps(let limit): "rendering takes more than \(limit) steps; shorten its lists"
        }
    }
}
