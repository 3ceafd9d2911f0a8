/// A message as it goes out after DATA: dots at line starts doubled, and the final dot behind it.
///
/// It refuses messages that another server could read as two (SMTP smuggling): the only line end is CRLF, and neither
/// CR, LF nor NUL stands anywhere else. RFC 5321 §2.3.8, §4.5.2, §4.5.3.1.6.
package struct WireContent {
    private let content: [UInt8]
    /// Where the lines begin that begin with a dot.
    private var dots: [Int] = []
    /// Whether there is an octet above 127.
    package private(set) var hasHighOctets = false

    /// Reads a message once, its dots not stuffed.
    ///
    /// - Throws: The first fault of the message.
    package init(_ content: [UInt8]) throws(MessageFault) {
        self.content = content
        if let fault = content.withUnsafeBytes({ read($0) }) { throw fault }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> MessageFault? {
        guard !bytes.isEmpty else { return .noContent }
        var lineStart = 0
        var place = 0
        while true {
            place = bytes.indexOfUnusual(from: place)
            guard place < bytes.count else { return lineStart == bytes.count ? nil : .unendedLine }
            switch bytes[place] {
            case 0x0D:
                guard place + 1 < bytes.count, bytes[place + 1] == 0x0A else { return .bareCarriageReturn }
                guard place - lineStart <= 998 else { return .lineTooLong }
                if bytes[lineStart] == UInt8(ascii: ".") { dots.append(lineStart) }
                place += 2
                lineStart = place
            case 0x0A: return .bareLineFeed
            case 0: return .containsNUL
            case 0x80...:
                hasHighOctets = true
                place += 1
            default: place += 1
            }
        }
    }

    package func append(to output: inout [UInt8]) {
        output.reserveCapacity(output.count + content.count + dots.count + 3)
        content.withUnsafeBytes { bytes in
            var copied = 0
            for dot in dots {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied..<dot]))
                output.append(UInt8(ascii: "."))
                copied = dot
            }
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied...]))
        }
        output.append(UInt8(ascii: "."))
        output.append(0x0D)
        output.append(0x0A)
    }
}

extension UnsafeRawBufferPointer {
    /// The next control character or octet above 127, or the end.
    ///
    /// Eight bytes at a time: a byte below 32 borrows when 32 is taken from it, which sets its highest bit. The borrow may
    /// set that of bytes behind it as well, never of one before.
    fileprivate func indexOfUnusual(from start: Int) -> Int {
        var index = start
        while index + 8 <= count {
            let word = UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let unusual = (word &- 0x2020_2020_2020_2020 | word) & 0x8080_8080_8080_8080
            if unusual != 0 { return index + unusual.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < count, (0x20..<0x80).contains(self[index]) { index += 1 }
        return index
    }
}
