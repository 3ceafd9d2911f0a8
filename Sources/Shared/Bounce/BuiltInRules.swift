/// The rules that are part of the program, in the form that ``RuleBook`` describes.
///
/// The order counts: what only one provider means by a code, then words that say one thing, then codes, then words
/// that say less, at last codes that say less.
package let builtInRules = [builtInMailboxRules, builtInRefusalRules, builtInNoticeRules, builtInKindRules]
    .joined(separator: "\n")
