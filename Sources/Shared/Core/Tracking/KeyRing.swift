/// One secret key of a ``KeyRing``.
package struct TokenKey: Sendable {
    package let id: UInt8
    package let secret: [UInt8]

    package init(id: UInt8, secret: [UInt8]) {
        self.id = id
        self.secret = secret
    }
}

/// A key's code of a fixed text: distinguishes keys and reveals nothing of them. Stored in the database.
package struct KeyCheck: Sendable, Equatable {
    package let number: Int16
    /// 32 bytes.
    package let value: [UInt8]

    init(_ key: TokenKey) {
        number = Int16(key.id)
        let root = KeyedHash(key: key.secret)
        // No token begins like this: each has its version first.
        value = KeyedHash(key: root.code(for: Array("veredus token check 1".utf8))).code(for: [])
    }
}

/// The keys that sign and verify tokens, and the one that never changes.
///
/// Several keys verify, one signs: a new key is added, then made the signing one, and the old one stays as long as
/// its links must work. Signing copies a keyed state, so that a token costs two blocks of SHA-256.
package struct KeyRing: Sendable {
    /// Why keys cannot be used.
    package enum Invalid: Error, Equatable, CustomStringConvertible {
        case shortSecret(id: String)
        case idTwice(UInt8)
        case noSigningKey(UInt8)

        package var description: String {
            switch self {
            case .shortSecret(let id): "key \(id) has fewer than 32 bytes; make one with 32 random bytes"
            case .idTwice(let id): "key id \(id) is repeated; give each key its own id"
            case .noSigningKey(let id): "there is no key \(id) to sign with; name the id of an existing key"
            }
        }
    }

    /// The token was not signed by one of these keys for this use. The exact reason is not reported.
    package struct NotOurs: Error, Equatable, CustomStringConvertible {
        package var description: String { "the token is not valid" }
    }

    /// Before the token in the local part of a return path, and of an unsubscribe address.
    package static let bouncePrefix = "b+"
    package static let mailUnsubscribePrefix = "u+"

    package let identity: AddressHashKey
    /// Of each token key, in the order in which they were given.
    package let checks: [KeyCheck]
    private let states: [KeyedHash?]
    private let signingState: KeyedHash
    package let signingID: UInt8

    /// Takes keys of at least 32 bytes; `signing` is the id of the one that signs.
    package init(keys: [TokenKey], signing: UInt8, identity: AddressHashKey) throws(Invalid) {
        var states = [KeyedHash?](repeating: nil, count: 256)
        for key in keys {
            guard key.secret.count >= 32 else { throw .shortSecret(id: String(key.id)) }
            guard states[Int(key.id)] == nil else { throw .idTwice(key.id) }
            states[Int(key.id)] = KeyedHash(key: key.secret)
        }
        guard let state = states[Int(signing)] else { throw .noSigningKey(signing) }
        self.states = states
        self.identity = identity
        checks = keys.map { KeyCheck($0) }
        signingState = state
        signingID = signing
    }

    /// Appends the signed token: base64url for URLs, base32 in lower case for addresses.
    package func append(_ token: TrackingToken, to buffer: inout [UInt8]) {
        var bytes = token.unsigned(keyID: signingID)
        signingState.sign(&bytes, codeCount: TrackingToken.codeCount)
        if token.use.isInAddress {
            Base32.append(bytes, to: &buffer)
        } else {
            Base64URL.append(bytes, to: &buffer)
        }
    }

    package func sign(_ token: TrackingToken) -> [UInt8] {
        var text: [UInt8] = []
        append(token, to: &text)
        return text
    }

    /// Verifies a returned token, for one use only.
    ///
    /// A token has only one valid text: no padding, no other alphabet, no stray bits; in addresses either case.
    package func verify(_ text: some Collection<UInt8>, as use: TokenUse) throws(NotOurs) -> TrackingToken {
        guard let (bytes, purpose) = Self.wellFormed(text, as: use), let state = states[Int(bytes[1])] else {
            throw NotOurs()
        }
        let signedCount = bytes.count - TrackingToken.codeCount
        var expected: [UInt8] = []
        state.appendCode(for: Array(bytes[..<signedCount]), count: TrackingToken.codeCount, to: &expected)
        guard Self.isSame(expected, bytes[signedCount...]) else { throw NotOurs() }
        return TrackingToken(purpose, payload: bytes[TrackingToken.headerCount..<signedCount])
    }

    /// The number of the key that a text of a token's form names, whether or not that key signed it.
    package func claimedKey(of text: some Collection<UInt8>, as use: TokenUse) -> UInt8? {
        Self.wellFormed(text, as: use)?.bytes[1]
    }

    package func has(key id: UInt8) -> Bool { states[Int(id)] != nil }

    private static func wellFormed(
        _ text: some Collection<UInt8>,
        as use: TokenUse
    ) -> (bytes: [UInt8], purpose: TokenPurpose)? {
        guard text.count <= 64, let bytes = use.isInAddress ? Base32.decode(text) : Base64URL.decode(text),
            bytes.count > TrackingToken.headerCount, bytes[0] == TrackingToken.version,
            let purpose = TokenPurpose(rawValue: bytes[2]), purpose.use == use,
            bytes.count == TrackingToken.headerCount + purpose.payloadCount + TrackingToken.codeCount
        else { return nil }
        return (bytes, purpose)
    }

    /// Verifies the local part of an address that received a bounce or an unsubscribe mail.
    package func verify(localPart: some Collection<UInt8>) throws(NotOurs) -> TrackingToken {
        let prefix = ASCII.lowercased(localPart.prefix(2))
        let token = localPart.dropFirst(2)
        if prefix.elementsEqual(Self.bouncePrefix.utf8) { return try verify(token, as: .bounce) }
        if prefix.elementsEqual(Self.mailUnsubscribePrefix.utf8) { return try verify(token, as: .mailUnsubscribe) }
        throw NotOurs()
    }

    /// Compares in constant time, wherever the first difference is.
    private static func isSame(_ left: [UInt8], _ right: ArraySlice<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        var difference: UInt8 = 0
        for (leftByte, rightByte) in zip(left, right) { difference |= leftByte ^ rightByte }
        return difference == 0
    }
}

/// The key that is never rotated, for address hashes and Message-IDs. Kept outside the database.
package struct AddressHashKey: Sendable {
    private let addresses: KeyedHash
    private let messages: KeyedHash
    private let check: KeyedHash
    private let mails: KeyedHash

    /// Takes a secret of at least 32 bytes.
    package init(secret: [UInt8]) throws(KeyRing.Invalid) {
        guard secret.count >= 32 else { throw .shortSecret(id: "identity") }
        let root = KeyedHash(key: secret)
        func derived(_ name: String) -> KeyedHash { KeyedHash(key: root.code(for: Array(name.utf8))) }
        addresses = derived("veredus address hash 1")
        messages = derived("veredus message id 1")
        check = derived("veredus check value 1")
        mails = derived("veredus inbound mail 1")
    }

    /// The hash that a suppression stores: HMAC-SHA-256 over ``EmailAddress/key``, 32 bytes.
    package func addressHash(_ address: EmailAddress) -> [UInt8] { addressHash(key: address.key) }

    /// The same over a stored normalised address.
    package func addressHash(key: [UInt8]) -> [UInt8] { addresses.code(for: key) }

    /// Stored in the database, so that a program with another key refuses to send: 32 bytes that reveal nothing.
    package var checkValue: [UInt8] { check.code(for: []) }

    /// The key of ``MailSeal``, 32 bytes.
    package var mailSecret: [UInt8] { mails.code(for: []) }

    /// Appends the part before the `@` of a Message-ID: the same for every attempt, and not guessable.
    package func appendMessageID(_ key: DeliveryKey, to buffer: inout [UInt8]) {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: key.campaign)
        bytes.append(bigEndian: key.seq)
        var code: [UInt8] = []
        messages.appendCode(for: bytes, count: TrackingToken.codeCount, to: &code)
        Base32.append(code, to: &buffer)
    }

    /// The Message-ID of a message without its angle brackets, to look up returned mail.
    package func messageID(_ key: DeliveryKey, domain: String) -> String {
        var bytes: [UInt8] = []
        appendMessageID(key, to: &bytes)
        return String(decoding: bytes, as: UTF8.self) + "@" + domain
    }
}
