import Core

extension MergeText {
    /// Whether the whole text is a word or a number by which spreadsheets and databases say no: it counts as false.
    ///
    /// `false`, `no`, `n`, `off` and zero; what spreadsheets write for FALSE in other languages; the usual word for no in
    /// some. Case and blanks around it mean nothing. Where the text is printed it stays as it is.
    var saysNo: Bool {
        guard count <= Self.longestFalseWord else { return false }
        let word = slice.drop { ASCII.isBlank($0) }.reversed().drop { ASCII.isBlank($0) }
        guard let last = word.first else { return false }
        // Most texts are none: few letters end such a word.
        guard last >= 0x80 || Self.ends.contains(ASCII.lowercased(last)) else { return false }
        let text = ASCII.lowercased(word.reversed())
        return Self.falseWords.contains(text) || Self.isZero(text)
    }

    /// `0`, `0.00`, `0,0`, `-0`.
    private static func isZero(_ text: [UInt8]) -> Bool {
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        let parts = digits.split(omittingEmptySubsequences: false) {
            $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ",")
        }
        return (1...2).contains(parts.count)
            && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0 == UInt8(ascii: "0") } }
    }

    private static let longestFalseWord = 24
    private static let falseWords = Set(
        [
            "false", "no", "n", "off",  // English
            "falsch", "nein", "faux", "non", "falso",  // German, French, Spanish, Italian, Portuguese
            "não", "nÃo", "onwaar", "nee", "falsk", "falskt", "nej", "usann", "nei",  // Portuguese, Dutch, Nordic
            "epätosi", "epÄtosi", "fałsz", "faŁsz", "nepravda", "hamis",  // Finnish, Polish, Czech, Hungarian
            "yanlış", "yanliŞ", "ложь", "ЛОЖЬ", "нет", "НЕТ", "Нет",  // Turkish, Russian
        ].map { Array($0.utf8) }
    )
    private static let ends = Set(falseWords.compactMap(\.last)).union([UInt8(ascii: "0")])
}
