import Crypto

/// 256 random bits that identify a session or a link, known only to its holder.
///
/// The database stores only the hash, which does not reveal the token.
package struct SecretToken: Sendable, Equatable {
    package static let byteCount = 32

    /// base64url, 43 characters.
    package let text: String
    /// SHA-256 of the bytes.
    package let hash: [UInt8]
    private let bytes: [UInt8]

    /// Draws a token; `random` must be a secure generator.
    package init(from random: inout some RandomNumberGenerator) {
        self.init(bytes: (0..<Self.byteCount).map { _ in UInt8.random(in: 0...UInt8.max, using: &random) })
    }

    /// - Returns: `nil` when the text is none that ``text`` could be.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 64, let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == Self.byteCount
        else {
            return nil
        }
        self.init(bytes: bytes)
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        hash = Array(SHA256.hash(data: bytes))
        text = Self.text(of: bytes)
    }

    /// Another secret for the same holder, which does not reveal this one: for the forms of a session.
    package func derived(_ purpose: String) -> String {
        Self.text(
            of: Array(HMAC<SHA256>.authenticationCode(for: Array(purpose.utf8), using: SymmetricKey(data: bytes)))
        )
    }

    private static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        Base64URL.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// Whether two texts are equal, in a time that depends only on their length.
package func isSameSecret(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
