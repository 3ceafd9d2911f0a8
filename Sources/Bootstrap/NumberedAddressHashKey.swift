import Core

/// The key that hashes addresses, with its number.
package struct NumberedAddressHashKey: Sendable {
    /// Stored beside each hash; `contacts.hash_key`, `suppressions.key_version`.
    package let number: Int16
    package let identity: AddressHashKey

    /// Reads VEREDUS_ADDRESS_KEY; `nil` after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        let before = reader.problems.count
        let key = KeySettings.addressKey(reading: &reader)
        guard reader.problems.count == before else { return nil }
        do throws(KeyRing.Invalid) {
            identity = try AddressHashKey(secret: key.bytes)
            number = Int16(key.number)
        } catch {
            reader.report(.addressKey, error.description)
            return nil
        }
    }
}
