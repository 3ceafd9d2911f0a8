/// Tests of single bytes that several parsers share.
///
/// Without `@usableFromInline` on the type other modules would call what is `@inlinable` in it.
@usableFromInline package enum ASCII {
    @inlinable package static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26
    }
    @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
    @inlinable package static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || isDigit(byte)
    }
    @inlinable package static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    /// HTML's ASCII whitespace.
    @inlinable package static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte >= 0x09 && byte <= 0x0D && byte != 0x0B)
    }
    @inlinable package static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
    @inlinable package static func lowercased(_ byte: UInt8) -> UInt8 {
        byte &- UInt8(ascii: "A") < 26 ? byte | 0x20 : byte
    }

    @inlinable package static func lowercased(_ bytes: some Sequence<UInt8>) -> [UInt8] { bytes.map { lowercased($0) } }

    /// Concrete forms of the usual cases, because other modules do not get the generic one specialised.
    package static func lowercased(_ bytes: [UInt8]) -> [UInt8] { bytes.map { lowercased($0) } }
    package static func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] { bytes.map { lowercased($0) } }

    /// The characters of an atom, RFC 5322 §3.2.3.
    @inlinable package static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        // All that is printable, but for the specials `()<>[]:;@\,."`.
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: isAlphanumeric(byte)
        }
    }

    @inlinable package static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte - UInt8(ascii: "0") }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : nil
    }

    /// The digit in upper case, as quoted-printable and percent-encoding require.
    @inlinable package static func hexadecimalDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }
}

/// Strict UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
@usableFromInline package enum UTF8Scalar {
    /// What some programs put before a text; no part of it.
    package static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// The length of the sequence at a place, 1 to 4 bytes; `nil` where it is not well formed.
    @inlinable package static func length(in bytes: [UInt8], at index: Int) -> Int? {
        let lead = bytes[index]
        guard lead >= 0x80 else { return 1 }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        guard lead >= 0xC2, lead <= 0xF4, index + length <= bytes.count else { return nil }
        let second = bytes[index + 1]
        let range: ClosedRange<UInt8> =
            switch lead {
            case 0xE0: 0xA0...0xBF
            case 0xED: 0x80...0x9F
            case 0xF0: 0x90...0xBF
            case 0xF4: 0x80...0x8F
            default: 0x80...0xBF
            }
        guard range.contains(second) else { return nil }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return nil }
        return length
    }

    @inlinable package static func isValid(_ bytes: [UInt8]) -> Bool {
        var index = 0
        while index < bytes.count {
            guard let length = length(in: bytes, at: index) else { return false }
            index += length
        }
        return true
    }
}

extension [UInt8] {
    /// Whether it contains `needle`, which is not empty.
    package func containsBytes(_ needle: [UInt8]) -> Bool {
        guard let first = needle.first, count >= needle.count else { return false }
        for start in 0...(count - needle.count) where self[start] == first {
            if self[start...].starts(with: needle) { return true }
        }
        return false
    }
}
