import Core

/// Why a text is not the JSON that merge fields may come in.
package struct MergeJSONError: Error, Equatable, CustomStringConvertible {
    /// Bytes before the place.
    package let offset: Int
    package let problem: String

    package var description: String {
        "merge fields, byte \(offset): \(problem). Correct the contact's attributes; they are one JSON object."
    }
}

extension MergeValue {
    /// What a JSON text may cost.
    package struct JSONLimits: Sendable {
        package var bytes = 1 << 20
        package var depth = 32
        /// Values in one list, fields in one object.
        package var elements = 10_000

        package init() {}
    }

    /// Reads one JSON value (RFC 8259), strictly: UTF-8 is checked, a name twice in an object and `\u0000` are refused.
    /// A byte-order mark before it is passed over, as §8.1 allows.
    ///
    /// Texts without escapes are not copied: they share `json`.
    package init(json: [UInt8], limits: JSONLimits = JSONLimits()) throws(MergeJSONError) {
        var reader = MergeJSONReader(bytes: json, limits: limits)
        self = try reader.document()
    }
}

/// A recursive descent through one JSON text; its depth is bounded by the limits.
private struct MergeJSONReader {
    let bytes: [UInt8]
    let limits: MergeValue.JSONLimits
    var position = 0
    var depth = 0

    init(bytes: [UInt8], limits: MergeValue.JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    func failure(_ problem: String) -> MergeJSONError { MergeJSONError(offset: position, problem: problem) }

    mutating func document() throws(MergeJSONError) -> MergeValue {
        guard bytes.count <= limits.bytes else { throw failure("more than \(limits.bytes) bytes") }
        if bytes.starts(with: UTF8Scalar.byteOrderMark) { position = UTF8Scalar.byteOrderMark.count }
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("something follows the value") }
        return value
    }

    mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no space, not taken yet.
    mutating func peek() throws(MergeJSONError) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw failure("ends too early") }
        return bytes[position]
    }

    mutating func value() throws(MergeJSONError) -> MergeValue {
        switch try peek() {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    mutating func word(_ word: StaticString, _ value: MergeValue) throws(MergeJSONError) -> MergeValue {
        let length = word.utf8CodeUnitCount
        guard position + length <= bytes.count else { throw failure("ends too early") }
        let isSame = word.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + length]) }
        guard isSame else { throw failure("neither a value nor true, false or null") }
        position += length
        return value
    }

    mutating func enter() throws(MergeJSONError) {
        position += 1
        depth += 1
        guard depth <= limits.depth else { throw failure("nested deeper than \(limits.depth)") }
    }

    mutating func list() throws(MergeJSONError) -> MergeValue {
        try enter()
        defer { depth -= 1 }
        var items: [MergeValue] = []
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return .list(items)
        }
        while true {
            guard items.count < limits.elements else { throw failure("more than \(limits.elements) values in a list") }
            items.append(try value())
            if try endsAfterElement(UInt8(ascii: "]")) { return .list(items) }
        }
    }

    mutating func object() throws(MergeJSONError) -> MergeValue {
        try enter()
        defer { depth -= 1 }
        var fields: [MergeField] = []
        var names: Set<MergeText> = []
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return .object(fields)
        }
        fields.reserveCapacity(8)
        while true {
            guard fields.count < limits.elements else { throw failure("more than \(limits.elements) fields") }
            guard try peek() == UInt8(ascii: "\"") else { throw failure("expected a field's name in quotes") }
            let name = try text()
            // Few fields: comparing is faster than a set.
            let isTwice =
                fields.count < 16 ? fields.contains { $0.name == name } : isKnown(name, of: fields, in: &names)
            guard !isTwice else { throw failure("the name \"\(name.string)\" twice in one object") }
            guard try peek() == UInt8(ascii: ":") else { throw failure("expected a colon") }
            position += 1
            fields.append(MergeField(name: name, value: try value()))
            if try endsAfterElement(UInt8(ascii: "}")) { return .object(fields) }
        }
    }

    func isKnown(_ name: MergeText, of fields: [MergeField], in names: inout Set<MergeText>) -> Bool {
        if names.isEmpty { names = Set(fields.map(\.name)) }
        return !names.insert(name).inserted
    }

    mutating func endsAfterElement(_ end: UInt8) throws(MergeJSONError) -> Bool {
        let byte = try peek()
        guard byte == end || byte == UInt8(ascii: ",") else { throw failure("expected a comma or the end") }
        position += 1
        return byte == end
    }

    mutating func number() throws(MergeJSONError) -> MergeText {
        let start = position
        _ = take(UInt8(ascii: "-"))
        let first = position
        guard takeDigits() else { throw failure("not a JSON value") }
        guard bytes[first] != UInt8(ascii: "0") || position == first + 1 else {
            throw failure("a number with a leading 0")
        }
        if take(UInt8(ascii: ".")), !takeDigits() { throw failure("expected a digit after the point") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            let exponent = position
            guard takeDigits() else { throw failure("expected a digit in the exponent") }
            guard position - exponent <= 4 else { throw failure("a number out of range") }
        }
        // What PostgreSQL's numeric holds whatever the exponent is: jsonb keeps numbers in it.
        guard position - start <= 1_000 else { throw failure("a number out of range") }
        return MergeText(bytes, start..<position)
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func takeDigits() -> Bool {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position > start
    }

    mutating func text() throws(MergeJSONError) -> MergeText {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return MergeText(bytes, start..<position - 1)
            }
            if byte == UInt8(ascii: "\\") { return try escapedText(from: start) }
            try skipCharacter(byte)
        }
        throw failure("an unterminated string")
    }

    mutating func skipCharacter(_ byte: UInt8) throws(MergeJSONError) {
        guard byte >= 0x80 else {
            guard byte >= 0x20 else { throw failure("a control character in a string") }
            position += 1
            return
        }
        guard let length = UTF8Scalar.length(in: bytes, at: position) else { throw failure("not UTF-8") }
        position += length
    }

    mutating func escapedText(from start: Int) throws(MergeJSONError) -> MergeText {
        var decoded = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return MergeText(decoded)
            }
            if byte == UInt8(ascii: "\\") {
                try escape(into: &decoded)
            } else {
                let from = position
                try skipCharacter(byte)
                decoded.append(contentsOf: bytes[from..<position])
            }
        }
        throw failure("an unterminated string")
    }

    mutating func escape(into decoded: inout [UInt8]) throws(MergeJSONError) {
        guard position + 1 < bytes.count else { throw failure("an unterminated string") }
        let kind = bytes[position + 1]
        position += 2
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): decoded.append(kind)
        case UInt8(ascii: "b"): decoded.append(0x08)
        case UInt8(ascii: "f"): decoded.append(0x0C)
        case UInt8(ascii: "n"): decoded.append(0x0A)
        case UInt8(ascii: "r"): decoded.append(0x0D)
        case UInt8(ascii: "t"): decoded.append(0x09)
        case UInt8(ascii: "u"): try unicodeEscape(into: &decoded)
        default: throw failure("an invalid escape")
        }
    }

    mutating func unicodeEscape(into decoded: inout [UInt8]) throws(MergeJSONError) {
        var code = try hexadecimal()
        if code & 0xFC00 == 0xD800 {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("half a surrogate pair") }
            let low = try hexadecimal()
            guard low & 0xFC00 == 0xDC00 else { throw failure("half a surrogate pair") }
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard code != 0, let scalar = Unicode.Scalar(code) else { throw failure("\\u0000 or half a surrogate pair") }
        decoded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }

    mutating func hexadecimal() throws(MergeJSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw failure("an unterminated string") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = ASCII.hexadecimalValue(bytes[position]) else { throw failure("expected four hex digits") }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }
}
