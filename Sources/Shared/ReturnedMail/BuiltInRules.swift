/// The rules that are part of the program, in the form that ``RuleBook`` describes.
///
/// The order counts: what is wrong with us, what only one provider means by a code, then words that say one thing, then
/// codes, then words that say less, at last codes that say less. Nothing is said of the rest: it is unknown, and soft.
package let builtInRules = [
    builtInReplyRules, builtInSenderRules, builtInBlockRules, builtInProviderRules, builtInMailboxRules,
    builtInClosedRules, builtInWesternRules, builtInEasternRules, builtInSoutheasternRules, builtInAsianRules,
    builtInSouthernRules, builtInDomainRules,
    builtInRefusalRules, builtInNoticeRules, builtInKindRules,
]
.joined(separator: "\n")
