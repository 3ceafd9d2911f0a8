/// The rule for names of accounts, lists and keys.
package enum PlainName {
    /// Whether it has 1 to 200 characters, nothing invisible among them and no blank at its ends.
    package static func isValid(_ name: String) -> Bool {
        let isPlain = name.unicodeScalars.allSatisfy {
            !$0.properties.isDefaultIgnorableCodePoint && !VisibleText.isControl($0)
        }
        return !name.isEmpty && name.unicodeScalars.count <= 200 && isPlain && name.first != " " && name.last != " "
    }

    /// What ``isValid(_:)`` asks for, in words.
    package static let rule = "must have 1 to 200 visible characters, without blanks at its ends"
}
