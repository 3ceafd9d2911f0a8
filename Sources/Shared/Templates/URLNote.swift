import Core

/// What is to be known of a field's value in a URL: it was written, and may not be meant so.
package struct URLNote: Hashable, Sendable {
    package enum Kind: String, WireNamed {
        /// It begins a link, and is no address of a page.
        case leadsNowhere = "leads-nowhere"
        /// Its slashes are written as `%2F`.
        case slashes = "slashes"
        /// What reads like `%20` was left as it is.
        case isEncoded = "percent-encoded"
    }

    /// The field's name.
    package let field: String
    package let kind: Kind

    package init(field: String, kind: Kind) {
        self.field = field
        self.kind = kind
    }

    /// For a person.
    package var text: String {
        switch kind {
        case .leadsNowhere: "field \"\(field)\" begins a link, and is no whole address with https://"
        case .slashes: "field \"\(field)\" has slashes, written %2F in a link's path; {{{\(field)}}} keeps them"
        case .isEncoded: "field \"\(field)\" seems percent-encoded in a link, and is not encoded again"
        }
    }

    static func about(_ value: ArraySlice<UInt8>, _ tag: FieldTag) -> Set<URLNote> {
        var kinds: Set<Kind> = []
        switch tag.place {
        case .start, .styleStart, .perhapsStart:
            let url = URLValue.trimmed(value)
            if !url.isEmpty, !URLValue.isWholeURL(url) { kinds.insert(.leadsNowhere) }
        case .path where tag.isEscaped && value.contains(UInt8(ascii: "/")): kinds.insert(.slashes)
        case .path, .query, .fragment, .mailQuery:
            let isEncoded = value.indices.contains {
                value[$0] == UInt8(ascii: "%") && URLValue.isEncoded(value, at: $0)
            }
            if tag.isEscaped, isEncoded { kinds.insert(.isEncoded) }
        default: break
        }
        return Set(kinds.map { URLNote(field: tag.name, kind: $0) })
    }
}
