/// Percent-encoded parts of the URLs in the settings, RFC 3986 §2.1.
package enum PercentDecoding {
    package enum Malformed: Error { case lonePercent, notUTF8 }

    /// `%2F` becomes `/`; `+` is not a space.
    package static func text(_ encoded: some StringProtocol) throws(Malformed) -> String {
        var bytes: [UInt8] = []
        var rest = Array(encoded.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(ASCII.hexadecimalValue),
                let low = rest.popFirst().flatMap(ASCII.hexadecimalValue)
            else { throw .lonePercent }
            bytes.append(high << 4 | low)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        return decoded
    }
}
