/// A rule for each name with each state, behind it and before it, in every spelling.
func foreignRules(_ rows: [ForeignStates], _ reason: String) -> String {
    rows.flatMap { row in
        row.names.flatMap { name in
            row.after.map { "\(name)\(row.space)\($0)" } + row.before.map { "\($0)\(row.space)\(name)" }
        }
    }
    .flatMap(spellings)
    .map { "    reason \(reason): \($0)" }
    .joined(separator: "\n")
}

/// A phrase, and what servers make of it that write nothing but ASCII: `ungültig`, `ungueltig`, `ungultig`.
///
/// Other alphabets than Latin are written as they are.
func spellings(_ phrase: String) -> [String] {
    if phrase.utf8.allSatisfy({ $0 < 0x80 }) { return [phrase] }
    var result = [phrase]
    for other in [spelled(phrase, umlauts), spelled(phrase, [:])] {
        if let other, !result.contains(other) { result.append(other) }
    }
    return result
}

private func spelled(_ phrase: String, _ special: [Unicode.Scalar: String]) -> String? {
    var result = ""
    for scalar in phrase.unicodeScalars {
        if scalar.isASCII {
            result.unicodeScalars.append(scalar)
        } else {
            guard let letters = special[scalar] ?? plainLetters[scalar] else { return nil }
            result += letters
        }
    }
    return result
}

private let umlauts: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae",
]

private let plainLetters: [Unicode.Scalar: String] = {
    let groups = [
        "a": "àáâãäåāăą", "c": "çćč", "d": "ďđð", "e": "èéêëēėęě", "g": "ğģ", "i": "ìíîïīįı", "k": "ķ", "l": "ĺļľł",
        "n": "ñńņň", "o": "òóôõöøőơ", "r": "ŕř", "s": "śşšșß", "t": "ţťț", "u": "ùúûüūůűųư", "y": "ýÿ", "z": "źżž",
        "ae": "æ",
    ]
    var letters: [Unicode.Scalar: String] = [:]
    for (plain, marked) in groups {
        for scalar in marked.unicodeScalars { letters[scalar] = plain }
    }
    letters["ß"] = "ss"
    return letters
}()
