import Core

/// Writes a body in quoted-printable (RFC 2045 §6.7), value after value, with lines of at most 76 octets.
///
/// The column runs on from one call to the next, so that a soft line break falls right wherever a value stands.
/// CR, LF and CRLF all become CRLF. A blank at the end of a call is encoded, because a line break may follow it.
package struct QuotedPrintableOutput: TemplateOutput {
    /// What a line may hold before the `=` of a soft line break.
    private static let contentLimit = 75

    package var bytes: [UInt8]
    /// Octets on the current line.
    package private(set) var column = 0
    private let escaping: MustacheTemplate.Escaping
    private let tokens: MessageTokens

    package init(escaping: MustacheTemplate.Escaping, tokens: MessageTokens = MessageTokens(), into bytes: [UInt8] = [])
    {
        self.bytes = bytes
        self.escaping = escaping
        self.tokens = tokens
    }

    package var count: Int { bytes.count }

    package mutating func append(static text: StaticText, of buffer: [UInt8]) {
        if column + text.firstLineCount > Self.contentLimit { softBreak() }
        text.append(from: buffer, to: &bytes)
        if let last = text.lastLineCount { column = last } else { column += text.firstLineCount }
    }

    /// Tokens consist of characters that stand for themselves in HTML, URLs and quoted-printable.
    package mutating func append(token: MessageToken) {
        let text = tokens[token]
        if column + text.count > Self.contentLimit { softBreak() }
        bytes.append(contentsOf: text)
        column += text.count
    }

    package mutating func append(value: ArraySlice<UInt8>, isEscaped: Bool) {
        let escapes = isEscaped && escaping == .html
        let end = value.endIndex
        var index = value.startIndex
        while index < end {
            let byte = value[index]
            index += 1
            switch byte {
            case 0x20, 0x09:
                if index == end || value[index] == 0x0A || value[index] == 0x0D { encode(byte) } else { copy(byte) }
            case 0x0A: hardBreak()
            case 0x0D:
                if index < end, value[index] == 0x0A { index += 1 }
                hardBreak()
            case UInt8(ascii: "="), 0..<0x20, 0x7F...: encode(byte)
            case UInt8(ascii: "F") where column == 0 && value[index...].starts(with: "rom ".utf8):
                // Mail stores put ">" before such a line, which breaks the signature.
                encode(byte)
            default:
                if escapes, let entity = HTMLEscape.entity(for: byte) {
                    entity.withUTF8Buffer { for byte in $0 { copy(byte) } }
                } else {
                    copy(byte)
                }
            }
        }
    }

    private mutating func copy(_ byte: UInt8) {
        if column >= Self.contentLimit { softBreak() }
        bytes.append(byte)
        column += 1
    }

    private mutating func encode(_ byte: UInt8) {
        if column + 3 > Self.contentLimit { softBreak() }
        bytes.append(UInt8(ascii: "="))
        bytes.append(ASCII.hexadecimalDigit(byte >> 4))
        bytes.append(ASCII.hexadecimalDigit(byte & 15))
        column += 3
    }

    private mutating func softBreak() {
        bytes.append(UInt8(ascii: "="))
        hardBreak()
    }

    private mutating func hardBreak() {
        bytes.append(0x0D)
        bytes.append(0x0A)
        column = 0
    }
}

extension TemplateWalker<QuotedPrintableOutput> {
    /// As ``walk(_:)``, which only this module can specialise: called from another one, a message costs a fourteenth more.
    package mutating func walkMessage(_ template: CompiledTemplate) throws(RenderError) { try walk(template) }
}

/// The tokens of one message, signed before its bodies are rendered: a link that stands in it twice has one token.
package struct MessageTokens {
    package var unsubscribe: [UInt8] = []
    package var open: [UInt8] = []
    /// Those of the links, one after the other, all of the same length.
    package var clicks: [UInt8] = []
    package var clickLength = 0

    package init() {}

    package subscript(token: MessageToken) -> ArraySlice<UInt8> {
        switch token {
        case .unsubscribe: unsubscribe[...]
        case .open: open[...]
        case .click(let number): clicks[(Int(number) - 1) * clickLength..<Int(number) * clickLength]
        }
    }
}
