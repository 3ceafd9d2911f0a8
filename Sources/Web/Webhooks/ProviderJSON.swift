import Templates

/// A provider's JSON, read leniently: missing fields are empty, since the sender cannot be asked to fix them.
struct ProviderJSON: Sendable {
    let value: MergeValue

    init(_ value: MergeValue) { self.value = value }

    /// - Returns: `nil` if the bytes are not JSON within limits.
    init?(_ bytes: [UInt8]) {
        guard let value = try? MergeValue(json: bytes) else { return nil }
        self.value = value
    }

    subscript(_ name: String) -> ProviderJSON { ProviderJSON(value.field(MergeText(name)) ?? .null) }

    /// Of a text or a number.
    var text: String {
        switch value {
        case .text(let text), .number(let text): text.string
        default: ""
        }
    }

    var list: [ProviderJSON] {
        guard case .list(let items) = value else { return [] }
        return items.map(ProviderJSON.init)
    }
}

extension String {
    /// The text before the `@`, or all of it: a signed local part, if it is one.
    var localPart: String { String(drop { $0 == "<" }.prefix { $0 != "@" && $0 != ">" }) }
}
