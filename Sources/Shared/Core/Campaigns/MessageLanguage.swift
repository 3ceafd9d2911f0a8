/// The language of the text that Veredus adds to a message; stored in the settings of a campaign's version.
package enum MessageLanguage: String, WireNamed {
    case en = "en"
    case de = "de"
    case es = "es"
    case fr = "fr"
}
