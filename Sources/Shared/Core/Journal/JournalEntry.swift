import Crypto

/// A right to mail somebody, as the journal names it: by what no restore changes.
///
/// Account and list are UUIDs, which stay with them from their creation; a number may be given to another one after a
/// restore. No address: its keyed hash, and the number of the key.
package struct MailRight: Hashable, Sendable {
    /// What the change was of; `mail_rights.kind`.
    package enum Kind: Int16, Sendable, CaseIterable {
        case suppression = 0
        case membership = 1
        case serviceBlock = 2
    }

    package let kind: Kind
    /// 36 characters; `nil` for the whole service.
    package let account: String?
    package let hashKey: Int16
    /// 32 bytes.
    package let addressHash: [UInt8]
    /// `suppressions.scope`.
    package let scope: Int16
    /// 36 characters; `nil` where it is about no list.
    package let list: String?
    /// `suppressions.reason`.
    package let reason: Int16

    package init(
        kind: Kind,
        account: String?,
        hashKey: Int16,
        addressHash: [UInt8],
        scope: Int16,
        list: String?,
        reason: Int16
    ) {
        self.kind = kind
        self.account = account
        self.hashKey = hashKey
        self.addressHash = addressHash
        self.scope = scope
        self.list = list
        self.reason = reason
    }

    /// Stands for the right where many are kept in memory.
    package struct Digest: Hashable, Sendable {
        let high: UInt64
        let low: UInt64
    }

    package var digest: Digest {
        var text = "\(kind.rawValue) \(account ?? "-") \(hashKey) \(scope) \(list ?? "-") \(reason) "
        text.reserveCapacity(160)
        let hash = SHA256.hash(data: Array(text.utf8) + addressHash)
        return hash.withUnsafeBytes { bytes in
            Digest(
                high: bytes.loadUnaligned(as: UInt64.self),
                low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
            )
        }
    }
}

/// When a right changed: the database's journal generation, then the number that it drew for the change. No clock.
package struct RightStamp: Hashable, Comparable, Sendable {
    package let generation: Int64
    package let event: Int64

    package init(generation: Int64, event: Int64) {
        self.generation = generation
        self.event = event
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.generation, left.event) < (right.generation, right.event)
    }
}

/// One change of a right to mail.
package struct JournalEntry: Equatable, Sendable {
    package let right: MailRight
    package let stamp: RightStamp
    /// Whether the right was taken away; otherwise it was given back.
    package let isWithheld: Bool
    /// The first 8 bytes of what the address key makes of a fixed text, in hexadecimal: tells the key apart from another
    /// one of the same number. Empty where the database had noted none.
    package let keyCheck: String

    package init(right: MailRight, stamp: RightStamp, isWithheld: Bool, keyCheck: String) {
        self.right = right
        self.stamp = stamp
        self.isWithheld = isWithheld
        self.keyCheck = keyCheck
    }
}
