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
private func onceEach(_ texts: [String]) -> String {
    var known: Set<Substring> = []
    var lines: [Substring] = []
    for line in texts.lazy.flatMap({ $0.split(separator: "\n", omittingEmptySubsequences: false) }) {
        let rule = line.drop { $0 == " " }
        if rule.isEmpty || rule.first == "#" || known.insert(rule).inserted { lines.append(rule) }
    }
    return lines.joined(separator: "\n")
}
