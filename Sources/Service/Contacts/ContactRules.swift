import Core
import Database
import Templates

/// What a contact must be, whichever way it comes: as a row of a file, or in a request.
package enum ContactRules {
    /// More would not fit what a message may be filled with.
    private static let mostAttributeBytes = 256 << 10

    /// What is wrong with a contact's fields, written as a JSON object; `nil` when nothing is.
    package static func problem(attributes: [UInt8]) -> String? {
        attributes.count > mostAttributeBytes ? "more than 256 KiB of fields" : nil
    }
}

extension ImportRow {
    /// - Parameters:
    ///   - line: Where it stands in its file or request.
    ///   - address: The contact's.
    ///   - attributes: A JSON object.
    ///   - identity: What hashes the address.
    package init(line: Int32, address: EmailAddress, attributes: [UInt8], identity: AddressHashKey) {
        let key = address.key
        self.init(
            line: line,
            address: address.bytes,
            addressKey: key,
            addressHash: identity.addressHash(key: key),
            domain: Array(address.domain),
            attributes: attributes
        )
    }
}

extension MergeValue {
    /// Whether a payment card number stands anywhere in it, in names as well.
    package var hasCardNumber: Bool {
        switch self {
        case .text(let text), .number(let text): CardNumber.isIn(text.bytes)
        case .bool, .null: false
        case .list(let items): items.contains { $0.hasCardNumber }
        case .object(let fields): fields.contains { CardNumber.isIn($0.name.bytes) || $0.value.hasCardNumber }
        }
    }
}
