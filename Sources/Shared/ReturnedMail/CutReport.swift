import Core

/// Cuts returned mail down to the part that may be stored: notices, report fields, and the header of the returned
/// message.
///
/// The message's body and every attachment go. What stays is decoded first (transfer encodings, encoded words, HTML),
/// control characters go, and only then the tokens of pixels and links in it are blanked (``TokenBlanking``), so that none
/// hides in an encoding. An encoded body quoted in a text is removed (``EncodedText``).
///
/// - Returns: A message that ``readReport(_:sentTo:book:limits:)`` understands as it understood the whole one.
package func cutReport(
    _ bytes: [UInt8],
    book: RuleBook = .builtIn,
    limits: MIMELimits = MIMELimits()
) -> [UInt8] {
    let reader = ReportReader(bytes, sentTo: nil, book: book, limits: limits)
    var cut = CutMessage(reader.message.header, ReportShape(reader.message))
    cut.write(reader)
    return cut.bytes
}

private struct CutMessage {
    private static let boundary = "veredus-cut"
    /// Written again, or about what is gone.
    private static let dropped: Set<String> = [
        "content-type", "content-transfer-encoding", "content-length", "content-disposition", "content-md5", "lines",
        "mime-version",
    ]

    private(set) var bytes: [UInt8] = []
    private let shape: ReportShape
    private let isMultipart: Bool

    init(_ header: MIMEHeader, _ shape: ReportShape) {
        self.shape = shape
        isMultipart = shape.isReport || shape.status != nil || shape.feedback != nil || !shape.returned.isEmpty
        append(header) { !Self.dropped.contains($0) }
    }

    mutating func write(_ reader: ReportReader) {
        let message = reader.message
        line("MIME-Version: 1.0")
        line("Content-Transfer-Encoding: 8bit")
        guard isMultipart else {
            line("Content-Type: text/plain; charset=utf-8")
            line("")
            notice(reader.noticeText(shape), reader)
            return
        }
        let type = shape.isReport ? "report" : "mixed"
        line("Content-Type: multipart/\(type); boundary=\(Self.boundary)")
        begin("text/plain; charset=utf-8")
        notice(reader.noticeText(shape), reader)
        for index in [shape.status, shape.feedback].compactMap({ $0 }) {
            begin(message.parts[index].type)
            body(Charset.utf8(message.decodedBody(of: message.parts[index]), charset: []))
        }
        for index in shape.returned {
            begin("text/rfc822-headers")
            append(message.enclosedHeader(of: index))
        }
        line("")
        line("--\(Self.boundary)--")
    }

    private mutating func line(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private mutating func begin(_ type: String) {
        line("")
        line("--\(Self.boundary)")
        line("Content-Type: \(Self.printable(type))")
        line("")
    }

    /// Each on one line: a line end that an encoded word had hidden would begin a field of the stranger's own.
    private mutating func append(_ header: MIMEHeader, where isKept: (_ name: String) -> Bool = { _ in true }) {
        for field in header.fields {
            let name = Array(header.source[field.name])
            guard isKept(String(decoding: ASCII.lowercased(name), as: UTF8.self)) else { continue }
            bytes.append(contentsOf: TokenBlanking.blanked(name))
            bytes.append(contentsOf: ": ".utf8)
            // Before decoding, too: in a broken encoded word a token's `_` would become a space.
            let raw = TokenBlanking.blanked(Self.withoutControls(header.value(of: field)))
            let value = TokenBlanking.blanked(Self.withoutControls(EncodedWords.decoded(raw)))
            bytes.append(contentsOf: value.map { ASCII.isControl($0) ? UInt8(ascii: " ") : $0 })
            bytes.append(contentsOf: "\r\n".utf8)
        }
    }

    /// A text for people, without the message that some servers quote in it.
    private mutating func notice(_ text: [UInt8], _ reader: ReportReader) {
        let notice = Notice(text, reader.book)
        guard let original = notice.originalLine else { return body(text) }
        let lines = notice.text.lines
        guard let (first, header) = notice.returnedHeader(reader.limits) else {
            return body(Array(notice.text.raw[..<lines[original].raw.upperBound]))
        }
        body(Array(notice.text.raw[..<lines[first].raw.lowerBound]))
        append(header)
    }

    private mutating func body(_ text: [UInt8]) {
        let blanked = EncodedText.blanked(TokenBlanking.blanked(Self.withoutControls(text)))
        for part in blanked.split(separator: 0x0A, omittingEmptySubsequences: false) {
            let content = part.last == 0x0D ? part.dropLast() : part
            // Nobody but this function ends a part.
            if content.starts(with: "--\(Self.boundary)".utf8) { bytes.append(UInt8(ascii: " ")) }
            bytes.append(contentsOf: content)
            bytes.append(contentsOf: "\r\n".utf8)
        }
    }

    /// A text without its control characters, but for tabs and the ends of lines.
    private static func withoutControls(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for byte in text {
            // Of a CR that stood before something else nothing is left.
            if byte != 0x0A, result.last == 0x0D { result.removeLast() }
            if !ASCII.isControl(byte) || byte == 0x09 || byte == 0x0A || byte == 0x0D { result.append(byte) }
        }
        if result.last == 0x0D { result.removeLast() }
        return result
    }

    private static func printable(_ type: String) -> String {
        String(decoding: type.utf8.filter { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
    }
}
