/// Domain names in the form that DNS and SMTP take: A-labels in lower case.
///
/// IDNA2008 (RFC 5891) in part: NFC and lower case, letters, marks and digits only, nothing that compatibility
/// normalisation would change (which refuses full-width forms instead of mapping them), no leading mark, no `xn--`
/// except from this encoder. Not checked: the rules for right-to-left labels, for joiners (always refused), and whether
/// a given `xn--` label decodes to something allowed.
package enum DomainName {
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        package let reason: String
        package var description: String { reason }
    }

    /// The normal form of a domain, at most 253 octets.
    package static func normalised(_ text: String) throws(Invalid) -> [UInt8] {
        // An A-label is no shorter than a quarter of its characters in UTF-8.
        guard text.utf8.count <= 4 * 253 else { throw Invalid(reason: "the domain is longer than 253 octets") }
        var domain: [UInt8] = []
        for label in Substring(text).unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: isDot) {
            if !domain.isEmpty { domain.append(UInt8(ascii: ".")) }
            let start = domain.count
            try append(label: label, to: &domain)
            guard domain.count > start else { throw Invalid(reason: "the domain has an empty label") }
        }
        guard domain.count <= 253 else { throw Invalid(reason: "the domain is longer than 253 octets") }
        let last = domain.split(separator: UInt8(ascii: ".")).last ?? []
        guard !last.allSatisfy(ASCII.isDigit) else { throw Invalid(reason: "the domain ends in a number") }
        return domain
    }

    /// Full stop and the ideographic ones that count as it (RFC 5895 §2).
    private static func isDot(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "\u{3002}" || scalar == "\u{FF0E}" || scalar == "\u{FF61}"
    }

    private static func append(label: Substring.UnicodeScalarView, to domain: inout [UInt8]) throws(Invalid) {
        let start = domain.count
        if label.allSatisfy({ $0.isASCII }) {
            for scalar in label {
                let byte = UInt8(scalar.value)
                guard ASCII.isAlphanumeric(byte) || byte == UInt8(ascii: "-") else {
                    throw Invalid(reason: "a domain has no \(CharacterName.of(scalar))")
                }
                domain.append(ASCII.lowercased(byte))
            }
        } else {
            let scalars = Unicode.Scalar.composed(String(Substring(label)).lowercased())
            try checkUnicode(scalars)
            guard let encoded = Punycode.encode(scalars) else { throw Invalid(reason: "a label is too long") }
            domain.append(contentsOf: "xn--".utf8)
            domain.append(contentsOf: encoded)
        }
        guard domain.count - start <= 63 else { throw Invalid(reason: "a label is longer than 63 octets") }
        guard domain.count > start else { return }
        guard domain[start] != UInt8(ascii: "-"), domain.last != UInt8(ascii: "-") else {
            throw Invalid(reason: "a label begins or ends with a hyphen")
        }
    }

    private static func checkUnicode(_ scalars: [Unicode.Scalar]) throws(Invalid) {
        if let first = scalars.first, isMark(first) { throw Invalid(reason: "a label begins with a combining mark") }
        if scalars.count >= 4, scalars[2] == "-", scalars[3] == "-" {
            throw Invalid(reason: "a label has hyphens in third and fourth place")
        }
        for scalar in scalars where !isAllowed(scalar) {
            throw Invalid(reason: "a domain has no \(CharacterName.of(scalar))")
        }
        // "faß-" must not hide its hyphen behind the encoding.
        guard scalars.first != "-", scalars.last != "-" else {
            throw Invalid(reason: "a label begins or ends with a hyphen")
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ASCII.isAlphanumeric(UInt8(scalar.value)) || scalar == "-" }
        // Sharp s, final sigma (RFC 5892 §2.6).
        if scalar == "ß" || scalar == "ς" { return true }
        let properties = scalar.properties
        guard !properties.changesWhenNFKCCaseFolded, !properties.isDefaultIgnorableCodePoint else { return false }
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return false
        }
    }
}
