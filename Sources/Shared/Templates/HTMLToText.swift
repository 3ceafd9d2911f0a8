import Core

/// Makes the text part out of the HTML template: a template again, with the same fields and sections in it.
///
/// Paragraphs, headings, line breaks, lists (bullets, numbers, one within another), preformatted text, table cells and
/// rows, links as "text (URL)", images as their `alt`; no scripts and styles. The value of a field in three braces is
/// HTML, and converted by the same code when a message is rendered (``FieldPlace/markup``).
package struct HTMLToText {
    private enum Layout { case paragraph, line }
    private static let layout: [String: Layout] = {
        var layout: [String: Layout] = [:]
        let paragraphs = "p h1 h2 h3 h4 h5 h6 dl table blockquote pre"
        let lines =
            "div tr li dt dd address article aside center caption fieldset figure footer form header main nav section"
        for name in paragraphs.split(separator: " ") { layout[String(name)] = .paragraph }
        for name in lines.split(separator: " ") { layout[String(name)] = .line }
        return layout
    }()

    /// A section that is open, and the line breaks due before what it begins with.
    private struct OpenSection {
        var leadingBreaks = 0
        var hasContent = false
    }

    private struct OpenLink {
        let target: LinkText
        /// Where its text begins, once there is any that can be seen.
        var textStart: Int?
    }

    private let source: FlatTemplate
    private var tokenIndex = 0
    private var output = FlatTemplate()
    private var pendingBreaks = 0
    private var isSpacePending = false
    /// Line breaks at the end of the output.
    private var trailingBreaks = 2
    private var sections: [OpenSection] = []
    private var links: [OpenLink] = []
    /// How many of the open links have text, which are the outer ones.
    private var linksWithText = 0
    private var lists: TextLists
    private var openPreformatted = 0
    /// A line break right behind `<pre>` is none.
    private var skipsLineBreak = false
    /// Whether the line holds only the mark of a list's item.
    private var isBehindMark = false

    package static func convert(_ html: FlatTemplate) -> FlatTemplate {
        var converter = HTMLToText(source: html)
        converter.run()
        return converter.output
    }

    /// The text of a field's value that is HTML.
    package static func text(of value: ArraySlice<UInt8>) -> [UInt8] {
        guard value.contains(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "&") }) else { return Array(value) }
        // NUL would be a field.
        return convert(FlatTemplate(bytes: value.filter { $0 != 0 })).bytes
    }

    private init(source: FlatTemplate) {
        self.source = source
        lists = TextLists(in: source)
    }

    private mutating func run() {
        var scanner = HTMLScanner(source.bytes)
        while let event = scanner.next() {
            switch event {
            case .text(let range): text(range)
            case .comment(let range), .rawText(let range): pass(range)
            case .startTag(let name, let attributes, let range): start(name, attributes, range)
            case .endTag(let name, let range):
                if name == "a" { endLink() }
                if name == "ol" || name == "ul" { lists.close() }
                if name == "ol" || name == "ul" || name == "li" { isBehindMark = false }
                if name == "pre" { openPreformatted = max(0, openPreformatted - 1) }
                lay(name)
                pass(range)
            }
        }
        while !links.isEmpty { endLink() }
        while output.bytes.last == UInt8(ascii: "\n") || output.bytes.last == UInt8(ascii: " ") {
            output.bytes.removeLast()
        }
    }

    private mutating func start(_ name: String, _ attributes: [HTMLAttribute], _ range: Range<Int>) {
        if name == "li" { isBehindMark = isBehindMark && lists.isFresh }
        lay(name)
        switch name {
        case "br": pendingBreaks = min(pendingBreaks + 1, max(0, 2 - trailingBreaks))
        case "ol", "ul": lists.open(isNumbered: name == "ol", start: number("start", attributes))
        case "li":
            emit(lists.mark(number("value", attributes)))
            lists.enterItem()
            isBehindMark = true
        case "pre":
            openPreformatted += 1
            skipsLineBreak = true
        case "td", "th": isSpacePending = true
        case "hr":
            breakLine(1)
            emit("----")
            breakLine(1)
        case "img":
            if let alt = attributes.first(where: { $0.name == "alt" }) { emit(flat(alt.value, in: range)) }
        case "a":
            let url = attributes.first { $0.name == "href" }.map { flat($0.value, in: range) } ?? FlatTemplate()
            links.append(OpenLink(target: LinkText(url)))
        default: break
        }
        pass(range)
    }

    private func number(_ name: String, _ attributes: [HTMLAttribute]) -> Int? {
        guard let value = attributes.first(where: { $0.name == name })?.value, value.count < 10 else { return nil }
        return Int(String(decoding: source.bytes[value], as: UTF8.self))
    }

    private mutating func lay(_ name: String) {
        if name == "ol" || name == "ul" { return breakLine(lists.isInItem ? 1 : 2) }
        switch Self.layout[name] {
        case .paragraph: breakLine(2)
        case .line: breakLine(1)
        case nil: break
        }
    }

    private mutating func text(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = source.bytes[index]
            defer { if byte != 0x0D { skipsLineBreak = false } }
            if byte == 0 {
                take(source.tokens[tokenIndex])
                tokenIndex += 1
                index += 1
            } else if ASCII.isSpace(byte) {
                if openPreformatted > 0 { takePreformatted(byte) } else { isSpacePending = true }
                index += 1
            } else if byte == UInt8(ascii: "&"),
                let found = HTMLEntities.decode(source.bytes, at: index, before: range.upperBound)
            {
                emit(found.scalar)
                index += found.length
            } else {
                emit(byte)
                index += 1
            }
        }
    }

    private mutating func takePreformatted(_ space: UInt8) {
        switch space {
        case 0x0A: if !skipsLineBreak { pendingBreaks += 1 }
        case 0x0D: break
        default: emit(space)
        }
    }

    private mutating func take(_ token: TemplateToken) {
        switch token {
        case .field, .message, .partial:
            beginContent()
            output.append(token.inText)
            noteContent(1)
        case .open:
            flush()
            output.append(token)
            noteText(1)
            sections.append(OpenSection())
        case .close:
            flush()
            if let section = sections.popLast(), section.hasContent {
                // The next round begins on a line of its own, as the first did.
                while trailingBreaks < section.leadingBreaks { lineBreak() }
                noteContent()
            }
            output.append(token)
            noteText(1)
        }
    }

    /// Passes over markup: fields in it are dropped, sections kept, so that each still has its end.
    private mutating func pass(_ range: Range<Int>) {
        for index in range where source.bytes[index] == 0 {
            let token = source.tokens[tokenIndex]
            tokenIndex += 1
            switch token {
            case .open, .close: take(token)
            case .field, .message, .partial: break
            }
        }
    }

    private mutating func endLink() {
        guard let link = links.popLast() else { return }
        linksWithText = min(linksWithText, links.count)
        guard let url = link.target.shown else { return }
        guard let start = link.textStart else { return emit(url) }
        guard !link.target.isSaid(by: output, from: start) else { return }
        isSpacePending = true
        emit("(")
        emit(url)
        emit(")")
    }

    /// An attribute's value with its fields; empty when it has sections that do not begin and end in it.
    private func flat(_ range: Range<Int>, in tag: Range<Int>) -> FlatTemplate {
        // What stands before the tag has been passed, the tag itself has not.
        var cursor = FlatCursor(source, at: tag.lowerBound, tokenIndex: tokenIndex)
        var value = FlatTemplate()
        cursor.skip(to: range.lowerBound)
        cursor.copy(to: range.upperBound, into: &value)
        var depth = 0
        for token in value.tokens where depth >= 0 {
            switch token {
            case .open: depth += 1
            case .close: depth -= 1
            case .field, .message, .partial: break
            }
        }
        guard depth == 0 else { return FlatTemplate() }
        value.bytes = HTMLEntities.decoded(value.bytes, 0..<value.bytes.count)
        value.tokens = value.tokens.map(\.inText)
        return value
    }

    // MARK: Output

    private mutating func breakLine(_ count: Int) {
        isSpacePending = false
        guard !isBehindMark else { return }
        pendingBreaks = max(pendingBreaks, count - trailingBreaks)
        if let last = sections.indices.last, !sections[last].hasContent {
            sections[last].leadingBreaks = max(sections[last].leadingBreaks, count)
        }
    }

    private mutating func flush() {
        if pendingBreaks > 0 {
            for _ in 0..<pendingBreaks { lineBreak() }
        } else if isSpacePending, trailingBreaks == 0, output.bytes.last != UInt8(ascii: " ") {
            output.bytes.append(UInt8(ascii: " "))
        }
        pendingBreaks = 0
        isSpacePending = false
    }

    /// Writes what is due before text, and where the line begins its indentation.
    private mutating func beginContent() {
        flush()
        guard trailingBreaks > 0, lists.indentCount > 0 else { return }
        output.bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: lists.indentCount))
    }

    private mutating func lineBreak() {
        while output.bytes.last == UInt8(ascii: " ") { output.bytes.removeLast() }
        output.bytes.append(UInt8(ascii: "\n"))
        trailingBreaks += 1
    }

    /// Notes that the last `count` bytes of the output are new.
    private mutating func noteContent(_ count: Int) {
        trailingBreaks = 0
        isBehindMark = false
        noteContent()
        noteText(count)
    }

    private mutating func noteContent() {
        if let last = sections.indices.last { sections[last].hasContent = true }
    }

    /// The open links that had no text have it from the first of the new bytes on that can be seen.
    private mutating func noteText(_ count: Int) {
        guard linksWithText < links.count else { return }
        let new = output.bytes.indices.suffix(count)
        guard let start = new.first(where: { !ASCII.isSpace(output.bytes[$0]) }) else { return }
        for index in linksWithText..<links.count { links[index].textStart = start }
        linksWithText = links.count
    }

    private mutating func emit(_ byte: UInt8) {
        beginContent()
        output.bytes.append(byte)
        noteContent(1)
    }

    private mutating func emit(_ text: String) {
        for byte in text.utf8 { emit(byte) }
    }

    private mutating func emit(_ flat: FlatTemplate) {
        guard !flat.bytes.isEmpty else { return }
        beginContent()
        output.append(flat)
        noteContent(flat.bytes.count)
    }

    private mutating func emit(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\u{00A0}": emit(UInt8(ascii: " "))
        // What preview texts are padded with.
        case "\u{00AD}", "\u{200B}", "\u{200C}", "\u{200D}", "\u{034F}", "\u{FEFF}": break
        default:
            beginContent()
            let bytes = UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
            output.bytes.append(contentsOf: bytes)
            noteContent(bytes.count)
        }
    }
}
