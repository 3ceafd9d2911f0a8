/// An e-mail address that can be mailed: a dot-atom, `@`, and a domain in A-labels.
///
/// Refused although RFC 5322 allows them: quoted local parts, comments, folding space and address literals. No
/// service assigns them; in a list of contacts they are mistakes or attacks.
package struct EmailAddress: Sendable, Hashable {
    /// The version of the rule behind ``key``; stored with keys, so that a new rule can find the old ones.
    package static let ruleVersion: Int16 = 1

    /// As written in RCPT TO and the To field: the local part as written (in NFC), the domain in lower case.
    package let bytes: [UInt8]
    package let localPartCount: Int
    /// Whether only servers with SMTPUTF8 (RFC 6531) can take it.
    package let needsSMTPUTF8: Bool

    package var localPart: ArraySlice<UInt8> { bytes[..<localPartCount] }
    package var domain: ArraySlice<UInt8> { bytes[(localPartCount + 1)...] }
    package var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Why a text is not an address that can be mailed.
    package struct Invalid: Error, Equatable, CustomStringConvertible {
        /// At most 80 characters of it, control characters blanked.
        package let text: String
        package let reason: String
        package var description: String { "\"\(text)\" is not an address: \(reason)" }

        fileprivate init(_ text: String, _ reason: String) {
            let shown = text.unicodeScalars.prefix(80).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
            self.text = String(String.UnicodeScalarView(shown))
            self.reason = reason
        }
    }

    package init(_ text: String) throws(Invalid) { try self.init(Array(text.utf8)) }

    package init(_ raw: [UInt8]) throws(Invalid) {
        func invalid(_ reason: String) -> Invalid { Invalid(String(decoding: raw, as: UTF8.self), reason) }

        guard !raw.isEmpty else { throw invalid("it is empty") }
        guard let at = raw.lastIndex(of: UInt8(ascii: "@")) else { throw invalid("no @") }
        guard at > 0 else { throw invalid("nothing before @") }
        guard at + 1 < raw.count else { throw invalid("nothing after @") }
        // Composition may shorten it, but not by that much.
        guard at <= 4 * 64 else { throw invalid("more than 64 octets before @") }
        let isASCII = raw.allSatisfy { $0 < 0x80 }
        guard isASCII || UTF8Scalar.isValid(raw) else { throw invalid("not UTF-8") }
        if let reason = Self.problem(inLocalPart: raw[..<at], ofAll: raw) { throw invalid(reason) }
        let isLocalASCII = isASCII || raw[..<at].allSatisfy { $0 < 0x80 }
        var bytes = Array(raw[..<at])
        if !isLocalASCII {
            let scalars = Unicode.Scalar.composed(String(decoding: bytes, as: UTF8.self))
            if let bad = scalars.first(where: { !Self.isAllowed($0) }) {
                throw invalid("a local part has no \(CharacterName.of(bad))")
            }
            bytes = Array(String(String.UnicodeScalarView(scalars)).utf8)
        }
        guard bytes.count <= 64 else { throw invalid("more than 64 octets before @") }
        localPartCount = bytes.count
        needsSMTPUTF8 = !isLocalASCII
        bytes.append(UInt8(ascii: "@"))
        if raw[at + 1] == UInt8(ascii: "[") { throw invalid("an address literal instead of a domain is not accepted") }
        if let plain = Self.plainDomain(raw[(at + 1)...]) {
            bytes.append(contentsOf: plain)
        } else {
            do {
                bytes.append(contentsOf: try DomainName.normalised(String(decoding: raw[(at + 1)...], as: UTF8.self)))
            } catch {
                throw invalid(error.reason)
            }
        }
        // RFC 5321 §4.5.3.1.3: a path has 256 octets with its angle brackets.
        guard bytes.count <= 254 else { throw invalid("longer than 254 octets") }
        self.bytes = bytes
    }

    /// The normal form by which contacts and suppressions are found: NFC, both parts in lower case, A-label domain.
    ///
    /// By rule, not by provider: dots and `+tags` make different addresses.
    package var key: [UInt8] {
        guard needsSMTPUTF8 else { return ASCII.lowercased(bytes) }
        let lowered = String(decoding: localPart, as: UTF8.self).lowercased()
        var key = Array(String(String.UnicodeScalarView(Unicode.Scalar.composed(lowered))).utf8)
        key.append(contentsOf: bytes[localPartCount...])
        return key
    }

    // MARK: Rules

    private static func problem(inLocalPart local: ArraySlice<UInt8>, ofAll raw: [UInt8]) -> String? {
        for byte in raw {
            if ASCII.isControl(byte) { return "it has a control character" }
            if byte == UInt8(ascii: " ") { return "it has a space" }
        }
        for byte in raw {
            switch byte {
            case UInt8(ascii: "\""): return "a quoted local part is not accepted"
            case UInt8(ascii: "("), UInt8(ascii: ")"): return "a comment is not accepted"
            case UInt8(ascii: "<"), UInt8(ascii: ">"): return "write the address alone, without name and angle brackets"
            default: break
            }
        }
        var isAfterDot = true
        for byte in local {
            if byte == UInt8(ascii: ".") {
                guard !isAfterDot else { return "a dot at the beginning, or two dots in a row" }
                isAfterDot = true
                continue
            }
            isAfterDot = false
            if byte == UInt8(ascii: "@") { return "more than one @" }
            guard byte >= 0x80 || ASCII.isAtomText(byte) else {
                return "a local part has no \(CharacterName.of(Unicode.Scalar(byte)))"
            }
        }
        return isAfterDot ? "a dot before @" : nil
    }

    /// The usual case without `String`: LDH labels, in lower case; `nil` sends it to the full rule.
    private static func plainDomain(_ domain: ArraySlice<UInt8>) -> [UInt8]? {
        guard domain.count <= 253 else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(domain.count)
        var labelCount = 0
        var hasMessage = false
        for byte in domain {
            switch byte {
            case UInt8(ascii: "."):
                guard labelCount > 0, labelCount <= 63, result.last != UInt8(ascii: "-") else { return nil }
                labelCount = 0
                hasMessage = false
                result.append(byte)
                continue
            case UInt8(ascii: "-"): guard labelCount > 0 else { return nil }
            case _ where ASCII.isLetter(byte): hasMessage = true
            case _ where ASCII.isDigit(byte): break
            default: return nil
            }
            labelCount += 1
            result.append(ASCII.lowercased(byte))
        }
        guard labelCount > 0, labelCount <= 63, hasMessage, result.last != UInt8(ascii: "-") else { return nil }
        return result
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else { return true }
        let properties = scalar.properties
        guard !properties.isDefaultIgnorableCodePoint, !properties.isWhitespace else { return false }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }
}
