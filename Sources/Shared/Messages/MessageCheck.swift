import Core
import Templates

/// What a dry run of a message found out: for `campaign check`, before anything is sent.
package struct MessageCheck: Sendable, Equatable {
    /// Of the whole message.
    package let sizeBytes: Int
    /// Of the encoded parts.
    package let textBytes: Int
    package let htmlBytes: Int
    /// Octets in the longest line, without its line end.
    package let longestLine: Int
    /// Fields that the contact does not have and that have no default, in order; each would stop the message.
    package let missingFields: [String]
    /// Values in URLs that may not be meant so.
    package let urlNotes: Set<URLNote>
}

extension MessageTemplate {
    /// Renders as for sending, but leaves missing fields empty and names them all.
    ///
    /// - Throws: Every ``RenderError`` but a missing field.
    package func check(
        _ recipient: RecipientFacts,
        keys: KeyRing,
        random: inout some RandomNumberGenerator,
        limitBytes: Int = MessageTemplate.defaultLimitBytes
    ) throws(RenderError) -> MessageCheck {
        var message: [UInt8] = []
        var found = Collected()
        let layout = try render(recipient, keys, &random, &message, limitBytes, .collect, &found)
        var longest = 0
        var lineStart = 0
        for (index, byte) in message.enumerated() where byte == 0x0A {
            longest = max(longest, index - 1 - lineStart)
            lineStart = index + 1
        }
        return MessageCheck(
            sizeBytes: message.count,
            textBytes: layout.text.count,
            htmlBytes: layout.html.count,
            longestLine: longest,
            missingFields: found.missing.sorted(),
            urlNotes: found.urlNotes
        )
    }
}
