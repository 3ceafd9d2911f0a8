import Crypto

/// The scopes of an API key.
package enum APIScope: String, WireNamed {
    /// Campaigns with their reports, and dead letters; no addresses.
    case readCampaigns = "campaigns:read"
    case writeCampaigns = "campaigns:write"
    /// Start, pause, resume, cancel.
    case sendCampaigns = "campaigns:send"
    case readContacts = "contacts:read"
    case writeContacts = "contacts:write"
    case readSuppressions = "suppressions:read"
    case writeSuppressions = "suppressions:write"
}

/// An API key: `vrd_`, eight public digits, `_` and a secret of 192 bits.
package struct APIKey: Sendable {
    package let text: String

    private static let mark = "vrd_"
    private static let prefixCount = 12
    private static let count = prefixCount + 1 + 48

    /// Creates a new one.
    package init(using random: inout some RandomNumberGenerator) {
        func digits(_ bytes: Int) -> String {
            (0..<bytes).map { _ in
                let byte = UInt8.random(in: 0...255, using: &random)
                return (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        text = "\(Self.mark)\(digits(4))_\(digits(24))"
    }

    /// Reads a key; `nil` if it is malformed.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.count, bytes.starts(with: Self.mark.utf8),
            bytes[Self.prefixCount] == UInt8(ascii: "_")
        else { return nil }
        let digits = bytes[Self.mark.utf8.count..<Self.prefixCount] + bytes[(Self.prefixCount + 1)...]
        guard digits.allSatisfy({ ASCII.hexadecimalValue($0) != nil && $0 == ASCII.lowercased($0) }) else { return nil }
        self.text = text
    }

    /// The public prefix, stored and shown to identify it.
    package var prefix: String { String(text.prefix(Self.prefixCount)) }

    /// SHA-256 of the whole key: its secret is random, so that no salt and no slow hash is needed.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
