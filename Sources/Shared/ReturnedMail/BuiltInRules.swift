/// The built-in rules, in the format of ``RuleBook``.
///
/// The order counts: problems of the sender, one provider's meaning of a code, then unambiguous words, then codes, then
/// vaguer words, and last vaguer codes. The rest is unknown, and soft.
package let builtInRules = onceEach([
    builtInReplyRules, builtInTransportRules, builtInSenderRules, builtInForeignSenderRules, builtInRateRules,
    builtInBlockListRules, builtInBlockRules,
    builtInForeignBlockRules, builtInProviderRules, builtInForeignFullRules,
    builtInMailboxRules,
    builtInStateRules, builtInClosedRules, builtInForeignStateRules, builtInWesternRules, builtInEasternRules,
    builtInSoutheasternRules,
    builtInAsianRules,
    builtInSouthernRules, builtInDomainRules,
    builtInContentRules, builtInRefusalRules, builtInForeignLateRules, builtInNoticeRules, builtInForeignNoticeRules,
    builtInKindRules,
])

/// Each rule where it stands first: tables of names and states have some in common, and the first one counts.
///
/// Works on bytes: this is done at each start, and thousands of lines as strings took longer than building the book.
private func onceEach(_ texts: [String]) -> String {
    var known: Set<Line> = []
    known.reserveCapacity(texts.reduce(0) { $0 + $1.utf8.count } / 40)
    var result: [UInt8] = []
    for text in texts {
        for line in Array(text.utf8).split(separator: newline, omittingEmptySubsequences: false) {
            let rule = line.drop { $0 == UInt8(ascii: " ") }
            guard rule.isEmpty || rule.first == UInt8(ascii: "#") || known.insert(Line(bytes: rule)).inserted else {
                continue
            }
            if !result.isEmpty { result.append(newline) }
            result += rule
        }
    }
    return String(decoding: result, as: UTF8.self)
}

private let newline = UInt8(ascii: "\n")

/// Hashed as a whole, not byte by byte.
private struct Line: Hashable {
    let bytes: ArraySlice<UInt8>

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
}
