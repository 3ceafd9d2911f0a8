/// How a body is written, RFC 2045 §6.
package enum TransferEncoding: Sendable {
    /// 7bit, 8bit, binary, or an unknown one.
    case none
    case base64
    case quotedPrintable

    /// Reads the value of Content-Transfer-Encoding.
    package init(_ value: [UInt8]) {
        let word = ASCII.lowercased(value.prefix { !ASCII.isSpace($0) && $0 != UInt8(ascii: ";") })
        if word.elementsEqual("base64".utf8) {
            self = .base64
        } else if word.elementsEqual("quoted-printable".utf8) {
            self = .quotedPrintable
        } else {
            self = .none
        }
    }

    /// At most `limit` bytes; invalid input is kept as it is, or skipped.
    package func decode(_ text: ArraySlice<UInt8>, limit: Int) -> [UInt8] {
        switch self {
        case .none: Array(text.prefix(limit))
        case .base64: Self.base64(text, limit: limit)
        case .quotedPrintable: Self.quotedPrintable(text, isHeader: false, limit: limit)
        }
    }

    /// Characters outside the alphabet are skipped; padding ends a group, and what follows begins a new one.
    package static func base64(_ text: ArraySlice<UInt8>, limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(limit, text.count / 4 * 3 + 3))
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - UInt8(ascii: "A")
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - UInt8(ascii: "a") + 26
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - UInt8(ascii: "0") + 52
            case UInt8(ascii: "+"), UInt8(ascii: "-"): value = 62
            case UInt8(ascii: "/"), UInt8(ascii: "_"): value = 63
            case UInt8(ascii: "="):
                count = 0
                continue
            default: continue
            }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                guard result.count < limit else { break }
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    /// RFC 2045 §6.7, and the Q encoding of RFC 2047, where `_` is a space. An `=` without two digits stays.
    package static func quotedPrintable(_ text: ArraySlice<UInt8>, isHeader: Bool, limit: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(limit, text.count))
        var index = text.startIndex
        while index < text.endIndex, result.count < limit {
            let byte = text[index]
            index += 1
            if isHeader, byte == UInt8(ascii: "_") {
                result.append(UInt8(ascii: " "))
                continue
            }
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            if index + 1 < text.endIndex, let high = ASCII.hexadecimalValue(text[index]),
                let low = ASCII.hexadecimalValue(text[index + 1])
            {
                result.append(high << 4 | low)
                index += 2
                continue
            }
            // A soft line break, with blanks that a gateway may have left before it.
            var next = index
            while next < text.endIndex, next - index < 80, ASCII.isBlank(text[next]) || text[next] == 0x0D { next += 1 }
            if next == text.endIndex || text[next] == 0x0A {
                index = min(next + 1, text.endIndex)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
