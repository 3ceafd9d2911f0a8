import Core

/// How a link's address is told in a text made from HTML.
struct LinkText {
    /// What stands behind the link's text; `nil` for what means nothing in text.
    let shown: FlatTemplate?
    /// What the link's text may say itself.
    private let plain: FlatTemplate
    private let isPhoneNumber: Bool
    /// A longer text is no phone number, and is not looked at for each link around it.
    private static let longestNumber = 64

    /// `url`: An attribute's value, decoded.
    init(_ url: FlatTemplate) {
        let url = Self.cleaned(url)
        let scheme = String(decoding: ASCII.lowercased(url.bytes.prefix(11)), as: UTF8.self)
        isPhoneNumber = scheme.hasPrefix("tel:")
        if url.bytes.isEmpty || url.bytes[0] == UInt8(ascii: "#")
            || ["javascript:", "vbscript:", "data:"].contains(where: scheme.hasPrefix)
        {
            shown = nil
            plain = FlatTemplate()
        } else if isPhoneNumber {
            plain = url.dropped(4).inPlainText
            shown = plain
        } else if scheme.hasPrefix("mailto:") {
            let query = url.bytes.firstIndex(of: UInt8(ascii: "?"))
            plain = url.cut(to: query ?? url.bytes.count).dropped(7).inPlainText
            let isBare = query == nil && !plain.bytes.contains(UInt8(ascii: "%"))
            shown = isBare ? plain : url
        } else {
            plain = url
            shown = url
        }
    }

    /// Whether the text from `start` on is the address already.
    func isSaid(by output: FlatTemplate, from start: Int) -> Bool {
        let text = output.bytes[start...]
        if isPhoneNumber, plain.tokens.isEmpty {
            return text.count <= Self.longestNumber && text.filter(ASCII.isDigit) == plain.bytes.filter(ASCII.isDigit)
        }
        return text.elementsEqual(plain.bytes)
            && output.fieldNames(last: plain.tokens.count) == plain.fieldNames()
    }

    /// As browsers read it: trimmed, without line breaks and tabs; a blank would end it in text.
    private static func cleaned(_ url: FlatTemplate) -> FlatTemplate {
        var bytes: [UInt8] = []
        for byte in URLValue.trimmed(url.bytes[...]) {
            switch byte {
            case 0x09, 0x0A, 0x0D: break
            case 0x20: bytes.append(contentsOf: "%20".utf8)
            default: bytes.append(byte)
            }
        }
        return FlatTemplate(bytes: bytes, tokens: url.tokens)
    }
}

extension FlatTemplate {
    /// Without its first bytes, which are no tokens.
    fileprivate func dropped(_ count: Int) -> FlatTemplate {
        FlatTemplate(bytes: Array(bytes.dropFirst(count)), tokens: tokens)
    }

    fileprivate func cut(to end: Int) -> FlatTemplate {
        var cursor = FlatCursor(self)
        var result = FlatTemplate()
        cursor.copy(to: end, into: &result)
        return result
    }

    /// With fields that are read, not followed.
    fileprivate var inPlainText: FlatTemplate {
        let tokens = tokens.map { token in
            if case .field(let tag) = token { TemplateToken.field(tag.at(.text)) } else { token }
        }
        return FlatTemplate(bytes: bytes, tokens: tokens)
    }
}

extension TemplateToken {
    /// The same in a text made from HTML, where a field in three braces holds HTML.
    var inText: TemplateToken {
        guard case .field(let tag) = self, tag.place == .text, !tag.isEscaped else { return self }
        return .field(tag.at(.markup))
    }
}
