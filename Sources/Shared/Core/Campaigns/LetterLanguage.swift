/// The language of what we add to a letter.
package enum LetterLanguage: String, Sendable, CaseIterable {
    case en, de, es, fr
}
