import Core
import Templates

extension CampaignSettings {
    /// As it is stored; what ``init(json:)`` reads.
    package var json: JSONValue {
        [
            "from": ["name": .string(fromName), "address": .string(fromAddress.string)],
            "reply_to": .string(orNull: replyTo?.string),
            "language": .string(language.rawValue),
            "defaults": defaults.json,
            "partials": .object(
                partials.sorted { $0.key < $1.key }.map { JSONValue.JSONField(name: $0.key, value: .string($0.value)) }
            ),
        ]
    }
}

extension MergeValue {
    /// The same value, to be written; a number is kept as it was written.
    package var json: JSONValue {
        switch self {
        case .text(let text): .string(text.string)
        case .number(let text): .literal(text.string)
        case .bool(let flag): .bool(flag)
        case .null: .null
        case .list(let items): .array(items.map(\.json))
        case .object(let fields):
            .object(fields.map { JSONValue.JSONField(name: $0.name.string, value: $0.value.json) })
        }
    }
}
