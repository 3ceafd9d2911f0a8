/// A mail provider behind the SMTP route, as far as messages must know of it; VEREDUS_SMTP_PROVIDER.
///
/// Some replace the envelope's sender by their own, so that no signed return path comes back in what they tell. They give
/// back what a field of the message gave them: the signed unsubscribe address, which stands in the message anyway.
package enum RelayProvider: String, Sendable, CaseIterable {
    /// Keeps the return path: a relay of one's own, Amazon SES.
    case other
    case sendGrid = "sendgrid"
    case postmark

    /// The field of the message's header around the token.
    package var field: (before: [UInt8], after: [UInt8])? {
        switch self {
        case .other: nil
        case .sendGrid: (Array("X-SMTPAPI: {\"unique_args\":{\"veredus\":\"".utf8), Array("\"}}\r\n".utf8))
        case .postmark: (Array("X-PM-Metadata-veredus: ".utf8), Array("\r\n".utf8))
        }
    }
}
