import Core
import Templates

/// HTML as plain lines, for finding addresses and reasons in a notification: no layout, no links, linear in the size.
///
/// It is no ``HTMLToText``, which makes messages of templates that their author has checked: this one reads what
/// strangers send, and never looks ahead further than it moves on.
enum HTMLFlattening {
    private static let breaking: Set<String> = [
        "br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "pre", "hr", "dt", "dd", "title",
    ]

    static func text(of html: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(html.count)
        var hidden: [UInt8]?  // the element whose content nobody sees
        var index = 0
        // Without a `>` behind it, a `<` is a character like others.
        let lastBracket = html.lastIndex(of: UInt8(ascii: ">")) ?? -1
        while index < html.count {
            let byte = html[index]
            if byte == UInt8(ascii: "<"), index < lastBracket, isMarkup(html, index + 1) {
                let name = elementName(html, index + 1)
                let end = html[index...].firstIndex(of: UInt8(ascii: ">")) ?? lastBracket
                index = end + 1
                if let element = hidden {
                    if name.first == UInt8(ascii: "/"), name.dropFirst().elementsEqual(element) { hidden = nil }
                } else if name.elementsEqual("script".utf8) || name.elementsEqual("style".utf8) {
                    hidden = name
                } else {
                    let bare = name.first == UInt8(ascii: "/") ? Array(name.dropFirst()) : name
                    if breaking.contains(String(decoding: bare, as: UTF8.self)) { result.append(0x0A) }
                }
            } else if hidden != nil {
                index += 1
            } else if byte == UInt8(ascii: "&"),
                let found = HTMLEntities.decode(html, at: index, before: html.count)
            {
                result.append(contentsOf: UTF8.encode(found.scalar) ?? UTF8.encodedReplacementCharacter)
                index += found.length
            } else {
                result.append(ASCII.isSpace(byte) ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }

    /// An address in angle brackets, `<ada@example.com>`, is unescaped text.
    private static func isMarkup(_ html: [UInt8], _ start: Int) -> Bool {
        guard start < html.count else { return false }
        guard html[start] != UInt8(ascii: "!"), html[start] != UInt8(ascii: "/") else { return true }
        guard ASCII.isLetter(html[start]) else { return false }
        for byte in html[start..<min(start + 64, html.count)] {
            if byte == UInt8(ascii: "@") { return false }
            if byte == UInt8(ascii: ">") || ASCII.isSpace(byte) { return true }
        }
        return true
    }

    private static func elementName(_ html: [UInt8], _ start: Int) -> [UInt8] {
        var name: [UInt8] = []
        for byte in html[start..<min(start + 12, html.count)] {
            guard ASCII.isAlphanumeric(byte) || (byte == UInt8(ascii: "/") && name.isEmpty) else { break }
            name.append(ASCII.lowercased(byte))
        }
        return name
    }
}
