/// The addresses in a cell, as people and other programs write them.
///
/// Read: blanks and invisible marks around an address, `Name <address>`, `<address>`, `'address'`, `mailto:address`, and
/// several of them, divided by commas, semicolons, line ends or, without names, blanks, slashes and bars.
package struct AddressCell: Sendable {
    /// Each once.
    package private(set) var addresses: [EmailAddress] = []
    /// Whether there was more than an address and blanks.
    package private(set) var isTidied = false

    /// - Throws: Why the text, or one of its parts, is not an address.
    package init(_ cell: ArraySlice<UInt8>) throws(EmailAddress.Invalid) {
        var plain = cell
        while let first = plain.first, ASCII.isBlank(first) { plain.removeFirst() }
        while let last = plain.last, ASCII.isBlank(last) { plain.removeLast() }
        guard plain.contains(where: { $0 >= 0x80 || Self.wrappings.contains($0) }), UTF8Scalar.isValid(Array(plain))
        else {
            addresses = [try EmailAddress(Array(plain))]
            return
        }
        let all = Array(String(decoding: plain, as: UTF8.self).unicodeScalars)
        var found: [String] = []
        var rest: [ArraySlice<Unicode.Scalar>] = []
        for entry in Self.entries(of: all[...]) {
            if let inner = Self.bracketed(entry) {
                // What was before it belongs to the name: `Lee, Ann <ann@example.org>`.
                if rest.contains(where: { $0.contains("@") }) { found += rest.flatMap(Self.bare) }
                rest = []
                // `Ann <ann@example.org> <lee@example.org>` are two.
                found += Self.bracketedBefore(inner, in: entry)
                found.append(Self.text(inner))
            } else {
                rest.append(entry)
            }
        }
        if !rest.isEmpty {
            // `bob@example,com` is a mistake, and not bob@example.
            let isList = rest.allSatisfy { $0.contains("@") }
            found += isList ? rest.flatMap(Self.bare) : [Self.text(Self.trimmed(all[...]))]
        }
        var keys: Set<[UInt8]> = []
        for text in found {
            let address = try EmailAddress(text)
            if keys.insert(address.key).inserted { addresses.append(address) }
        }
        if addresses.isEmpty { addresses = [try EmailAddress("")] }
        isTidied = found.count > 1 || found.first != String(decoding: plain, as: UTF8.self)
    }

    // MARK: Parts

    private static let wrappings = Set("<>,;:'\" /|\n\r\t".utf8)

    /// What commas, semicolons and line ends divide, outside of quotation marks and brackets; trimmed, none empty.
    private static func entries(of text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        var isQuoted = false
        var isBracketed = false
        let parts = text.split { scalar in
            switch scalar {
            case "\"": isQuoted.toggle()
            case "<": isBracketed = true
            case ">": isBracketed = false
            case ",", ";", "\n", "\r": return !isQuoted && !isBracketed
            default: break
            }
            return false
        }
        return parts.map { trimmed($0) }.filter { !$0.isEmpty }
    }

    /// What stands in the brackets that an entry ends with.
    private static func bracketed(_ entry: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar>? {
        guard entry.last == ">", let open = entry.lastIndex(of: "<") else { return nil }
        return entry[(open + 1)...].dropLast()
    }

    /// What stands in brackets right before those that an entry ends with, in their order.
    private static func bracketedBefore(
        _ last: ArraySlice<Unicode.Scalar>,
        in entry: ArraySlice<Unicode.Scalar>
    ) -> [String] {
        var found: [String] = []
        var rest = trimmed(entry[..<(last.startIndex - 1)])
        while let inner = bracketed(rest), inner.contains("@") {
            found.append(text(inner))
            rest = trimmed(rest[..<(inner.startIndex - 1)])
        }
        return found.reversed()
    }

    /// The addresses of an entry without brackets: one, unless blanks, slashes or bars divide several.
    private static func bare(_ entry: ArraySlice<Unicode.Scalar>) -> [String] {
        guard entry.count(where: { $0 == "@" }) > 1 else { return [text(entry)] }
        let parts = entry.split { $0.properties.isWhitespace || $0 == "/" || $0 == "|" }.filter { $0.contains("@") }
        return parts.count > 1 ? parts.map { text($0) } : [text(entry)]
    }

    /// An address without marks around it, quotation marks and `mailto:`.
    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var rest = trimmed(scalars)
        if let mark = rest.first, mark == "'" || mark == "\"", rest.count > 2, rest.last == mark,
            mark == "'" || isPlain(rest)
        {
            rest = trimmed(rest.dropFirst().dropLast())
        }
        let scheme = "mailto:".unicodeScalars
        if rest.count > scheme.count, zip(rest, scheme).allSatisfy({ $0.properties.lowercaseMapping == String($1) }) {
            rest = rest.dropFirst(scheme.count).prefix { $0 != "?" }
        }
        return String(String.UnicodeScalarView(rest))
    }

    /// Whether the quotation marks are around the whole address, not around its local part.
    private static func isPlain(_ quoted: ArraySlice<Unicode.Scalar>) -> Bool {
        quoted.dropFirst().dropLast().contains("@") && !quoted.dropFirst().dropLast().contains("\"")
    }

    private static func trimmed(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        var rest = text
        while let first = rest.first, isInvisible(first) { rest.removeFirst() }
        while let last = rest.last, isInvisible(last) { rest.removeLast() }
        return rest
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool { InvisibleMarks.contains(scalar) }
}

/// Blanks and marks that take no room: no-break spaces, byte order marks, marks of direction, joiners.
package enum InvisibleMarks {
    package static func contains(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return ASCII.isSpace(UInt8(scalar.value)) }
        let properties = scalar.properties
        return properties.isWhitespace || properties.isDefaultIgnorableCodePoint
            || properties.generalCategory == .format
    }

    /// A text without those at its ends.
    package static func trimmed(_ text: String) -> String {
        var rest = Substring(text).unicodeScalars
        while let first = rest.first, contains(first) { rest.removeFirst() }
        while let last = rest.last, contains(last) { rest.removeLast() }
        return String(Substring(rest))
    }
}

extension EmailAddress {
    /// Why no server is likely to take mail for the domain, for people; `nil` when nothing is odd.
    package var domainDoubt: String? {
        guard let dot = domain.lastIndex(of: UInt8(ascii: ".")) else { return "the domain has no dot" }
        let end = domain[(dot + 1)...]
        return TopLevelDomains.isKnown(end)
            ? nil : "no domain ends in .\(String(decoding: end.prefix(30), as: UTF8.self))"
    }
}
