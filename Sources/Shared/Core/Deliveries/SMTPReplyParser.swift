/// Puts replies together from bytes that arrive in pieces of any size.
///
/// Bounded: what a server sends without end is ``Malformed``, not memory. After that the connection is of no use.
package struct SMTPReplyParser: Sendable {
    /// Bytes a line may have before its line end; RFC 5321 §4.5.3.1.5 says 512, servers send more.
    package static let lineLimit = 2_048
    /// Lines a reply may have.
    package static let linesLimit = 128
    /// Bytes of a reply's text that are kept.
    package static let textLimit = 1_024

    /// The bytes are no SMTP reply.
    package struct Malformed: Error, Equatable {
        package let reason: String
    }

    private var text: [UInt8] = []
    private var code = 0
    /// The code of the lines before, 0 on the first line.
    private var codeBefore = 0
    /// Bytes of the line so far.
    private var column = 0
    private var lines = 0
    private var isLast = true

    package init() {}

    /// Takes bytes until a reply is complete or they are used up.
    ///
    /// - Parameters:
    ///   - bytes: What arrived.
    ///   - offset: Where to begin; moved behind what was taken.
    /// - Returns: `nil` when the reply goes on in bytes still to come.
    /// - Throws: When they are no reply; the parser is of no use afterwards.
    package mutating func next(
        in bytes: UnsafeRawBufferPointer,
        from offset: inout Int
    ) throws(Malformed) -> SMTPReply? {
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\n") {
                if let reply = try endLine() { return reply }
            } else if column > 3 {
                offset -= 1
                try takeText(in: bytes, from: &offset)
            } else {
                try take(byte)
            }
        }
        return nil
    }

    /// Takes what follows the code, up to the line's end or as far as it has arrived.
    private mutating func takeText(
        in bytes: UnsafeRawBufferPointer,
        from offset: inout Int
    ) throws(Malformed) {
        let end = bytes.firstIndex(of: UInt8(ascii: "\n"), from: offset)
        column += end - offset
        guard column <= Self.lineLimit else {
            throw Malformed(reason: "a reply line of more than \(Self.lineLimit) bytes")
        }
        while offset < end {
            let piece = offset..<min(end, bytes.firstIndex(of: UInt8(ascii: "\r"), from: offset))
            let room = Self.textLimit - text.count
            text.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[piece.prefix(room)]))
            offset = piece.upperBound
            if offset < end { offset += 1 }
        }
    }

    /// Takes a byte of the code, or the one behind it.
    private mutating func take(_ byte: UInt8) throws(Malformed) {
        defer { column += 1 }
        switch column {
        case 0..<3:
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else {
                throw Malformed(reason: "a reply that does not begin with three digits")
            }
            code = code * 10 + Int(byte - UInt8(ascii: "0"))
            guard column > 0 || (2...5).contains(code) else {
                throw Malformed(reason: "a reply code that begins with \(code)")
            }
        default:
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\r"): isLast = true
            case UInt8(ascii: "-"): isLast = false
            default: throw Malformed(reason: "a reply code without a space or hyphen behind it")
            }
            if lines > 0, byte != UInt8(ascii: "\r"), text.count < Self.textLimit { text.append(UInt8(ascii: " ")) }
            // Of most replies all of it: appended byte by byte it would be moved three times.
            text.reserveCapacity(64)
        }
    }

    private mutating func endLine() throws(Malformed) -> SMTPReply? {
        guard column >= 3 else { throw Malformed(reason: "a reply cut short") }
        guard codeBefore == 0 || code == codeBefore else {
            throw Malformed(reason: "a reply that changes its code from \(codeBefore) to \(code)")
        }
        if column == 3 { isLast = true }
        lines += 1
        guard isLast else {
            guard lines < Self.linesLimit else {
                throw Malformed(reason: "a reply of more than \(Self.linesLimit) lines")
            }
            codeBefore = code
            code = 0
            column = 0
            return nil
        }
        let reply = SMTPReply(code: code, text: text)
        self = SMTPReplyParser()
        return reply
    }
}
