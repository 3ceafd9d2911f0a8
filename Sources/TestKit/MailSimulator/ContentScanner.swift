import Glibc
import NIOCore

/// Finds the end of a message's content and inspects it on the way, octet by octet and without a copy.
///
/// The content ends at CRLF, dot, CRLF and nowhere else: a server that also takes LF, dot, LF can be made to see two
/// messages where the sender saw one. A bare LF or CR is counted and stays part of its line.
struct ContentScanner {
    /// Octets of the message: dots unstuffed, without the final dot.
    private(set) var sizeBytes = 0
    /// Octets as received, with the final dot.
    private(set) var receivedBytes = 0
    private(set) var bareLFs = 0
    private(set) var bareCRs = 0
    private(set) var longLines = 0
    private(set) var stuffedDots = 0
    private(set) var has8BitOctets = false
    /// The value of the first Message-ID field, angle brackets included.
    private(set) var messageID: String?
    private(set) var kept: ByteBuffer?
    /// Octets of the current line that were taken before it was complete, or that end in a bare LF.
    private var takenOfLine = 0
    private var isInHeader = true
    private var expectsMessageID = false
    private let looksFor8Bit: Bool

    /// RFC 5321 §4.5.3.1.6, with the CRLF, without a stuffed dot.
    static let lineLimitBytes = 1000

    init(keeping: Bool, lookingFor8Bit: Bool) {
        kept = keeping ? ByteBuffer() : nil
        looksFor8Bit = lookingFor8Bit
    }

    mutating func stopKeeping() {
        kept = nil
    }

    /// Takes what can be judged from a buffer; at most one octet short of all if a line is overlong.
    ///
    /// - Parameters:
    ///   - input: Received octets that were not taken yet.
    ///   - limit: How many of them to inspect; the rest is left.
    /// - Returns: Whether the final dot was taken. What follows it stays in the buffer.
    mutating func scan(_ input: inout ByteBuffer, limit: Int = .max) -> Bool {
        let readable = min(limit, input.readableBytes)
        let (taken, ended) = input.withUnsafeReadableBytes { all in
            take(UnsafeRawBufferPointer(rebasing: all[..<readable]))
        }
        input.moveReaderIndex(forwardBy: taken)
        receivedBytes += taken
        return ended
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) -> (taken: Int, ended: Bool) {
        guard let base = bytes.baseAddress else { return (0, false) }
        var start = 0
        while start < bytes.count {
            guard let found = memchr(base + start, Int32(UInt8.lineFeed), bytes.count - start) else {
                let rest = bytes.count - start
                // The last octet stays: it may be the CR of a CRLF whose LF has yet to come.
                guard rest > Self.lineLimitBytes else { return (start, false) }
                takePiece(UnsafeRawBufferPointer(rebasing: bytes[start..<bytes.count - 1]))
                return (bytes.count - 1, false)
            }
            let next = UnsafeRawPointer(found) - base + 1
            let line = UnsafeRawBufferPointer(start: base + start, count: next - start)
            start = next
            guard line.count > 1, line[line.count - 2] == .carriageReturn else {
                bareLFs += 1
                takePiece(line)
                continue
            }
            if takenOfLine == 0, line.count == 3, line[0] == .dot { return (start, true) }
            takeLineEnd(line)
        }
        return (start, false)
    }

    /// Takes octets that do not end a line.
    private mutating func takePiece(_ piece: UnsafeRawBufferPointer) {
        let piece = unstuffed(piece)
        bareCRs += count(of: .carriageReturn, in: piece)
        take(message: piece)
        takenOfLine += piece.count
        isInHeader = isInHeader && takenOfLine <= Self.lineLimitBytes
    }

    /// Takes a line's last octets, CRLF included; usually the whole line.
    private mutating func takeLineEnd(_ line: UnsafeRawBufferPointer) {
        let isWhole = takenOfLine == 0
        let line = unstuffed(line)
        bareCRs += count(of: .carriageReturn, in: UnsafeRawBufferPointer(rebasing: line[..<(line.count - 2)]))
        if takenOfLine + line.count > Self.lineLimitBytes { longLines += 1 }
        if isInHeader, isWhole { takeHeaderLine(line) }
        take(message: line)
        takenOfLine = 0
    }

    private mutating func unstuffed(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard takenOfLine == 0, line.first == .dot else { return line }
        stuffedDots += 1
        return UnsafeRawBufferPointer(rebasing: line[1...])
    }

    private mutating func take(message bytes: UnsafeRawBufferPointer) {
        sizeBytes += bytes.count
        kept?.writeBytes(bytes)
        if looksFor8Bit, !has8BitOctets { has8BitOctets = !isASCII(bytes) }
    }

    private mutating func takeHeaderLine(_ line: UnsafeRawBufferPointer) {
        let isContinuation = line[0] == UInt8(ascii: " ") || line[0] == UInt8(ascii: "\t")
        var value: Int?
        if line.count == 2 {
            isInHeader = false
        } else if expectsMessageID, isContinuation {
            value = 0
        } else if messageID == nil, line.count >= 13, let base = line.baseAddress,
            strncasecmp(base.assumingMemoryBound(to: CChar.self), "message-id:", 11) == 0
        {
            value = 11
        }
        expectsMessageID = false
        guard let value else { return }
        let text = String(decoding: line[value..<(line.count - 2)], as: UTF8.self)
        let trimmed = text.trimmingPrefix { $0 == " " || $0 == "\t" }
        if trimmed.isEmpty {
            expectsMessageID = true
        } else {
            messageID = String(trimmed)
        }
    }
}

extension UInt8 {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let dot = UInt8(ascii: ".")
}

/// By `memchr`, which is fast in a debug build too.
func count(of octet: UInt8, in bytes: UnsafeRawBufferPointer) -> Int {
    guard var next = bytes.baseAddress else { return 0 }
    let end = next + bytes.count
    var count = 0
    while let found = memchr(next, Int32(octet), end - next) {
        count += 1
        next = UnsafeRawPointer(found) + 1
    }
    return count
}

private func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    var seen: UInt64 = 0
    while index + 8 <= bytes.count {
        seen |= bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        index += 8
    }
    while index < bytes.count {
        seen |= UInt64(bytes[index])
        index += 1
    }
    return seen & 0x8080_8080_8080_8080 == 0
}
