import Core
import Database
import Templates

/// The rules for a contact, from a file's row or a request.
package enum ContactRules {
    /// The limit of what a message's fields may hold.
    private static let mostAttributeBytes = 256 << 10

    /// The problem with a contact's fields, a JSON object; `nil` if there is none.
    package static func problem(attributes: [UInt8]) -> String? {
        attributes.count > mostAttributeBytes ? "more than 256 KiB of fields" : nil
    }

    /// The first field by which another system says that it mails an address no more; `nil` when none does.
    package static func optOut(in fields: [MergeField]) -> (field: String, status: ForeignStatus)? {
        for field in fields {
            let cell: String
            switch field.value {
            case .text(let text), .number(let text): cell = text.string
            case .bool(let value): cell = value ? "true" : "false"
            case .null, .list, .object: continue
            }
            guard field.name.count <= 100, let column = StatusColumn(named: field.name.string),
                case .says(let status) = column.reading(of: cell), status != .subscribed, status != .unconfirmed
            else { continue }
            return (field.name.string, status)
        }
        return nil
    }
}

extension ImportRow {
    /// - Parameters:
    ///   - line: Where it stands in its file or request.
    ///   - address: The contact's.
    ///   - attributes: A JSON object.
    ///   - identity: Hashes the address.
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
    /// Whether it contains a payment card number, in names as well.
    package var hasCardNumber: Bool { hasCardNumber(named: "") }

    private func hasCardNumber(named name: @autoclosure () -> String) -> Bool {
        switch self {
        case .text(let text), .number(let text): CardNumber.isIn(text.bytes, named: name())
        case .bool, .null: false
        case .list(let items): items.contains { $0.hasCardNumber(named: name()) }
        case .object(let fields):
            fields.contains { CardNumber.isIn($0.name.bytes) || $0.value.hasCardNumber(named: $0.name.string) }
        }
    }
}
