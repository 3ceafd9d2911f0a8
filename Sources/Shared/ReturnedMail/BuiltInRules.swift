/// The built-in rules, in the format of ``RuleBook``.
///
/// The order counts: problems of the sender, one provider's meaning of a code, then unambiguous words, then codes, then
/// vaguer words, and last vaguer codes. The rest is unknown, and soft.
package let builtInRules = [
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
]
.joined(separator: "\n")
