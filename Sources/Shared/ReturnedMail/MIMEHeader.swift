import Core

/// The header fields of a message or of a part, unfolded, as they came: encoded words are still encoded.
struct MIMEHeader: Sendable {
    /// Where a field stands. It has no bytes of its own, since few of a message's fields are read.
    struct Field: Sendable {
        /// In ``MIMEHeader/source``, as it was written, in ASCII.
        let name: Range<Int>
        /// Without line ends and surrounding blanks; whatever bytes were sent.
        var value: Range<Int>
        /// Whether the value stands in ``MIMEHeader/unfolded``.
        var isUnfolded = false
    }

    /// What the fields were read from.
    let source: [UInt8]
    /// The values of fields on several lines.
    var unfolded: [UInt8] = []
    var fields: [Field] = []

    init(of source: [UInt8]) { self.source = source }

    /// The first field of a name, which is given in lower case.
    subscript(name: String) -> [UInt8]? { index(of: name, from: 0).map { value(of: fields[$0]) } }

    func has(_ name: String) -> Bool { index(of: name, from: 0) != nil }

    func all(_ name: String) -> [[UInt8]] {
        var values: [[UInt8]] = []
        var start = 0
        while let index = index(of: name, from: start) {
            values.append(value(of: fields[index]))
            start = index + 1
        }
        return values
    }

    private func index(of name: String, from start: Int) -> Int? {
        let count = name.utf8.count
        var index = start
        while index < fields.count {
            if fields[index].name.count == count, isNamed(fields[index], name) { return index }
            index += 1
        }
        return nil
    }

    /// A field that is text for people: encoded words decoded, UTF-8.
    func text(_ name: String) -> [UInt8]? { self[name].map { EncodedWords.decoded($0) } }

    func value(of field: Field) -> [UInt8] { Array(text(of: field)[field.value]) }

    /// What a field's value is a range of.
    func text(of field: Field) -> [UInt8] { field.isUnfolded ? unfolded : source }

    func isNamed(_ field: Field, _ name: String) -> Bool {
        guard field.name.count == name.utf8.count else { return false }
        var index = field.name.lowerBound
        for byte in name.utf8 {
            if ASCII.lowercased(source[index]) != byte { return false }
            index += 1
        }
        return true
    }

    /// The same text with other fields of it.
    func with(_ fields: [Field]) -> MIMEHeader {
        var header = self
        header.fields = fields
        return header
    }

    // MARK: Reading

    /// Adds a line to the value of the last field, behind a space.
    mutating func continueLast(with text: ArraySlice<UInt8>, isSpaced: Bool) {
        guard var field = fields.popLast() else { return }
        if !field.isUnfolded {
            let start = unfolded.count
            unfolded += source[field.value]
            field.value = start..<unfolded.count
            field.isUnfolded = true
        }
        if isSpaced { unfolded.append(UInt8(ascii: " ")) }
        unfolded += text
        field.value = field.value.lowerBound..<unfolded.count
        fields.append(field)
    }
}

/// A value such as `text/plain; charset="utf-8"`, RFC 2045 §5.1.
struct ParameterizedValue {
    /// In lower case.
    private(set) var value: [UInt8] = []
    private var parameters: [(name: String, value: [UInt8])] = []

    var string: String { String(decoding: value, as: UTF8.self) }

    subscript(name: String) -> [UInt8]? { parameters.first { $0.name == name }?.value }

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
        let base = name.prefix { $0 != "*" }
        if let known = parameters.firstIndex(where: { $0.name == base }) {
            if base.endIndex < name.endIndex { parameters[known].value += value }
        } else {
            parameters.append((String(base), value))
        }
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
