import Core

/// One part of a message: its header, and where its body is.
struct MIMEPart: Sendable {
    /// The part that it stands in.
    let parent: Int?
    /// 0 for the message itself.
    let depth: Int
    var header: MIMEHeader
    /// Media type in lower case, `text/plain` when none is given.
    var type = "text/plain"
    var boundary: [UInt8]?
    var charset: [UInt8] = []
    var encoding = TransferEncoding.none
    /// The bytes between the header and the end, as they came.
    var body = 0..<0
    var hasChildren = false
}

/// A message taken apart into its parts, in the order in which they begin.
///
/// Lenient: what is broken is read as far as it goes, and nothing is refused. The work is linear in the size.
struct MIMEMessage: Sendable {
    let bytes: [UInt8]
    var parts: [MIMEPart]
    /// Whether something lies beyond a limit and was not read.
    var isCutShort: Bool
    let limits: MIMELimits

    init(_ bytes: [UInt8], limits: MIMELimits) {
        var parser = MIMEParser(bytes, limits: limits)
        parser.run()
        self.bytes = bytes
        parts = parser.parts
        isCutShort = parser.isCutShort
        self.limits = limits
    }

    var header: MIMEHeader { parts[0].header }

    /// A part's body after its transfer encoding, at most ``MIMELimits/decodedBytes``.
    func decodedBody(of part: MIMEPart) -> [UInt8] {
        part.encoding.decode(bytes[part.body], limit: limits.decodedBytes)
    }

    /// A part's text as UTF-8 with line feeds; HTML without its tags.
    func text(of part: MIMEPart) -> [UInt8] {
        let decoded = Charset.utf8(decodedBody(of: part), charset: part.charset)
        return part.type == "text/html" ? HTMLFlattening.text(of: decoded) : decoded
    }

    /// Whether one part stands, at any depth, in another.
    func isInside(_ part: Int, _ outer: Int) -> Bool {
        var index = parts[part].parent
        while let current = index {
            if current == outer { return true }
            index = parts[current].parent
        }
        return false
    }

    /// The header fields of a message that is enclosed as `message/rfc822`, `message/global` or their headers alone.
    func enclosedHeader(of index: Int) -> MIMEHeader {
        if let child = parts.indices.first(where: { parts[$0].parent == index }) { return parts[child].header }
        var inner = limits
        inner.depth = 0
        return MIMEMessage(decodedBody(of: parts[index]), limits: inner).header
    }
}
