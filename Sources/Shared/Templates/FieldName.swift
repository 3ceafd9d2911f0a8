import Core

/// What may be a field's name in a template, and what only looks like one to users of other systems.
///
/// Columns of spreadsheets and of other systems' exports have names with spaces, such as `First Name`: they can be used.
/// Helpers, filters and expressions of other template languages cannot, and are told from names by their words and signs.
package enum FieldName {
    /// Words that begin a tag in other languages.
    private static let helpers: Set<String> = [
        "if", "unless", "each", "foreach", "else", "elseif", "elsif", "elif",
    ]
    /// Those that begin a section.
    private static let sectionHelpers: Set<String> = ["with", "for", "not", "eq", "ne", "and", "or", "is"]
    /// Words among which the field's name stands there.
    private static let otherWords: Set<String> = ["as", "in", "default", "insert", "fallback", "this", "range"]

    /// Whether a message can show a field of this name.
    package static func isUsable(_ name: String) -> Bool {
        // What is one is refused with a name that is guessed, which is looked at here.
        guard !hasHelper(name, isSection: false) else { return false }
        guard let flat = try? MustacheParser.parse(Array("{{\(name)}}".utf8), name: ""), flat.bytes == [0] else {
            return false
        }
        guard case .field(let tag)? = flat.tokens.first else { return false }
        return tag.name == name && tag.path.count == 1 && tag.isEscaped
    }

    /// A name that can be used: `Tel. (work)` becomes `tel_work`.
    package static func usable(_ name: String) -> String {
        let words = name.lowercased().unicodeScalars.split { !$0.properties.isAlphabetic && !("0"..."9").contains($0) }
        let result = words.map { String(String.UnicodeScalarView($0)) }.joined(separator: "_")
        return isUsable(result) ? result : "field"
    }

    /// With one space where there are several blanks, of whatever kind editors write.
    package static func spaced(_ text: String) -> String {
        guard text.utf8.contains(where: { ASCII.isSpace($0) || $0 >= 0x80 || $0 == UInt8(ascii: "&") }) else {
            return text
        }
        var words: [[UInt8]] = [[]]
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            let blank =
                ASCII.isSpace(bytes[index])
                ? 1 : rest.starts(with: [0xC2, 0xA0]) ? 2 : rest.starts(with: "&nbsp;".utf8) ? 6 : 0
            if blank == 0 {
                words[words.count - 1].append(bytes[index])
            } else if words.last?.isEmpty == false {
                words.append([])
            }
            index += max(1, blank)
        }
        if words.last?.isEmpty == true { words.removeLast() }
        return String(decoding: Array(words.joined(separator: [0x20])), as: UTF8.self)
    }

    /// Whether a tag is an expression of another language.
    static func hasHelper(_ text: String, isSection: Bool) -> Bool {
        var before = UInt8(ascii: " ")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "|"), UInt8(ascii: "\""), UInt8(ascii: "="), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8(ascii: "`"):
                return true
            // An apostrophe within a word is none.
            case UInt8(ascii: "'") where !ASCII.isAlphanumeric(before) && before < 0x80: return true
            default: before = byte
            }
        }
        if text.unicodeScalars.contains("\u{201C}") || text.unicodeScalars.contains("\u{201D}") { return true }
        let words = text.split(separator: " ").map { String($0) }
        guard words.count > 1, let first = words.first else { return false }
        return words.contains("??") || helpers.contains(first) || isSection && sectionHelpers.contains(first)
    }

    /// The field's name that an expression of another language most likely means; `first_name` where there is none.
    static func guessed(in text: String) -> String {
        let (outside, quoted) = words(in: text)
        let known = helpers.union(sectionHelpers).union(otherWords)
        let name = outside.last { !known.contains($0) } ?? quoted.first ?? ""
        return isUsable(name) || isPath(name) ? name : "first_name"
    }

    private static func isPath(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= MustacheParser.maximumNameParts && parts.allSatisfy { isUsable(String($0)) }
    }

    /// The words before a filter or a comma, but names of functions; and those in quotes.
    private static func words(in text: String) -> (outside: [String], quoted: [String]) {
        var outside: [String] = []
        var quoted: [String] = []
        var word: [UInt8] = []
        var quote: UInt8?
        var isInMarkup = false
        let plain = text.unicodeScalars.map { "\u{201C}\u{201D}".unicodeScalars.contains($0) ? "\"" : $0 }
        for byte in Array(String(String.UnicodeScalarView(plain)).utf8) + [0x20] {
            if ASCII.isAlphanumeric(byte) || "_-.".utf8.contains(byte) || byte >= 0x80 {
                if !isInMarkup { word.append(byte) }
                continue
            }
            let parts = word.split(separator: UInt8(ascii: "."))
            if !parts.isEmpty, byte != UInt8(ascii: "(") {
                let name = String(decoding: Array(parts.joined(separator: [UInt8(ascii: ".")])), as: UTF8.self)
                if quote == nil { outside.append(name) } else { quoted.append(name) }
            }
            word.removeAll()
            switch byte {
            case UInt8(ascii: "<"): isInMarkup = true
            case UInt8(ascii: ">"): isInMarkup = false
            case UInt8(ascii: "\""), UInt8(ascii: "'"): quote = quote == nil ? byte : quote == byte ? nil : quote
            case UInt8(ascii: "|"), UInt8(ascii: ","), UInt8(ascii: "?"):
                if quote == nil, !outside.isEmpty { return (outside, quoted) }
            case UInt8(ascii: "="):
                // `default="there"` names no field.
                if quote == nil, outside.count > 1 { outside.removeLast() }
            default: break
            }
        }
        return (outside, quoted)
    }
}
