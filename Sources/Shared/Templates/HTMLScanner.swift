import Core

/// One attribute of a start tag.
package struct HTMLAttribute {
    /// In lower case.
    package let name: String
    /// From the first byte of the name to the end of the value and its quotes.
    package let range: Range<Int>
    /// Without quotes; empty where there is none.
    package let value: Range<Int>
}

/// What an ``HTMLScanner`` finds, as ranges of its bytes.
package enum HTMLEvent {
    case text(Range<Int>)
    case startTag(name: String, attributes: [HTMLAttribute], Range<Int>)
    case endTag(name: String, Range<Int>)
    /// A comment, document type or processing instruction.
    case comment(Range<Int>)
    /// The content of `script`, `style`, `title`, `textarea`: no tags in it.
    case rawText(Range<Int>)

    var range: Range<Int> {
        switch self {
        case .text(let range), .startTag(_, _, let range), .endTag(_, let range), .comment(let range),
            .rawText(let range):
            range
        }
    }
}

/// Cuts HTML into text and tags, as far as links and a text version need it.
///
/// As lenient as browsers: anything but a tag is text, and nothing is refused. It builds no tree. What follows a tag
/// that is never closed is text to the end, so that no byte is looked at more than a few times.
///
/// Conditional comments, which only Outlook reads (`<!--[if mso]>…<![endif]-->`), are comments unless asked for.
package struct HTMLScanner {
    private static let rawTextElements: Set<String> = ["script", "style", "title", "textarea", "xmp"]

    package let bytes: [UInt8]
    private var position = 0
    private var rawTextElement: String?
    /// Whether the tag at the position goes on to the end of the text.
    private var endsInTag = false
    private let readsConditionalComments: Bool
    /// Where the text ends, or the conditional comment that is read.
    private var limit: Int
    /// Whether what was found last stands in a conditional comment.
    package private(set) var isInConditionalComment = false

    package init(_ bytes: [UInt8], readsConditionalComments: Bool = false) {
        self.bytes = bytes
        self.readsConditionalComments = readsConditionalComments
        limit = bytes.count
    }

    package mutating func next() -> HTMLEvent? {
        if isInConditionalComment, position == limit {
            isInConditionalComment = false
            limit = bytes.count
            rawTextElement = nil
            endsInTag = false
        }
        guard position < limit else { return nil }
        if let element = rawTextElement {
            rawTextElement = nil
            let close = endOfRawText(element)
            if close > position {
                defer { position = close }
                return .rawText(position..<close)
            }
        }
        if bytes[position] == UInt8(ascii: "<"), let event = markup() { return event }
        let start = position
        position = endsInTag ? limit : bytes[(start + 1)..<limit].firstIndex(of: UInt8(ascii: "<")) ?? limit
        return .text(start..<position)
    }

    /// What begins at the `<` at the position; `nil` where it is a character like others.
    private mutating func markup() -> HTMLEvent? {
        let start = position
        guard start + 1 < limit else { return nil }
        let second = bytes[start + 1]
        if second == UInt8(ascii: "!") || second == UInt8(ascii: "?") {
            let isComment = bytes[start...].starts(with: "<!--".utf8)
            if isComment, readsConditionalComments, !isInConditionalComment, enterConditionalComment(at: start) {
                return .comment(start..<position)
            }
            position = isComment ? end(of: "-->", from: start + 4) : end(of: ">", from: start + 2)
            return .comment(start..<position)
        }
        let isEnd = second == UInt8(ascii: "/")
        let nameStart = start + (isEnd ? 2 : 1)
        guard nameStart < limit, ASCII.isLetter(bytes[nameStart]) else { return nil }
        var index = nameStart
        while index < limit, !ASCII.isSpace(bytes[index]), !isEndOfName(bytes[index]) { index += 1 }
        let name = lowercased(nameStart..<index)
        var attributes: [HTMLAttribute] = []
        while let attribute = attribute(&index) { attributes.append(attribute) }
        guard index < limit else {
            endsInTag = true
            return nil
        }
        position = index + 1
        if isEnd { return .endTag(name: name, start..<position) }
        if Self.rawTextElements.contains(name) { rawTextElement = name }
        return .startTag(name: name, attributes: attributes, start..<position)
    }

    /// Moves behind the `<!--[if …]>` at `start`, up to the end of whose comment markup is read; false where there is none.
    private mutating func enterConditionalComment(at start: Int) -> Bool {
        guard bytes[start..<limit].starts(with: "<!--[if".utf8) else { return false }
        let close = end(of: "-->", from: start + 4)
        // One that is never closed is a comment to the end.
        guard close - start > 7, bytes[(close - 3)..<close].elementsEqual("-->".utf8) else { return false }
        guard let opened = bytes[start..<close].firstIndex(of: UInt8(ascii: ">")), opened + 1 < close,
            // `<!--[if !mso]><!-->` hides nothing from others, and ends here.
            !bytes[(opened + 1)..<close].drop(while: ASCII.isSpace).starts(with: "<!-".utf8)
        else { return false }
        position = opened + 1
        limit = close
        isInConditionalComment = true
        return true
    }

    /// The next attribute; `nil` at the `>` of the tag or at the end.
    private func attribute(_ index: inout Int) -> HTMLAttribute? {
        while index < limit, ASCII.isSpace(bytes[index]) || bytes[index] == UInt8(ascii: "/") { index += 1 }
        guard index < limit, bytes[index] != UInt8(ascii: ">") else { return nil }
        let start = index
        index += 1
        while index < limit, !ASCII.isSpace(bytes[index]), bytes[index] != UInt8(ascii: "="),
            !isEndOfName(bytes[index])
        {
            index += 1
        }
        let name = lowercased(start..<index)
        var after = index
        while after < limit, ASCII.isSpace(bytes[after]) { after += 1 }
        guard after < limit, bytes[after] == UInt8(ascii: "=") else {
            return HTMLAttribute(name: name, range: start..<index, value: index..<index)
        }
        after += 1
        while after < limit, ASCII.isSpace(bytes[after]) { after += 1 }
        let value = value(after, &index)
        return HTMLAttribute(name: name, range: start..<index, value: value)
    }

    private func value(_ start: Int, _ index: inout Int) -> Range<Int> {
        if start < limit, case let quote = bytes[start], quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let close = bytes[(start + 1)..<limit].firstIndex(of: quote) ?? limit
            index = min(close + 1, limit)
            return start + 1..<close
        }
        index = start
        while index < limit, !ASCII.isSpace(bytes[index]), bytes[index] != UInt8(ascii: ">") { index += 1 }
        return start..<index
    }

    private func isEndOfName(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") }

    /// A name in ASCII; of a longer one its beginning, which is no name that anybody looks for.
    ///
    /// Other characters are `?`: to compare strings that are not ASCII means to bring their marks in order, which costs
    /// the square of their number.
    private func lowercased(_ range: Range<Int>) -> String {
        let name = bytes[range].prefix(64).map { $0 < 0x80 ? ASCII.lowercased($0) : UInt8(ascii: "?") }
        return String(decoding: name, as: UTF8.self)
    }

    private func end(of text: StaticString, from start: Int) -> Int {
        var index = start
        let length = text.utf8CodeUnitCount
        while index + length <= limit {
            let isHere = text.withUTF8Buffer { bytes[index...].starts(with: $0) }
            if isHere { return index + length }
            index += 1
        }
        return limit
    }

    private func endOfRawText(_ element: String) -> Int {
        let tag = Array("</\(element)".utf8)
        var index = position
        while index + tag.count <= limit {
            if bytes[index] == tag[0], ASCII.lowercased(bytes[index..<index + tag.count]) == tag { return index }
            index += 1
        }
        return limit
    }
}
