import Glibc
import NIOCore

/// Takes a mail's content up to its final dot.
///
/// The content ends at CRLF, dot, CRLF and nowhere else. A server that also takes LF, dot, LF can be made to see two
/// mails where the sender saw one; here a bare LF is part of its line, and the mail is refused.
struct DataScanner {
    /// Without the final dot, dots unstuffed; empty once the mail is too big.
    private(set) var bytes: [UInt8] = []
    private(set) var isTooBig = false
    private(set) var hasBareLineFeed = false
    /// Whether this many more bytes may be held.
    private let mayHold: (Int) -> Bool
    /// Whether the last of these requests was refused.
    private(set) var isWithoutRoom = false
    private let mostBytes: Int
    private var isAtLineStart = true

    /// Octets of an incomplete line; a longer line is processed in pieces.
    private static let mostWaiting = 64 << 10

    init(mostBytes: Int, mayHold: @escaping (Int) -> Bool) {
        self.mostBytes = mostBytes
        self.mayHold = mayHold
    }

    /// Whether the content is discarded and only read to its end.
    var isDiscarding: Bool { isTooBig || isWithoutRoom || hasBareLineFeed }

    /// Consumes complete octets; the rest stays in the buffer.
    ///
    /// - Returns: Whether the final dot was reached.
    mutating func scan(_ input: inout ByteBuffer) -> Bool {
        let (taken, hasEnded) = input.withUnsafeReadableBytes { take($0) }
        input.moveReaderIndex(forwardBy: taken)
        return hasEnded
    }

    private mutating func take(_ octets: UnsafeRawBufferPointer) -> (taken: Int, hasEnded: Bool) {
        guard let base = octets.baseAddress else { return (0, false) }
        var start = 0
        while start < octets.count {
            guard let found = memchr(base + start, 0x0A, octets.count - start) else {
                let rest = octets.count - start
                guard rest > Self.mostWaiting else { return (start, false) }
                // The last octet stays: it may be the CR of a CRLF.
                keep(UnsafeRawBufferPointer(rebasing: octets[start..<octets.count - 1]))
                isAtLineStart = false
                return (octets.count - 1, false)
            }
            let next = UnsafeRawPointer(found) - base + 1
            let line = UnsafeRawBufferPointer(start: base + start, count: next - start)
            start = next
            let isLineEnd = line.count > 1 && line[line.count - 2] == 0x0D
            if isAtLineStart, isLineEnd, line.count == 3, line[0] == UInt8(ascii: ".") { return (start, true) }
            if !isLineEnd { hasBareLineFeed = true }
            keep(line)
            isAtLineStart = isLineEnd
        }
        return (start, false)
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        let isStuffed = isAtLineStart && piece.first == UInt8(ascii: ".")
        let piece = isStuffed ? UnsafeRawBufferPointer(rebasing: piece.dropFirst()) : piece
        if bytes.count + piece.count > mostBytes { isTooBig = true }
        if !isDiscarding, !mayHold(piece.count) { isWithoutRoom = true }
        guard !isDiscarding else {
            bytes = []
            return
        }
        bytes.append(contentsOf: piece)
    }
}
