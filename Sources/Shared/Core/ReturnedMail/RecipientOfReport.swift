extension MailReport {
    /// What a delivery report says about the recipient that its signed return path names.
    ///
    /// The recipient's own line counts where there is one. Of several others (the address was an alias, or a list of
    /// theirs) the mildest counts: where one of them got the message, or may still get it, the address works.
    ///
    /// - Parameter address: The recipient's address; empty if it is no longer known.
    /// - Returns: `nil` if the report names no recipient.
    package func recipient(for address: String) -> ReportedRecipient? {
        let wanted = ASCII.lowercased(address.utf8)
        func isWanted(_ text: String?) -> Bool { text.map { ASCII.lowercased($0.utf8) == wanted } ?? false }
        if !wanted.isEmpty {
            if let own = recipients.first(where: { isWanted($0.original) || isWanted($0.address) }) { return own }
        }
        return recipients.min { $0.consequence.weight < $1.consequence.weight }
    }
}

extension BounceConsequence {
    fileprivate var weight: Int {
        switch self {
        case .nothing: 0
        case .block: 1
        case .soft: 2
        case .hard: 3
        }
    }
}

/// A server's text about a failed recipient, for storage: printable, short, without addresses and tokens.
package func bounceDetail(_ diagnostic: [UInt8]) -> String {
    var text = TokenBlanking.blanked(Array(diagnostic.prefix(4_096)))
    for found in AddressScanner.addresses(in: text, 0..<text.count).reversed() {
        text.replaceSubrange(found.range, with: "<address>".utf8)
    }
    return presentableText(text, hiding: [])
}
