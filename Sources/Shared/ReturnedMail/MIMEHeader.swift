import Core

/// The header fields of a message or of a part, unfolded, as they came: encoded words are still encoded.
struct MIMEHeader: Sendable {
    struct Field: Sendable {
        /// In lower case.
        let name: String
        /// As it was written.
        let originalName: String
        /// Without line ends and surrounding blanks; whatever bytes were sent.
        var value: [UInt8]
    }

    var fields: [Field] = []

    /// The first field of a name, which is given in lower case.
    subscript(name: String) -> [UInt8]? { fields.first { $0.name == name }?.value }

    func all(_ name: String) -> [[UInt8]] { fields.filter { $0.name == name }.map(\.value) }

    /// A field that is text for people: encoded words decoded, UTF-8.
    func text(_ name: String) -> [UInt8]? { self[name].map { EncodedWords.decoded($0) } }
}

/// A value such as `text/plain; charset="utf-8"`, RFC 2045 §5.1.
struct ParameterizedValue {
    /// In lower case.
    private(set) var value: [UInt8] = []
    private var parameters: [String: [UInt8]] = [:]

    var string: String { String(decoding: value, as: UTF8.self) }

    subscript(name: String) -> [UInt8]? { parameters[name] }

    /// Reads leniently: a missing quote, a missing semicolon and comments are passed over.
    init(_ text: [UInt8]) {
        var index = 0
        let head = text.prefix { $0 != UInt8(ascii: ";") && !ASCII.isSpace($0) && $0 != UInt8(ascii: "(") }
        value = ASCII.lowercased(head)
        index = head.endIndex
        var count = 0
        while index < text.count, count < 64 {
            guard let semicolon = text[index...].firstIndex(of: UInt8(ascii: ";")) else { break }
            index = semicolon + 1
            count += 1
            while index < text.count, ASCII.isSpace(text[index]) { index += 1 }
            let nameStart = index
            while index < text.count, text[index] != UInt8(ascii: "="), text[index] != UInt8(ascii: ";") { index += 1 }
            guard index < text.count, text[index] == UInt8(ascii: "=") else { continue }
            let name = String(
                decoding: ASCII.lowercased(text[nameStart..<index].filter { !ASCII.isSpace($0) }),
                as: UTF8.self
            )
            index += 1
            add(name, Self.parameterValue(text, &index))
        }
    }

    /// RFC 2231 §3: `boundary*0=`, `boundary*1=` are joined in the order they come; the first of equal names counts.
    private mutating func add(_ name: String, _ value: [UInt8]) {
        guard let star = name.firstIndex(of: "*") else {
            if parameters[name] == nil { parameters[name] = value }
            return
        }
        let base = String(name[..<star])
        parameters[base, default: []].append(contentsOf: value)
    }

    private static func parameterValue(_ text: [UInt8], _ index: inout Int) -> [UInt8] {
        while index < text.count, ASCII.isBlank(text[index]) { index += 1 }
        var value: [UInt8] = []
        guard index < text.count, text[index] == UInt8(ascii: "\"") else {
            while index < text.count, text[index] != UInt8(ascii: ";"), !ASCII.isSpace(text[index]) {
                value.append(text[index])
                index += 1
            }
            return value
        }
        index += 1
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            if text[index] == UInt8(ascii: "\\"), index + 1 < text.count { index += 1 }
            value.append(text[index])
            index += 1
        }
        return value
    }
}
