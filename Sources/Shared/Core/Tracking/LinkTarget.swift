/// The target of a message's link: a stored address, checked once more before each redirect.
package struct LinkTarget: Hashable, Sendable {
    /// The value of the field Location: ASCII, http or https, with a host, without a log-in.
    package let url: String

    /// - Returns: `nil` for anything that a browser could take for other than a web address of the visible host.
    package init?(stored url: String) {
        let bytes = Array(url.utf8)
        guard bytes.count <= 8_192,
            // No controls, blanks or line ends; nothing that browsers read as another character.
            bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        let scheme = ASCII.lowercased(bytes.prefix(8))
        let count = scheme.starts(with: "https://".utf8) ? 8 : scheme.starts(with: "http://".utf8) ? 7 : 0
        guard count > 0 else { return nil }
        let authority = bytes.dropFirst(count).prefix { !"/?#".utf8.contains($0) }
        guard let first = authority.first, ASCII.isAlphanumeric(first) || first == UInt8(ascii: "["),
            authority.allSatisfy({ ASCII.isAlphanumeric($0) || "-._:[]".utf8.contains($0) })
        else { return nil }
        self.url = url
    }
}
