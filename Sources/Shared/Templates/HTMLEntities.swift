/// Decodes character references in HTML text and attribute values.
///
/// Numbers, the Latin-1 names and the names of common punctuation; another name stays as it is written.
package enum HTMLEntities {
    /// U+00A0 to U+00FF, in order.
    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute \
        micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring \
        AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml \
        times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil \
        egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash \
        ugrave uacute ucirc uuml yacute thorn yuml
        """

    private static let names: [String: Unicode.Scalar] = {
        var names: [String: Unicode.Scalar] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "OElig": "Œ", "oelig": "œ", "Scaron": "Š",
            "scaron": "š", "Yuml": "Ÿ", "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}",
            "zwnj": "\u{200C}", "zwj": "\u{200D}", "ndash": "–", "mdash": "—", "lsquo": "‘", "rsquo": "’",
            "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„", "dagger": "†", "bull": "•", "hellip": "…",
            "permil": "‰", "lsaquo": "‹", "rsaquo": "›", "euro": "€", "trade": "™", "larr": "←", "uarr": "↑",
            "rarr": "→", "darr": "↓", "minus": "−", "infin": "∞", "ne": "≠", "le": "≤", "ge": "≥", "hearts": "♥",
            "check": "✓",
        ]
        for (offset, name) in latin1.split(separator: " ").enumerated() {
            names[String(name)] = Unicode.Scalar(UInt8(0xA0 + offset))
        }
        return names
    }()

    /// The character that the reference at `index` (an `&`) stands for, and its length in bytes.
    package static func decode(_ bytes: [UInt8], at index: Int, before end: Int) -> (
        scalar: Unicode.Scalar, length: Int
    )? {
        let limit = min(end, index + 12)
        guard let semicolon = bytes[(index + 1)..<limit].firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let name = String(decoding: bytes[(index + 1)..<semicolon], as: UTF8.self)
        let length = semicolon + 1 - index
        guard name.utf8.first == UInt8(ascii: "#") else { return names[name].map { ($0, length) } }
        let digits = name.dropFirst()
        let code =
            digits.utf8.first.map { $0 | 0x20 } == UInt8(ascii: "x")
            ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
        guard let code, code != 0, let scalar = Unicode.Scalar(code) else { return nil }
        return (scalar, length)
    }

    /// A whole attribute value, decoded.
    package static func decoded(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if bytes[index] == UInt8(ascii: "&"), let found = decode(bytes, at: index, before: range.upperBound) {
                result.append(contentsOf: UTF8.encode(found.scalar) ?? UTF8.encodedReplacementCharacter)
                index += found.length
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }
}
