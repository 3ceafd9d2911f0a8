import Templates

extension ColumnMap {
    /// Names that a message gives a meaning of its own.
    private static let reserved: Set<String> = ["email", "campaign_name", "unsubscribe_url", "preferences_url"]

    /// For each column that becomes a field which no template can name: what to do about it.
    var unusableFields: [String] {
        zip(columns, prefixes).compactMap { column, prefix in
            // `"name":`, the beginning of a JSON member.
            guard let prefix,
                case .object(let fields)? = try? MergeValue(json: [UInt8(ascii: "{")] + prefix + Array("0}".utf8)),
                let field = fields.first?.name.string, Self.reserved.contains(field) || !FieldName.isUsable(field)
            else { return nil }
            var name = FieldName.usable(field)
            if Self.reserved.contains(name) { name += "_2" }
            return "column \"\(column)\" becomes a field that templates cannot name. Rename it: "
                + "--map \(name)=\"\(column)\""
        }
    }
}
