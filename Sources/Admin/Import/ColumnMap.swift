import Core

/// Maps a file's columns to the address and to merge fields.
struct ColumnMap: Sendable {
    /// The columns' names in the file.
    let columns: [String]
    let addressColumn: Int
    /// Each column's merge field, as the start of a JSON member; `nil` for ignored columns.
    let prefixes: [[UInt8]?]

    /// Columns of veredus's own rejects and exports; imports ignore them.
    static let ownPrefix = "veredus:"
    /// Bytes: as long as a name in a template may be.
    private static let longestName = 500

    /// In veredus's exports, the column that shows unsubscribed contacts.
    var statusColumn: Int? { columns.firstIndex(of: Self.ownPrefix + "status") }

    /// The default address columns; the first match counts.
    private static let addressNames = [
        "email", "e-mail", "e_mail", "email address", "e-mail address", "mail", "address",
    ]

    /// - Parameters:
    ///   - header: The cells of the first line.
    ///   - map: Field to column, `address` for the address.
    ///   - path: Named in errors.
    /// - Throws: ``AdminFailure`` that names ambiguous or missing columns.
    init(header: [[UInt8]], map: [String: String], path: String) throws(AdminFailure) {
        func failure(_ problem: String) -> AdminFailure { AdminFailure(.badData, "\(path):1: \(problem)") }
        var columns: [String] = []
        var taken: Set<String> = []
        for (index, cell) in header.enumerated() {
            guard cell.count <= Self.longestName else {
                throw failure("column \(index + 1) has a name of more than \(Self.longestName) bytes; shorten it")
            }
            guard let name = String(validating: cell, as: UTF8.self) else {
                throw failure("column \(index + 1) is not UTF-8; save the file as CSV in UTF-8")
            }
            let trimmed = String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            guard !trimmed.isEmpty, !trimmed.utf8.contains(where: { $0 < 0x20 }) else {
                throw failure("column \(index + 1) has no name; the first line must name the columns")
            }
            guard taken.insert(trimmed).inserted else {
                throw failure("two columns are named \"\(trimmed)\"; rename one")
            }
            columns.append(trimmed)
        }
        for column in map.values where !columns.contains(column) {
            throw failure("--map: there is no column \"\(column)\", but \(columns.joined(separator: ", "))")
        }
        let lowered = columns.map { $0.lowercased() }
        if let named = map["address"], let place = columns.firstIndex(of: named) {
            addressColumn = place
        } else {
            guard let place = Self.addressNames.lazy.compactMap({ lowered.firstIndex(of: $0) }).first else {
                let hint = columns.contains { $0.contains("@") } ? " The first line must name the columns." : ""
                throw failure(
                    "no column for the address among \(columns.joined(separator: ", ")).\(hint) "
                        + "Name it: --map address=COLUMN"
                )
            }
            addressColumn = place
        }
        var fieldByColumn: [String: String] = [:]
        for (field, column) in map where field != "address" { fieldByColumn[column] = field }
        var fields: Set<String> = []
        var prefixes: [[UInt8]?] = []
        for (index, column) in columns.enumerated() {
            guard index != addressColumn, !column.hasPrefix(Self.ownPrefix) else {
                prefixes.append(nil)
                continue
            }
            let field = fieldByColumn[column] ?? column
            guard fields.insert(field).inserted else {
                throw failure("two columns are mapped to the field \"\(field)\"")
            }
            var prefix: [UInt8] = []
            prefix.append(jsonString: field)
            prefix.append(UInt8(ascii: ":"))
            prefixes.append(prefix)
        }
        self.columns = columns
        self.prefixes = prefixes
    }

    /// Reads `field=Column,field=Column`.
    static func parse(_ texts: [String]) throws(AdminFailure) -> [String: String] {
        var map: [String: String] = [:]
        for part in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
            guard pair.count == 2, !pair[0].isEmpty, !pair[1].isEmpty else {
                throw AdminFailure(.usage, "--map: \"\(part)\" is not FIELD=COLUMN")
            }
            guard map.updateValue(pair[1], forKey: pair[0]) == nil else {
                throw AdminFailure(.usage, "--map: \(pair[0]) is repeated")
            }
        }
        return map
    }
}
