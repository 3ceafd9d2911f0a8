// The standard library has normalisation but no public name for it yet; Foundation's would bring its tables of locales
// into every program. The toolchain is pinned, and a test compares the results with known ones.
@_spi(_Unicode) import Swift

extension Unicode.Scalar {
    /// The scalars of a text in normalisation form C.
    static func composed(_ text: String) -> [Unicode.Scalar] { Array(text._nfc) }
}

/// Names a character in an error; it may be invisible.
enum CharacterName {
    static func of(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case " ": return "space"
        case "\u{21}"..."\u{7E}": return "\"\(scalar)\""
        default:
            let hex = String(scalar.value, radix: 16, uppercase: true)
            return "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
        }
    }
}
