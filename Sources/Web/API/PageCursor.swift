import Foundation

/// The position where the next page begins: opaque to clients, and validated like any input.
///
/// It holds only a position: the account comes from the key, never from the cursor.
struct PageCursor: Equatable, Sendable {
    /// The list it belongs to; other lists refuse it.
    enum Kind: String, Sendable {
        case lists = "l", contacts = "c", members = "m", campaigns = "k", deliveries = "d", suppressions = "s"
        case deadLetters = "x"
    }

    let kind: Kind
    /// Not negative.
    let numbers: [Int64]
    /// An address's hash, for lists in that order; otherwise empty.
    let hash: [UInt8]

    init(_ kind: Kind, _ numbers: [Int64], hash: [UInt8] = []) {
        self.kind = kind
        self.numbers = numbers
        self.hash = hash
    }

    /// base64url of `1 kind numbers… hash`.
    var text: String {
        let digits = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let plain = (["1", kind.rawValue] + numbers.map { String($0) } + (hash.isEmpty ? [] : [digits]))
        return Self.encoded(Array(plain.joined(separator: " ").utf8))
    }

    /// base64url without padding.
    static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Returns: `nil` unless it is exactly the ``text`` of such a cursor.
    init?(_ text: String, kind: Kind) {
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
        let numbers = parts.compactMap { QueryReader.number($0) }
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
}

extension PageCursor.Kind {
    fileprivate var hasHash: Bool { self == .contacts || self == .suppressions }
    fileprivate var numberCount: Int { self == .suppressions ? 4 : 1 }
    fileprivate var fitsInt32: Bool { self != .contacts && self != .members && self != .deadLetters }
}
