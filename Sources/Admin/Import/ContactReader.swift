import Core
import Database
import Service

/// Converts a row to a contact, or explains why it cannot.
struct ContactReader: Sendable {
    /// Why a row is rejected.
    struct Rejected: Error, Equatable {
        let reason: String
        /// Set where the whole import cannot go on before somebody has answered.
        var isQuestion = false
    }

    /// What a row gives.
    enum Read {
        case contact(ImportRow, EmailAddress, isTidied: Bool)
        /// Addresses that opted out or bounced in another system.
        case optedOut([EmailAddress], ForeignStatus)
    }

    let columns: ColumnMap
    let statuses: StatusColumns
    let identity: AddressHashKey
    /// Set for veredus's own exports, where an apostrophe precedes formulas.
    private let statusColumn: Int?

    init(columns: ColumnMap, statuses: StatusColumns, identity: AddressHashKey) {
        self.columns = columns
        self.statuses = statuses
        self.identity = identity
        statusColumn = columns.statusColumn
    }

    func read(_ row: CSVRow) throws(Rejected) -> Read {
        try Self.checkShape(row, columns.columns)
        if let statusColumn, cell(statusColumn, of: row).elementsEqual("unsubscribed".utf8) {
            throw Rejected(reason: "was exported as unsubscribed, which is not consent")
        }
        let found: AddressCell
        do throws(EmailAddress.Invalid) {
            found = try AddressCell(plain(cell(columns.addressColumn, of: row)))
        } catch {
            throw Rejected(reason: "address: \(error.reason)")
        }
        if let status = try status(of: row) { return .optedOut(found.addresses, status) }
        guard let address = found.addresses.first, found.addresses.count == 1 else {
            throw Rejected(
                reason: "address: \(found.addresses.count) addresses in one cell; give each a row of its own"
            )
        }
        let contact = ImportRow(
            line: Int32(clamping: row.line),
            address: address,
            attributes: try attributes(of: row),
            identity: identity
        )
        return .contact(contact, address, isTidied: found.isTidied)
    }

    /// Refuses a row that cannot be laid under the columns. Cells that are missing at its end are empty, and so must be
    /// those that are too many.
    static func checkShape(_ row: CSVRow, _ columns: [String]) throws(Rejected) {
        if let problem = row.complaint { throw Rejected(reason: problem) }
        guard row.count > columns.count else { return }
        guard (columns.count..<row.count).allSatisfy({ row[$0].allSatisfy { ASCII.isSpace($0) } }) else {
            throw Rejected(reason: "has \(row.count) cells, the header has \(columns.count)")
        }
    }

    /// What forbids to mail the row's address.
    private func status(of row: CSVRow) throws(Rejected) -> ForeignStatus? {
        switch statuses.verdict(row) {
        case .nothing: return nil
        case .says(.unconfirmed, let column):
            throw Rejected(reason: "\(column): the address was not an active subscriber, which is no consent")
        case .says(let status, _): return status == .subscribed ? nil : status
        case .unknown(let column, let word):
            throw Rejected(reason: StatusColumns.question(column: column, word: word), isQuestion: true)
        }
    }

    private func attributes(of row: CSVRow) throws(Rejected) -> [UInt8] {
        var attributes: [UInt8] = [UInt8(ascii: "{")]
        for (place, prefix) in columns.prefixes.enumerated() where place != columns.addressColumn {
            let text = plain(cell(place, of: row))
            try check(text, columns.columns[place], place)
            guard let prefix else { continue }
            if attributes.count > 1 { attributes.append(UInt8(ascii: ",")) }
            attributes += prefix
            // An empty cell removes the field, so that the campaign's default applies.
            if text.isEmpty { attributes += "null".utf8 } else { attributes.append(jsonString: text) }
        }
        attributes.append(UInt8(ascii: "}"))
        if let problem = ContactRules.problem(attributes: attributes) { throw Rejected(reason: problem) }
        return attributes
    }

    private func cell(_ place: Int, of row: CSVRow) -> ArraySlice<UInt8> { place < row.count ? row[place] : [] }

    /// A cell without the apostrophe that our export has put before a formula, and without a byte order mark, which is
    /// left where files were joined.
    private func plain(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if text.first == 0xEF, text.starts(with: [0xEF, 0xBB, 0xBF]) { return text.dropFirst(3) }
        guard statusColumn != nil, text.first == UInt8(ascii: "'"), let next = text.dropFirst().first,
            CSVText.formulaStarts.contains(next)
        else { return text }
        return text.dropFirst()
    }

    private func check(_ text: ArraySlice<UInt8>, _ column: String, _ place: Int) throws(Rejected) {
        var isASCII = true
        var digits = 0
        for byte in text {
            if byte >= 0x80 { isASCII = false }
            if byte == 0 { throw Rejected(reason: "\(column): a NUL character") }
            if byte &- UInt8(ascii: "0") < 10 { digits += 1 }
        }
        guard !column.isEmpty || text.allSatisfy({ ASCII.isSpace($0) }) else {
            throw Rejected(reason: "column \(place + 1) has no name; name it in the first line")
        }
        guard isASCII || String(validating: text, as: UTF8.self) != nil else {
            throw Rejected(reason: "\(column): not UTF-8")
        }
        if digits >= 13, let refusal = CardNumber.refusal(of: text, named: column) {
            throw Rejected(reason: "\(column): \(refusal)")
        }
    }
}
