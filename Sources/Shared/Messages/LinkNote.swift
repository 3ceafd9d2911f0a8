import Core
import Templates

/// What is to be known of a link before a message is sent.
package struct LinkNote: Hashable, Sendable {
    package enum Kind: String, WireNamed {
        /// It needs the address of a page or the message's own, which mail programs do not have.
        case leadsNowhere = "leads-nowhere"
        /// Its host, or all of it, is a field's value.
        case fieldDecides = "field-decides"
        /// A field in it, or an address that redirects do not take.
        case notCounted = "not-counted"
    }

    /// Of this many links at most.
    static let most = 100
    private static let longest = 100

    package let kind: Kind
    /// As it stands in the template, its beginning.
    package let url: String

    /// For a person.
    package var text: String {
        switch kind {
        case .leadsNowhere: "\"\(url)\" leads nowhere from a message; write the whole address, with https://"
        case .fieldDecides: "\(url) leads where its fields say, and is not counted"
        case .notCounted: "\(url) leads straight to its target, and is not counted"
        }
    }

    /// `url`: The value of a link's attribute that is not counted.
    init?(_ url: FlatTemplate, tracksLinks: Bool) {
        let isOurs = url.tokens.contains { if case .message = $0 { true } else { false } }
        guard !isOurs, let kind = Self.kind(url, tracksLinks) else { return nil }
        self.kind = kind
        self.url = Self.written(url)
    }

    private static func kind(_ url: FlatTemplate, _ tracksLinks: Bool) -> Kind? {
        let places = url.tokens.compactMap { token in
            if case .field(let tag) = token { tag.place } else { nil }
        }
        if places.contains(where: { [.start, .perhapsStart, .scheme, .host].contains($0) }) { return .fieldDecides }
        let beginning = url.bytes.drop(while: ASCII.isSpace)
        if beginning.first == UInt8(ascii: "#") { return nil }
        let scheme = ASCII.lowercased(
            beginning.prefix(24).prefix { ASCII.isAlphanumeric($0) || "+-.".utf8.contains($0) }
        )
        let rest = beginning.dropFirst(scheme.count)
        if rest.first == 0 || places.contains(.relative) && url.hasSections { return .fieldDecides }
        guard rest.first == UInt8(ascii: ":"), let last = scheme.first, ASCII.isLetter(last) else {
            return .leadsNowhere
        }
        switch String(decoding: scheme, as: UTF8.self) {
        case "http", "https":
            let host = rest.dropFirst().drop { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.first
            guard let host, !"?#".utf8.contains(host) else { return .leadsNowhere }
            return tracksLinks ? .notCounted : nil
        case "javascript", "vbscript", "data", "file", "about": return .leadsNowhere
        case "mailto", "tel", "sms", "cid": return nil
        default: return tracksLinks ? .notCounted : nil
        }
    }

    private static func written(_ url: FlatTemplate) -> String {
        var tokens = url.tokens.makeIterator()
        var text: [UInt8] = []
        for byte in url.bytes {
            guard text.count < longest else {
                text.append(contentsOf: "…".utf8)
                break
            }
            guard byte == 0 else {
                text.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
                continue
            }
            if case .field(let tag) = tokens.next() {
                text.append(contentsOf: "{{\(tag.name)}}".utf8)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension FlatTemplate {
    fileprivate var hasSections: Bool {
        tokens.contains { if case .open = $0 { true } else { false } }
    }
}
