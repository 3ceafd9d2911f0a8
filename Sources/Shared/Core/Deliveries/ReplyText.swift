/// A reply's text as it is stored and shown: printable, short, without the recipient's address.
///
/// - Parameters:
///   - raw: Whatever the server sent.
///   - recipient: The address that is replaced by `<recipient>` wherever it stands, in any case, with its angle
///     brackets if it has them.
/// - Returns: At most 500 bytes of printable ASCII; `?` stands for what is not.
package func presentableText(_ raw: [UInt8], hiding recipient: [UInt8]) -> String {
    let limit = 500
    let placeholder: StaticString = "<recipient>"
    var text: [UInt8] = []
    text.reserveCapacity(min(raw.count, limit) + placeholder.utf8CodeUnitCount)
    var index = 0
    while index < raw.count, text.count < limit {
        if !recipient.isEmpty, matches(recipient, in: raw, at: index) {
            index += recipient.count
            if text.last == UInt8(ascii: "<") {
                text.removeLast()
                if index < raw.count, raw[index] == UInt8(ascii: ">") { index += 1 }
            }
            placeholder.withUTF8Buffer { text.append(contentsOf: $0) }
        } else {
            let byte = raw[index]
            text.append((0x20...0x7E).contains(byte) ? byte : UInt8(ascii: "?"))
            index += 1
        }
    }
    return String(decoding: text.prefix(limit), as: UTF8.self)
}

private func matches(_ needle: [UInt8], in bytes: [UInt8], at start: Int) -> Bool {
    guard start + needle.count <= bytes.count else { return false }
    for offset in needle.indices where lowercased(bytes[start + offset]) != lowercased(needle[offset]) {
        return false
    }
    return true
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
