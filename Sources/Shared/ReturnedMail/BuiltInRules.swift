/// The built-in rules, in the format of ``RuleBook``.
///
/// The order counts: problems of the sender, one provider's meaning of a code, then unambiguous words, then codes, then
/// vaguer words, and last vaguer codes. The rest is unknown, and soft.
package let builtInRules = [
    builtInReplyRules, builtInSenderRules, builtInForeignSenderRules, builtInRateRules, builtInBlockRules,
    builtInProviderRules,
    builtInMailboxRules,
    builtInStateRules, builtInClosedRules, builtInForeignStateRules, builtInWesternRules, builtInEasternRules,
    builtInSoutheasternRules,
    builtInAsianRules,
    builtInSouthernRules, builtInDomainRules,
    builtInContentRules, builtInRefusalRules, builtInNoticeRules, builtInKindRules,
]
.joined(separator: "\n")
