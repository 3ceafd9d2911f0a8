import Core

/// Takes a message apart in one pass over its lines.
///
/// Open parts are a stack; a line that begins with `--` is compared with the boundaries on it, innermost first, and
/// closes whatever was opened above. So a missing closing boundary, or a part cut off in its header, ends by itself.
struct MIMEParser {
    private enum State { case header, body, skip }

    private let bytes: [UInt8]
    private let end: Int
    private let limits: MIMELimits
    private(set) var parts: [MIMEPart] = []
    private(set) var isCutShort: Bool

    private var open: [Int] = []
    private var state = State.header
    private var headerStart = 0

    init(_ bytes: [UInt8], limits: MIMELimits) {
        self.bytes = bytes
        self.limits = limits
        end = min(bytes.count, limits.messageBytes)
        isCutShort = end < bytes.count
    }

    mutating func run() {
        var position = bytes.starts(with: UTF8Scalar.byteOrderMark) ? UTF8Scalar.byteOrderMark.count : 0
        _ = begin(at: position)
        scan: while position < end {
            let lineStart = position
            let lineFeed = endOfLine(from: position)
            position = min(lineFeed + 1, end)
            var lineEnd = lineFeed
            if lineEnd > lineStart, bytes[lineEnd - 1] == 0x0D { lineEnd -= 1 }
            if let (level, isClosing) = boundary(lineStart..<lineEnd) {
                close(above: level, at: lineStart)
                if isClosing {
                    close(above: level - 1, at: lineStart)
                    state = .skip
                } else if !begin(at: position) {
                    break scan
                }
                continue
            }
            if state == .header, !headerLine(lineStart..<lineEnd, next: position) { break scan }
        }
        close(above: -1, at: end)
    }

    private func endOfLine(from start: Int) -> Int {
        bytes.firstIndex(of: 0x0A, in: start..<end) ?? end
    }

    // MARK: Parts

    /// Opens a part inside the innermost open one; `false` when there are too many.
    private mutating func begin(at position: Int) -> Bool {
        guard parts.count < limits.parts else {
            isCutShort = true
            state = .skip
            return false
        }
        if let parent = open.last { parts[parent].hasChildren = true }
        var part = MIMEPart(parent: open.last, depth: open.count, header: MIMEHeader(of: bytes))
        part.body = position..<position
        part.header.fields.reserveCapacity(16)
        open.append(parts.count)
        parts.append(part)
        state = .header
        headerStart = position
        return true
    }

    /// Ends every part that stands higher in the stack than `level`.
    private mutating func close(above level: Int, at position: Int) {
        var bodyEnd = position
        // The line end before a boundary belongs to the boundary.
        if bodyEnd > 0, bodyEnd < end, bytes[bodyEnd - 1] == 0x0A { bodyEnd -= 1 }
        if bodyEnd > 0, bodyEnd < end, bytes[bodyEnd - 1] == 0x0D { bodyEnd -= 1 }
        while open.count - 1 > level, let index = open.popLast() {
            let isInHeader = state == .header && index == parts.count - 1
            let start = isInHeader ? bodyEnd : parts[index].body.lowerBound
            if isInHeader { takeType(index) }
            parts[index].body = start..<max(start, bodyEnd)
        }
    }

    /// The level of the open multipart whose boundary a line is, and whether the line closes it.
    private func boundary(_ line: Range<Int>) -> (level: Int, isClosing: Bool)? {
        guard line.count > 2, bytes[line.lowerBound] == UInt8(ascii: "-"),
            bytes[line.lowerBound + 1] == UInt8(ascii: "-")
        else { return nil }
        var last = line.upperBound
        while last > line.lowerBound, ASCII.isBlank(bytes[last - 1]) { last -= 1 }
        let text = bytes[min(line.lowerBound + 2, last)..<last]
        for level in open.indices.reversed() {
            guard let boundary = parts[open[level]].boundary, text.starts(with: boundary) else { continue }
            let rest = text.dropFirst(boundary.count)
            if rest.isEmpty { return (level, false) }
            if rest.elementsEqual("--".utf8) { return (level, true) }
        }
        return nil
    }

    // MARK: Header

    /// Takes one line of a header; `false` when there are too many parts.
    private mutating func headerLine(_ line: Range<Int>, next: Int) -> Bool {
        guard let index = open.last else { return true }
        let count = parts[index].header.fields.count
        if line.isEmpty {
            // Blank lines before the first field are passed over at the top, where mailbox files leave them.
            if count == 0, index == 0, line.lowerBound < 1_024 { return true }
            return endHeader(index, body: next)
        }
        guard line.lowerBound - headerStart <= limits.headerBytes else {
            isCutShort = true
            return true
        }
        if ASCII.isBlank(bytes[line.lowerBound]) {
            guard count > 0 else { return endHeader(index, body: line.lowerBound) }
            continueField(index, line)
            return true
        }
        if let colon = colon(in: line) {
            addField(index, name: line.lowerBound..<colon, value: colon + 1..<line.upperBound)
            return true
        }
        let isMailboxLine = bytes[line].starts(with: "From ".utf8) || bytes[line].starts(with: ">From ".utf8)
        if isMailboxLine, count == 0 { return true }
        return endHeader(index, body: line.lowerBound)  // the blank line is missing
    }

    private func colon(in line: Range<Int>) -> Int? {
        var index = line.lowerBound
        while index < line.upperBound, bytes[index] > 0x20, bytes[index] < 0x7F, bytes[index] != UInt8(ascii: ":") {
            index += 1
        }
        let nameEnd = index
        while index < line.upperBound, ASCII.isBlank(bytes[index]) { index += 1 }
        guard index < line.upperBound, bytes[index] == UInt8(ascii: ":"), nameEnd > line.lowerBound,
            nameEnd - line.lowerBound <= 100
        else { return nil }
        return index
    }

    private mutating func addField(_ index: Int, name: Range<Int>, value: Range<Int>) {
        guard parts[index].header.fields.count < limits.fields else {
            isCutShort = true
            return
        }
        // Blanks before the colon are no part of the name.
        var nameEnd = name.upperBound
        while nameEnd > name.lowerBound, ASCII.isBlank(bytes[nameEnd - 1]) { nameEnd -= 1 }
        parts[index].header.fields.append(
            MIMEHeader.Field(name: name.lowerBound..<nameEnd, value: trimmed(value))
        )
    }

    private mutating func continueField(_ index: Int, _ line: Range<Int>) {
        let text = trimmed(line)
        guard let last = parts[index].header.fields.last, last.value.count + text.count < limits.fieldBytes else {
            isCutShort = true
            return
        }
        parts[index].header.continueLast(with: bytes[text], isSpaced: !last.value.isEmpty)
    }

    private mutating func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var stop = range.upperBound
        while start < stop, ASCII.isSpace(bytes[start]) { start += 1 }
        while stop > start, ASCII.isSpace(bytes[stop - 1]) { stop -= 1 }
        if stop - start > limits.fieldBytes {
            isCutShort = true
            stop = start + limits.fieldBytes
        }
        return start..<stop
    }

    private mutating func endHeader(_ index: Int, body: Int) -> Bool {
        takeType(index)
        parts[index].body = body..<body
        state = .body
        let type = parts[index].type
        guard open.count <= limits.depth else {
            if type.hasPrefix("multipart/") || type == "message/rfc822" { isCutShort = true }
            parts[index].boundary = nil
            return true
        }
        let isMessage = type == "message/rfc822" || type == "message/global" || type == "message/news"
        guard isMessage, parts[index].encoding == .none else { return true }
        return begin(at: body)
    }

    private mutating func takeType(_ index: Int) {
        let header = parts[index].header
        let isDigest = parts[index].parent.map { parts[$0].type == "multipart/digest" } ?? false
        parts[index].type = isDigest ? "message/rfc822" : "text/plain"
        if let field = header["content-type"] {
            let content = ParameterizedValue(field)
            // RFC 6838 §4.2 allows 127 characters on either side, all of them ASCII.
            let isType = content.value.count <= 255 && content.value.allSatisfy { $0 < 0x80 }
            if isType, content.value.contains(UInt8(ascii: "/")) { parts[index].type = content.string }
            parts[index].charset = content["charset"] ?? []
            // RFC 2046 §5.1.1 allows 70; some write more.
            if parts[index].type.hasPrefix("multipart/"), let boundary = content["boundary"], !boundary.isEmpty,
                boundary.count <= 200
            {
                parts[index].boundary = boundary
            }
        }
        parts[index].encoding = TransferEncoding(header["content-transfer-encoding"] ?? [])
    }
}
