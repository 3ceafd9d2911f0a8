/// base64url without padding (RFC 4648 §5), for tokens in URLs.
enum Base64URL {
    private static var alphabet: StaticString { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" }

    /// The length of the text for a number of bytes.
    static func encodedCount(_ bytes: Int) -> Int { (bytes * 4 + 2) / 3 }

    static func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        BitWriter.append(bytes, bitsPerCharacter: 6, alphabet, to: &buffer)
    }

    /// The bytes, if the text is exactly what ``append(_:to:)`` writes for them.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        BitReader.decode(text, bitsPerCharacter: 6) { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "-"): 62
            case UInt8(ascii: "_"): 63
            default: nil
            }
        }
    }
}

/// base32 without padding (RFC 4648 §6) in lower case, for tokens in mail addresses: some servers change the case of
/// local parts, so that either case is accepted.
enum Base32 {
    private static var alphabet: StaticString { "abcdefghijklmnopqrstuvwxyz234567" }

    static func append(_ bytes: [UInt8], to buffer: inout [UInt8]) {
        BitWriter.append(bytes, bitsPerCharacter: 5, alphabet, to: &buffer)
    }

    /// The bytes, if the text is, except for its case, what ``append(_:to:)`` writes for them.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        BitReader.decode(text, bitsPerCharacter: 5) { byte in
            let byte = ASCII.lowercased(byte)
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): return byte - UInt8(ascii: "a")
            case UInt8(ascii: "2")...UInt8(ascii: "7"): return byte - UInt8(ascii: "2") + 26
            default: return nil
            }
        }
    }
}

private enum BitWriter {
    /// Fills the last character up with bits that are 0.
    @inline(__always)
    static func append(
        _ bytes: [UInt8],
        bitsPerCharacter: Int,
        _ alphabet: StaticString,
        to buffer: inout [UInt8]
    ) {
        let width = UInt32(truncatingIfNeeded: bitsPerCharacter)
        let mask = UInt32(1) &<< width &- 1
        let characters = alphabet.utf8Start
        withUnsafeTemporaryAllocation(
            of: UInt8.self,
            capacity: (bytes.count * 8 + bitsPerCharacter - 1) / bitsPerCharacter
        ) { text in
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            var place = 0
            for byte in bytes {
                bits = bits &<< 8 | UInt32(byte)
                bitCount &+= 8
                while bitCount >= width {
                    bitCount &-= width
                    text[place] = characters[Int(bits &>> bitCount & mask)]
                    place &+= 1
                }
            }
            if bitCount > 0 { text[place] = characters[Int(bits &<< (width &- bitCount) & mask)] }
            buffer.append(contentsOf: UnsafeBufferPointer(text))
        }
    }
}

private enum BitReader {
    /// Refuses characters outside the alphabet, a character too many, and bits at the end that are not 0.
    static func decode(
        _ text: some Collection<UInt8>,
        bitsPerCharacter: UInt32,
        value: (UInt8) -> UInt8?
    ) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(text.count * Int(bitsPerCharacter) / 8)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for byte in text {
            guard let value = value(byte) else { return nil }
            bits = (bits << bitsPerCharacter | UInt32(value)) & 0xFFFF
            bitCount += bitsPerCharacter
            if bitCount >= 8 {
                bitCount -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> bitCount))
            }
        }
        guard bitCount < bitsPerCharacter, bits & (1 << bitCount - 1) == 0 else { return nil }
        return result
    }
}
