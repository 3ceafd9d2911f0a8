/// A server's extensions from its reply to EHLO, RFC 5321 §4.1.1.1.
package struct SMTPCapabilities: Equatable, Sendable {
    /// RFC 2920: MAIL, RCPT and DATA may go in one write.
    package var pipelining = false
    /// RFC 6152: octets above 127 in the content.
    package var eightBitMIME = false
    /// RFC 6531: addresses that are not ASCII.
    package var smtpUTF8 = false
    /// RFC 2034.
    package var enhancedStatusCodes = false
    /// RFC 3461: MAIL and RCPT may say which reports are wanted, and how.
    package var dsn = false
    /// RFC 1870: whether MAIL may declare a size.
    package var size = false
    /// The largest message in bytes; 0 when the server names no limit.
    package var sizeLimit = 0
    /// RFC 3207; no longer offered once TLS is on.
    package var startTLS = false
    /// SASL mechanisms, upper case, as listed.
    package var mechanisms: [String] = []

    package init() {}

    /// Notes one line of the reply: a keyword and its parameters, in any case.
    package mutating func note(_ line: String) {
        let words = line.uppercased().split(whereSeparator: { $0 == " " || $0 == "=" })
        guard let keyword = words.first else { return }
        switch keyword {
        case "PIPELINING": pipelining = true
        case "8BITMIME": eightBitMIME = true
        case "SMTPUTF8": smtpUTF8 = true
        case "ENHANCEDSTATUSCODES": enhancedStatusCodes = true
        case "DSN": dsn = true
        case "STARTTLS": startTLS = true
        case "SIZE":
            size = true
            sizeLimit = max(0, words.dropFirst().first.flatMap { Int($0) } ?? 0)
        case "AUTH":
            for mechanism in words.dropFirst() where !mechanisms.contains(String(mechanism)) {
                mechanisms.append(String(mechanism))
            }
        default: break
        }
    }
}

/// Follows the reply lines of a log-in and keeps what the last EHLO was answered.
///
/// After STARTTLS there is a second EHLO, and only its answer counts (RFC 3207 §4.2).
package struct LoginReplies: Sendable {
    package private(set) var capabilities = SMTPCapabilities()
    /// The last line, without its line end; at most 512 bytes.
    package private(set) var lastLine = ""
    /// Whether the server accepted STARTTLS: the second 220.
    package private(set) var hasBegunTLS = false
    private var hasGreeted = false
    private var isInside250 = false

    package init() {}

    /// Takes one line, with or without its line end.
    package mutating func take(_ bytes: UnsafeRawBufferPointer) {
        let line = bytes.prefix(512).filter { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        lastLine = String(decoding: line, as: UTF8.self)
        guard line.starts(with: "250".utf8) else {
            isInside250 = false
            if line.starts(with: "220 ".utf8) || line.elementsEqual("220".utf8) {
                hasBegunTLS = hasGreeted
                hasGreeted = true
            }
            return
        }
        if isInside250 {
            capabilities.note(String(decoding: line.dropFirst(4), as: UTF8.self))
        } else {
            capabilities = SMTPCapabilities()  // the first line names the server
        }
        isInside250 = line.count > 3 && line[3] == UInt8(ascii: "-")
    }
}
