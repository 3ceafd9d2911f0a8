/// What contacts are searched by: each is found by an index, whatever the account holds.
package enum ContactSearch: Sendable, Equatable {
    case all
    /// Addresses that begin so, in their normal form.
    case beginning(String)
    /// Addresses at this domain, in A-labels.
    case domain(String)
    /// A field, by its path, that has this value.
    case field([String], String)

    /// Why a search is refused; never the text itself.
    package struct Refused: Error, Equatable {
        package let isField: Bool
        package let reason: String
    }

    /// What is said of a page that begins after a contact that was erased since.
    package static let lostPlace = "cannot be used any more: the contact that it stands for was erased; start again"

    private static let deepest = 8

    /// - Parameters:
    ///   - address: How addresses begin, or `@` and a whole domain.
    ///   - field: `name=value`; a name within another one follows a dot, as in messages.
    /// - Throws: `Refused` where there are both, or one of them is not of its form.
    package init(address: String?, field: String?) throws(Refused) {
        switch (address, field) {
        case (nil, nil): self = .all
        case (let address?, nil): self = try Self.address(address)
        case (nil, let field?): self = try Self.field(field)
        default: throw Refused(isField: true, reason: "does not go with address")
        }
    }

    private static func address(_ text: String) throws(Refused) -> ContactSearch {
        guard !text.isEmpty else { throw Refused(isField: false, reason: "must not be empty") }
        if text.utf8.first == UInt8(ascii: "@") {
            do {
                return .domain(String(decoding: try DomainName.normalised(String(text.dropFirst())), as: UTF8.self))
            } catch {
                throw Refused(isField: false, reason: "must be a whole domain after @: \(error.reason)")
            }
        }
        if let whole = try? EmailAddress(text) { return .beginning(String(decoding: whole.key, as: UTF8.self)) }
        let scalars = Unicode.Scalar.composed(text)
        return .beginning(String(String.UnicodeScalarView(scalars)).lowercased())
    }

    private static func field(_ text: String) throws(Refused) -> ContactSearch {
        let pair = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let path = (pair.first ?? "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard pair.count == 2, (1...deepest).contains(path.count), path.allSatisfy({ !$0.isEmpty }) else {
            throw Refused(isField: true, reason: "must be of the form name=value")
        }
        return .field(path, String(pair[1]))
    }

    /// What the index has of such a contact, as JSON; empty where it is found by its address.
    package var keys: [String] {
        switch self {
        case .all, .beginning: []
        case .domain(let domain): [JSONValue.object([.init(name: "domain", value: .string(domain))]).text]
        case .field: fields.map { "{\"fields\":\($0)}" }
        }
    }

    /// The fields that such a contact has, as JSON: a number is also found as the text it is written as.
    package var fields: [String] {
        guard case .field(let path, let text) = self else { return [] }
        var values = [JSONValue.string(text)]
        if text == "true" || text == "false" || text.wholeMatch(of: /-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?/) != nil {
            values.append(.literal(text))
        }
        return values.map { value in
            path.reversed().reduce(value) { inner, name in .object([.init(name: name, value: inner)]) }.text
        }
    }
}
