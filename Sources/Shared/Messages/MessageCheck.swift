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

/// Renders as for sending, but leaves missing fields empty and names them all.
///
/// Meant for thousands of recipients: it signs once for all of them, and uses one buffer.
package struct MessageChecker {
    private let template: MessageTemplate
    private let keys: KeyRing
    private let limitBytes: Int
    private var tokens: MessageTokens?
    private var message: [UInt8] = []

    package init(
        _ template: MessageTemplate,
        keys: KeyRing,
        limitBytes: Int = MessageTemplate.defaultLimitBytes
    ) {
        self.template = template
        self.keys = keys
        self.limitBytes = limitBytes
    }

    /// - Throws: Every ``RenderError`` but a missing field.
    package mutating func check(_ recipient: RecipientFacts) throws(RenderError) -> MessageCheck {
        var found = MessageTemplate.Collected()
        let tokens = tokens(of: recipient)
        let layout = try template.render(recipient, keys, tokens, &message, limitBytes, .collect, &found)
        return MessageCheck(
            sizeBytes: message.count,
            textBytes: layout.text.count,
            htmlBytes: layout.html.count,
            longestLine: longestLine,
            missingFields: found.missing.sorted(),
            urlNotes: found.urlNotes
        )
    }

    private mutating func tokens(of recipient: RecipientFacts) -> MessageTokens {
        if let tokens { return tokens }
        var random = SystemRandomNumberGenerator()
        let drawn = template.tokens(for: recipient, keys: keys, random: &random)
        tokens = drawn
        return drawn
    }

    private var longestLine: Int {
        var longest = 0
        var start = 0
        while let feed = message.firstIndex(of: 0x0A, in: start..<message.count) {
            longest = max(longest, feed - 1 - start)
            start = feed + 1
        }
        return longest
    }
}
