import Core

/// Key rings for tests.
package enum TestKeys {
    package static let first = [UInt8](repeating: 1, count: 32)
    package static let second = [UInt8](repeating: 2, count: 32)

    package static func ring(_ keys: [TokenKey] = [TokenKey(id: 7, secret: first)], signing: UInt8 = 7) throws
        -> KeyRing
    {
        try KeyRing(keys: keys, signing: signing, identity: AddressHashKey(secret: [UInt8](repeating: 9, count: 32)))
    }
}
