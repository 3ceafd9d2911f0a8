/// A secret key, and the number by which tokens and hashes name it.
package struct NumberedKey: Sendable, Equatable {
    /// From 1 to 255.
    package let number: UInt8
    /// 32 bytes.
    package let bytes: [UInt8]

    package init(number: UInt8, bytes: [UInt8]) {
        self.number = number
        self.bytes = bytes
    }
}

/// The keys kept outside the database.
package struct KeySettings: Sendable, Equatable {
    /// Sign the tokens in messages: the first signs, all of them verify.
    package let tokenKeys: [NumberedKey]
    /// Hashes the addresses that outlive their contacts.
    package let addressKey: NumberedKey

    private static let form =
        "a number from 1 to 255, a colon and 64 hexadecimal digits (make them with: openssl rand -hex 32)"

    package init(reading reader: inout SettingsReader) {
        addressKey = Self.addressKey(reading: &reader)
        var keys: [NumberedKey] = []
        if let text = reader.requiredSecret(
            .tokenKeys,
            file: .tokenKeysFile,
            form: "\(Self.form), several separated by commas"
        ) {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            keys = parts.compactMap { Self.key($0) }
            if keys.count != parts.count {
                reader.report(.tokenKeys, "must be \(Self.form), several separated by commas")
            } else if Set(keys.map(\.number)).count != keys.count {
                reader.report(.tokenKeys, "names two keys by the same number")
            }
        }
        tokenKeys = keys
    }

    /// The address key alone, for a program that signs nothing.
    package static func addressKey(reading reader: inout SettingsReader) -> NumberedKey {
        let missing = NumberedKey(number: 0, bytes: [])
        guard let text = reader.requiredSecret(.addressKey, file: .addressKeyFile, form: form) else { return missing }
        guard let key = key(text[...]) else {
            reader.report(.addressKey, "must be \(form)")
            return missing
        }
        return key
    }

    private static func key(_ text: Substring) -> NumberedKey? {
        let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].count == 64 else { return nil }
        guard let number = UInt8(String(parts[0]) ?? ""), number > 0 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in parts[1] {
            guard let value = nibble(digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return NumberedKey(number: number, bytes: bytes)
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension SettingsReader {
    /// A required secret, given directly or in a file.
    fileprivate mutating func requiredSecret(_ name: SettingName, file: SettingName, form: String) -> String? {
        let before = problems.count
        if let secret = secret(name, file: file) { return secret }
        if problems.count == before { report(name, "is not set; set it, or \(file.rawValue), to \(form)") }
        return nil
    }
}
