/// Makes control characters in foreign text visible before a terminal or a person reads it.
///
/// C0 and C1 control a terminal; bidirectional controls make one name look like another. Names have none of them
/// (``PlainName``); contacts' fields, replies and files may hold anything.
package enum VisibleText {
    /// C0, DEL, C1, and bidirectional controls; callers decide about line ends and tabs.
    package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F: true
        // Marks, embeddings, overrides, isolates; line and paragraph separators.
        case 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Text of several lines: line ends and tabs stay.
    package static func lines(_ text: String) -> String {
        escaped(text) { isControl($0) && $0 != "\n" && $0 != "\t" }
    }

    /// A name or a value within a line, which nothing in it ends.
    package static func line(_ text: String) -> String { escaped(text, isControl) }

    private static func escaped(_ text: String, _ isHidden: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var visible = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                visible += escape(scalar).unicodeScalars
            } else {
                visible.append(scalar)
            }
        }
        return String(visible)
    }

    /// As JSON writes it: `\u001b`.
    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The control character above ASCII at an index of UTF-8: its bytes and code; `nil` if there is none.
    static func control(in text: [UInt8], at index: Int) -> (count: Int, code: UInt32)? {
        let count = text[index] == 0xC2 || text[index] == 0xD8 ? 2 : text[index] == 0xE2 ? 3 : 0
        guard count > 0, index + count <= text.count else { return nil }
        let code: UInt32
        if count == 2 {
            code = UInt32(text[index] & 0x1F) << 6 | UInt32(text[index + 1] & 0x3F)
        } else {
            code = 0x2000 | UInt32(text[index + 1] & 0x3F) << 6 | UInt32(text[index + 2] & 0x3F)
        }
        guard let scalar = Unicode.Scalar(code), isControl(scalar) else { return nil }
        return (count, code)
    }
}
