#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Appends a message in the form for DATA: dots at line starts doubled, and the final dot.
///
/// It also refuses messages that another server could read as two (SMTP smuggling): the only line end is CRLF, and
/// neither CR, LF nor NUL stands anywhere else. RFC 5321 §2.3.8, §4.5.2, §4.5.3.1.6.
///
/// - Parameters:
///   - content: The message, its dots not stuffed.
///   - output: Where it goes; of no use after a throw.
/// - Throws: The fault of the message.
package func appendWireContent(_ content: [UInt8], to output: inout [UInt8]) throws(MessageFault) {
    if let fault = content.withUnsafeBytes({ appendLines($0, to: &output) }) { throw fault }
}

private func appendLines(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) -> MessageFault? {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return .noContent }
    guard memchr(base, 0, bytes.count) == nil else { return .containsNUL }
    output.reserveCapacity(output.count + bytes.count + 64)
    var lineStart = 0
    var copied = 0
    while lineStart < bytes.count {
        guard let feed = memchr(base + lineStart, 0x0A, bytes.count - lineStart) else {
            let rest = bytes[lineStart...]
            return rest.contains(0x0D) ? .bareCarriageReturn : .unendedLine
        }
        let lineEnd = UnsafeRawPointer(feed) - base - 1
        guard lineEnd >= lineStart, bytes[lineEnd] == 0x0D else { return .bareLineFeed }
        guard memchr(base + lineStart, 0x0D, lineEnd - lineStart) == nil else { return .bareCarriageReturn }
        guard lineEnd - lineStart <= 998 else { return .lineTooLong }
        if bytes[lineStart] == UInt8(ascii: ".") {
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied..<lineStart]))
            output.append(UInt8(ascii: "."))
            copied = lineStart
        }
        lineStart = lineEnd + 2
    }
    output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[copied...]))
    output.append(UInt8(ascii: "."))
    output.append(0x0D)
    output.append(0x0A)
    return nil
}

/// Whether there is an octet above 127.
package func hasHighOctets(_ content: [UInt8]) -> Bool {
    content.withUnsafeBytes { hasHighOctets($0) }
}

private func hasHighOctets(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var union: UInt64 = 0
    var index = 0
    while index + 8 <= bytes.count {
        union |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        index += 8
    }
    while index < bytes.count {
        union |= UInt64(bytes[index])
        index += 1
    }
    return union & 0x8080_8080_8080_8080 != 0
}
