/// The language of what we add to a letter; stored in the settings of a campaign's version.
package enum LetterLanguage: String, Sendable, CaseIterable {
    case en = "en"
    case de = "de"
    case es = "es"
    case fr = "fr"
}
