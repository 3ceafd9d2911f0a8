import Core
import Templates

/// Reads a JSON object field by field, and collects all problems.
///
/// An unknown field is an error too, so that misspellings are noticed. Violations of the OpenAPI document are answered
/// with 400, other problems (an invalid address, an unknown list) with 422.
struct FieldReader {
    private let fields: [MergeField]
    private let pointer: String
    /// Bytes, like everything compared here: comparing strings costs the square of their combining marks.
    private var asked: Set<MergeText> = []
    private(set) var problems: [APIProblem.Field] = []
    /// Whether a problem violates the schema.
    private var breaksSchema = false

    /// Takes a whole body.
    ///
    /// - Throws: ``APIProblem`` if it is not a JSON object.
    init(body: [UInt8]) throws {
        var limits = MergeValue.JSONLimits()
        limits.bytes = max(1, body.count)
        let value: MergeValue
        do {
            value = try MergeValue(json: body, limits: limits)
        } catch {
            throw APIProblem.badRequest("The body is not JSON: byte \(error.offset): \(error.problem).")
        }
        guard case .object(let fields) = value else {
            throw APIProblem.malformed([.init(pointer: "", detail: "must be an object")])
        }
        self.init(fields, at: "")
    }

    /// Takes an object within the body.
    init(_ fields: [MergeField], at pointer: String) {
        self.fields = fields
        self.pointer = pointer
    }

    /// Throws if there were problems or unread fields.
    mutating func finish() throws(APIProblem) {
        noteUnknown()
        guard problems.isEmpty else { throw breaksSchema ? .malformed(problems) : .invalid(problems) }
    }

    /// Reports unread fields.
    mutating func noteUnknown() {
        for field in fields where !asked.contains(field.name) {
            note(field.name.string, "is an unknown field")
        }
    }

    /// Reports a violation of the schema.
    mutating func note(_ name: String, _ detail: String) {
        breaksSchema = true
        problems.append(.init(pointer: pointer(to: name), detail: detail))
    }

    /// Reports a problem that the schema does not cover.
    mutating func noteInvalid(_ name: String, _ detail: String) {
        problems.append(.init(pointer: pointer(to: name), detail: detail))
    }

    /// Takes over the problems of a nested reader.
    mutating func take(_ other: FieldReader) {
        problems += other.problems
        breaksSchema = breaksSchema || other.breaksSchema
    }

    func pointer(to name: String) -> String {
        var escaped: [UInt8] = []
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "~"): escaped += "~0".utf8
            case UInt8(ascii: "/"): escaped += "~1".utf8
            default: escaped.append(byte)
            }
        }
        return pointer + "/" + String(decoding: escaped, as: UTF8.self)
    }

    /// Whether the field is present, even if null.
    func has(_ name: String) -> Bool {
        let name = MergeText(name)
        return fields.contains { $0.name == name }
    }

    /// The field's value; `nil` if absent or null.
    mutating func value(_ name: String, isRequired: Bool = false) -> MergeValue? {
        let key = MergeText(name)
        asked.insert(key)
        let value = fields.first { $0.name == key }?.value
        guard let value, value != .null else {
            if isRequired { note(name, "is missing") }
            return nil
        }
        return value
    }

    /// A text of 1 to `limit` characters.
    mutating func text(_ name: String, upTo limit: Int, isRequired: Bool = false, lines: Bool = false) -> String? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        guard case .text(let text) = value else {
            note(name, "must be a string")
            return nil
        }
        let string = text.string
        guard !string.isEmpty, string.unicodeScalars.count <= limit else {
            note(name, "must have 1 to \(limit) characters")
            return nil
        }
        guard lines || !string.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            noteInvalid(name, "has a line break or another control character")
            return nil
        }
        return string
    }

    /// A name that Veredus defines.
    mutating func name(_ name: String, isRequired: Bool) -> String? {
        guard let text = text(name, upTo: 200, isRequired: isRequired) else { return nil }
        guard PlainName.isValid(text) else {
            noteInvalid(name, PlainName.rule)
            return nil
        }
        return text
    }

    mutating func address(_ name: String, isRequired: Bool = false) -> EmailAddress? {
        guard let text = text(name, upTo: 320, isRequired: isRequired) else { return nil }
        do throws(EmailAddress.Invalid) {
            return try EmailAddress(text)
        } catch {
            noteInvalid(name, "is not an address: \(error.reason). Give one bare address, like name@example.net")
            return nil
        }
    }

    mutating func whole(_ name: String, _ range: ClosedRange<Int>, isRequired: Bool = false) -> Int? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        // JSON has one kind of number: 5.0 is whole (JSON Schema, "integer").
        guard case .number(let text) = value,
            let number = Int(text.string) ?? Double(text.string).flatMap({ Int(exactly: $0) }), range.contains(number)
        else {
            note(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func choice<Choice: WireNamed>(_ name: String, _: Choice.Type) -> Choice? {
        guard let value = value(name) else { return nil }
        // A longer word cannot match and is not compared: it may be all combining marks.
        guard case .text(let text) = value, text.count <= 100, let found = Choice(name: text.string) else {
            note(name, "must be one of \(Choice.names.joined(separator: ", "))")
            return nil
        }
        return found
    }

    mutating func flag(_ name: String) -> Bool? {
        guard let value = value(name) else { return nil }
        switch value {
        case .bool(let flag): return flag
        default:
            note(name, "must be true or false")
            return nil
        }
    }

    /// A time with a UTC offset.
    mutating func moment(_ name: String) -> Double? {
        guard let text = text(name, upTo: 40) else { return nil }
        guard let seconds = Timestamp.seconds(text) else {
            noteInvalid(name, "must be a time with a UTC offset, like 2026-11-30T09:00:00+01:00")
            return nil
        }
        return seconds
    }

    /// An object within this one.
    mutating func object(_ name: String, isRequired: Bool = false) -> FieldReader? {
        guard let value = value(name, isRequired: isRequired) else { return nil }
        guard case .object(let fields) = value else {
            note(name, "must be an object")
            return nil
        }
        return FieldReader(fields, at: pointer(to: name))
    }
}
