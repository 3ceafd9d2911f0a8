/// A mail provider behind the SMTP route, as far as it affects messages; VEREDUS_SMTP_PROVIDER.
///
/// Some replace the envelope sender, so that their reports lack the signed return path. But they return the contents of
/// one header field: the signed unsubscribe address, which is in the message anyway.
package enum RelayProvider: String, Sendable, CaseIterable {
    /// Keeps the return path, like the operator's own relay or Amazon SES.
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
