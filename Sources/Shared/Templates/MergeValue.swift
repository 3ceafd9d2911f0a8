/// A piece of UTF-8 text inside a buffer that it keeps alive: a contact's fields share the one buffer they came in.
package struct MergeText: Sendable {
    private let storage: [UInt8]
    private let start: Int32
    package let count: Int

    /// Takes a range of a buffer of at most 2 GiB.
    init(_ storage: [UInt8], _ range: Range<Int>) {
        self.storage = storage
        start = Int32(range.lowerBound)
        count = range.count
    }

    package init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }
    package init(_ text: String) { self.init(Array(text.utf8)) }

    package var isEmpty: Bool { count == 0 }

    /// A copy as an array.
    package var bytes: [UInt8] { Array(slice) }
    var slice: ArraySlice<UInt8> { storage[Int(start)..<Int(start) + count] }
    package var string: String { String(decoding: slice, as: UTF8.self) }
}

extension MergeText: Hashable {
    package static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count else { return false }
        let leftStart = Int(left.start)
        let rightStart = Int(right.start)
        for index in 0..<left.count where left.storage[leftStart + index] != right.storage[rightStart + index] {
            return false
        }
        return true
    }

    package func hash(into hasher: inout Hasher) {
        for byte in slice { hasher.combine(byte) }
    }
}

/// What a template can be filled with: a contact's fields, a campaign's defaults.
package enum MergeValue: Sendable, Equatable {
    case text(MergeText)
    /// As written; never read as a number.
    case number(MergeText)
    case bool(Bool)
    case null
    case list([MergeValue])
    case object([MergeField])

    /// The field of an object; `nil` when there is none, or this is no object.
    package func field(_ name: MergeText) -> MergeValue? {
        guard case .object(let fields) = self else { return nil }
        for field in fields where field.name == name { return field.value }
        return nil
    }

    /// Whether a section over it is rendered: all but `false`, null, the empty text, the empty list, zero, and a text that
    /// says no as a spreadsheet would.
    package var isTrue: Bool {
        switch self {
        case .text(let text), .number(let text): !text.isEmpty && !text.saysNo
        case .object: true
        case .bool(let value): value
        case .null: false
        case .list(let items): !items.isEmpty
        }
    }
}

/// A named value of an object.
package struct MergeField: Sendable, Equatable {
    package let name: MergeText
    package let value: MergeValue

    package init(name: MergeText, value: MergeValue) {
        self.name = name
        self.value = value
    }
}

extension MergeText: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}

extension MergeValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(MergeText(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: MergeValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, MergeValue)...) {
        self = .object(elements.map { MergeField(name: MergeText($0.0), value: $0.1) })
    }
}
