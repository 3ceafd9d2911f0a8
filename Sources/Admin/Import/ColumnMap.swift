import Core
import Templates

/// Maps a file's columns to the address and to merge fields.
struct ColumnMap: Sendable {
    /// The columns' names in the file; empty for one without a name.
    let columns: [String]
    let addressColumn: Int
    /// Each column's merge field, as the start of a JSON member; `nil` for ignored columns.
    let prefixes: [[UInt8]?]
    /// Names that no message can use, with the names that could be used instead.
    let unusable: [(field: String, instead: String)]

    /// Names that mean something else in a message.
    private static let reserved: Set<String> = ["email", "campaign_name", "unsubscribe_url", "preferences_url"]

    /// Columns of veredus's own rejects and exports; imports ignore them.
    static let ownPrefix = "veredus:"

    /// In veredus's exports, the column that shows unsubscribed contacts.
    var statusColumn: Int? { columns.firstIndex(of: Self.ownPrefix + "status") }

    /// The column of the address, unless it is named: the first of these that is there, in any spelling.
    private static let addressNames = [
        "email", "emailaddress", "mail", "mailaddress", "address", "recipient", "emailadresse", "mailadresse",
        "adresseemail", "emailvalue", "subscriber",
        "courriel", "correoelectrónico", "correo",
    ]

    /// - Parameters:
    ///   - columns: The names in the first line.
    ///   - map: Field to column, `address` for the address.
    ///   - path: Named in errors.
    /// - Throws: ``AdminFailure`` that names ambiguous or missing columns.
    init(columns: [String], map: [String: String], path: String) throws(AdminFailure) {
        func failure(_ problem: String) -> AdminFailure { AdminFailure(.badData, "\(path):1: \(problem)") }
        try Self.check(map, columns, path: path)
        guard let address = Self.addressColumn(in: columns, map: map) else {
            throw failure(Self.noAddress(among: columns))
        }
        var fieldByColumn: [String: String] = [:]
        for (field, column) in map where field != "address" { fieldByColumn[column] = field }
        var fields: Set<String> = []
        var prefixes: [[UInt8]?] = []
        var unusable: [(String, String)] = []
        for (index, column) in columns.enumerated() {
            guard index != address, !column.isEmpty, !column.hasPrefix(Self.ownPrefix) else {
                prefixes.append(nil)
                continue
            }
            let field = fieldByColumn[column] ?? column
            guard fields.insert(field).inserted else {
                throw failure("two columns are mapped to the field \"\(field)\"")
            }
            if let instead = Self.usableName(insteadOf: field) { unusable.append((field, instead)) }
            var prefix: [UInt8] = []
            prefix.append(jsonString: field)
            prefix.append(UInt8(ascii: ":"))
            prefixes.append(prefix)
        }
        self.columns = columns
        self.prefixes = prefixes
        self.unusable = unusable
        addressColumn = address
    }

    /// Looks whether the columns of a map are there.
    static func check(_ map: [String: String], _ columns: [String], path: String) throws(AdminFailure) {
        for column in map.values where !columns.contains(column) {
            throw AdminFailure(
                .badData,
                "\(path):1: --map: there is no column \"\(column)\", but \(columns.joined(separator: ", "))"
            )
        }
    }

    static func addressColumn(in columns: [String], map: [String: String]) -> Int? {
        if let named = map["address"] { return columns.firstIndex(of: named) }
        let plain = columns.map { $0.lowercased().filter { $0.isLetter } }
        return addressNames.lazy.compactMap { plain.firstIndex(of: $0) }.first
    }

    static func noAddress(among columns: [String]) -> String {
        if columns.contains(where: { $0.contains("@") }) {
            let names = columns.map { $0.contains("@") ? "email" : "FIELD" }.joined(separator: ",")
            return "the first line is a row, and must name the columns. Name them: --columns \(names)"
        }
        // A title above the table fills one column.
        let later = columns.contains("") ? "; or delete the lines above the one that names the columns" : ""
        let names = columns.filter { !$0.isEmpty }.joined(separator: ", ")
        return "no column for the address among \(names). Name it: --map address=COLUMN\(later)"
    }

    /// `nil` for a field that a message can have.
    private static func usableName(insteadOf field: String) -> String? {
        guard reserved.contains(field) || !FieldName.isUsable(field) else { return nil }
        let name = FieldName.usable(field)
        return reserved.contains(name) ? "\(name)_2" : name
    }

    /// Reads `field=Column,field=Column`.
    static func parse(
        _ texts: [String],
        option: String = "--map",
        form: String = "FIELD=COLUMN"
    ) throws(AdminFailure) -> [String: String] {
        var map: [String: String] = [:]
        for part in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard pair.count == 2, !pair[0].isEmpty, !pair[1].isEmpty else {
                throw AdminFailure(.usage, "\(option): \"\(part)\" is not \(form)")
            }
            guard map.updateValue(pair[1], forKey: pair[0]) == nil else {
                throw AdminFailure(.usage, "\(option): \(pair[0]) is repeated")
            }
        }
        return map
    }
}
