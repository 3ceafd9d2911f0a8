/// A JSON value to be written; the fields of an object keep their order.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Written with at most three decimals.
    case decimal(Double)
    /// A number in the given spelling, which the caller ensures is JSON.
    case literal(String)
    case string(String)
    case array([JSONValue])
    case object([JSONField])

    /// A named value of an object.
    package struct JSONField: Sendable, Equatable {
        package let name: String
        package let value: JSONValue

        package init(name: String, value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    package static func number(_ number: some BinaryInteger) -> JSONValue { .int(Int64(number)) }

    /// A number, or null.
    package static func number(orNull number: (some BinaryInteger)?) -> JSONValue {
        number.map { .int(Int64($0)) } ?? .null
    }

    /// A moment in UTC, from seconds since 1970.
    package static func moment(_ seconds: Double) -> JSONValue { .string(Timestamp.text(seconds)) }
    package static func moment(orNull seconds: Double?) -> JSONValue { seconds.map { .moment($0) } ?? .null }

    /// The object with more fields appended.
    package func adding(_ more: JSONValue) -> JSONValue {
        guard case .object(let fields) = self, case .object(let others) = more else { return self }
        return .object(fields + others)
    }

    /// A string, or null.
    package static func string(orNull text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

    /// One line, without a line end.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .int(let number): bytes += "\(number)".utf8
        case .decimal(let number):
            guard number.isFinite else { return bytes += "null".utf8 }
            let thousandths = (number * 1_000).rounded()
            let isWhole = thousandths.truncatingRemainder(dividingBy: 1_000) == 0 && abs(number) < 1e15
            bytes += (isWhole ? "\(Int64(thousandths / 1_000))" : "\(thousandths / 1_000)").utf8
        case .literal(let text): bytes.append(jsonLiteral: text.utf8)
        case .string(let text): bytes.append(jsonString: text)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let fields):
            bytes.append(UInt8(ascii: "{"))
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(jsonString: field.name)
                bytes.append(UInt8(ascii: ":"))
                field.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONField(name: $0.0, value: $0.1) })
    }

    package init(stringLiteral value: String) { self = .string(value) }
}
