import Core
import Crypto

/// Encrypts mails that were not understood, for the days in which an operator may read them.
///
/// AES-256-GCM with a random nonce; nonce, text and tag are one run of bytes. The key is derived from the address key
/// (``AddressHashKey/mailSecret``), which lives outside the database: a copy of the database alone cannot be read, and no
/// further secret can be lost.
package struct MailSeal: Sendable {
    /// The bytes are no mail that was encrypted with this key, or were changed.
    package struct Broken: Error, Equatable, CustomStringConvertible {
        package var description: String { "the stored mail cannot be decrypted with VEREDUS_ADDRESS_KEY" }
    }

    private static let nonceCount = 12
    private static let tagCount = 16

    private let key: SymmetricKey

    package init(_ identity: AddressHashKey) {
        key = SymmetricKey(data: identity.mailSecret)
    }

    package func seal(_ mail: [UInt8]) -> [UInt8] {
        // It throws for keys and nonces of other sizes only, and for a text of 64 GiB.
        guard let box = try? AES.GCM.seal(mail, using: key) else { return [] }
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    package func open(_ bytes: [UInt8]) throws(Broken) -> [UInt8] {
        guard bytes.count >= Self.nonceCount + Self.tagCount,
            let nonce = try? AES.GCM.Nonce(data: bytes.prefix(Self.nonceCount)),
            let box = try? AES.GCM.SealedBox(
                nonce: nonce,
                ciphertext: bytes.dropFirst(Self.nonceCount).dropLast(Self.tagCount),
                tag: bytes.suffix(Self.tagCount)
            ),
            let mail = try? AES.GCM.open(box, using: key)
        else { throw Broken() }
        return Array(mail)
    }
}

/// What tells one mail from another.
package enum MailHash {
    /// 32 bytes over the mail and the envelope's recipient, if it is known.
    package static func of(_ bytes: [UInt8], sentTo: [UInt8]?) -> [UInt8] {
        var hash = SHA256()
        // Its length first, so that no recipient and mail look like another pair of them.
        let recipient = ASCII.lowercased(sentTo ?? [])
        hash.update(data: [UInt8(truncatingIfNeeded: recipient.count)] + recipient)
        hash.update(data: bytes)
        return Array(hash.finalize())
    }
}
