import Core
import Foundation

/// The position where the next page begins, the same in the API, the dashboard and the command line: opaque, and
/// validated like any input.
///
/// It holds only a position: the account comes from the key, the session or the option, never from the cursor.
package struct PageCursor: Equatable, Sendable {
    /// The list it belongs to; other lists refuse it.
    package enum Kind: String, Sendable {
        case lists = "l", contacts = "c", members = "m", campaigns = "k", deliveries = "d", suppressions = "s"
        case deadLetters = "x", accounts = "a", users = "u", keys = "y", blocks = "b", suppressionNumbers = "n"
        case mails = "i"
        /// Contacts in the order of their addresses.
        case addresses = "p"
    }

    package let kind: Kind
    /// Not negative.
    package let numbers: [Int64]
    /// An address's hash, for lists in that order; otherwise empty.
    package let hash: [UInt8]

    package init(_ kind: Kind, _ numbers: [Int64], hash: [UInt8] = []) {
        self.kind = kind
        self.numbers = numbers
        self.hash = hash
    }

    /// base64url of `1 kind numbers… hash`.
    package var text: String {
        let digits = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let plain = (["1", kind.rawValue] + numbers.map { String($0) } + (hash.isEmpty ? [] : [digits]))
        return Self.encoded(Array(plain.joined(separator: " ").utf8))
    }

    /// base64url without padding.
    package static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Returns: `nil` unless it is exactly the ``text`` of such a cursor.
    package init?(_ text: String, kind: Kind) {
        guard text.utf8.count <= 400 else { return nil }
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: standard + padding) else { return nil }
        var parts = String(decoding: data, as: UTF8.self).split(separator: " ")[...]
        guard parts.popFirst() == "1", parts.popFirst().map({ String($0) }) == kind.rawValue else { return nil }
        var hash: [UInt8] = []
        if kind.hasHash {
            guard let digits = parts.popLast(), let bytes = Self.bytes(digits), bytes.count == 32 else { return nil }
            hash = bytes
        }
        let numbers = parts.compactMap { Self.number($0) }
        guard numbers.count == parts.count, numbers.count == kind.numberCount else { return nil }
        guard kind.fitsInt32 == false || numbers.allSatisfy({ $0 <= Int64(Int32.max) }) else { return nil }
        self.init(kind, numbers, hash: hash)
        guard self.text == text else { return nil }
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        var rest = digits[...]
        var bytes: [UInt8] = []
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16), rest.utf8.count > 1 else { return nil }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }

    /// Only digits: no sign, no blank, no leading 0.
    package static func number(_ text: some StringProtocol) -> Int64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        guard text.utf8.first != UInt8(ascii: "0") || text.utf8.count == 1 else { return nil }
        return Int64(text)
    }
}

extension JSONValue {
    /// A page of a list.
    package static func page(_ items: [JSONValue], next: PageCursor?) -> JSONValue {
        ["items": .array(items), "next_cursor": .string(orNull: next?.text)]
    }
}

extension Array {
    /// The cursor of the page after this one, from its last row; `nil` where the page is not full.
    package func next(_ limit: Int32, _ cursor: (Element) -> PageCursor) -> PageCursor? {
        count == Int(limit) ? last.map(cursor) : nil
    }
}

extension PageCursor.Kind {
    /// Of contacts that are searched for: two of these are in different orders.
    package static func of(_ search: ContactSearch) -> PageCursor.Kind {
        if case .beginning = search { .addresses } else { .contacts }
    }

    fileprivate var hasHash: Bool { self == .suppressions }
    fileprivate var numberCount: Int { self == .suppressions ? 4 : 1 }
    fileprivate var fitsInt32: Bool {
        switch self {
        case .contacts, .members, .addresses, .deadLetters, .blocks, .suppressionNumbers, .mails: false
        case .lists, .campaigns, .deliveries, .suppressions, .accounts, .users, .keys: true
        }
    }
}
