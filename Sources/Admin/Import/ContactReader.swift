import Core
import Database
import Service

/// Converts a row to a contact, or explains why it cannot.
struct ContactReader: Sendable {
    /// Why a row is rejected.
    struct Rejected: Error, Equatable {
        let reason: String
    }

    let columns: ColumnMap
    let identity: AddressHashKey
    /// Set for veredus's own exports, where an apostrophe precedes formulas.
    private let statusColumn: Int?

    init(columns: ColumnMap, identity: AddressHashKey) {
        self.columns = columns
        self.identity = identity
        statusColumn = columns.statusColumn
    }

    func contact(_ row: CSVRow) throws(Rejected) -> ImportRow {
        if let problem = row.problem { throw Rejected(reason: problem.rawValue) }
        guard row.count == columns.columns.count else {
            throw Rejected(reason: "has \(row.count) cells, the header has \(columns.columns.count)")
        }
        if let statusColumn, row[statusColumn].elementsEqual("unsubscribed".utf8) {
            throw Rejected(reason: "was exported as unsubscribed, which is not consent")
        }
        let address: EmailAddress
        do throws(EmailAddress.Invalid) {
            address = try EmailAddress(Array(Self.trimmed(plain(row[columns.addressColumn]))))
        } catch {
            throw Rejected(reason: "address: \(error.reason)")
        }
        var attributes: [UInt8] = [UInt8(ascii: "{")]
        for (cell, prefix) in columns.prefixes.enumerated() {
            let text = plain(row[cell])
            try check(text, cell)
            guard let prefix else { continue }
            if attributes.count > 1 { attributes.append(UInt8(ascii: ",")) }
            attributes += prefix
            // An empty cell removes the field, so that the campaign's default applies.
            if text.isEmpty { attributes += "null".utf8 } else { attributes.append(jsonString: text) }
        }
        attributes.append(UInt8(ascii: "}"))
        if let problem = ContactRules.problem(attributes: attributes) { throw Rejected(reason: problem) }
        return ImportRow(
            line: Int32(clamping: row.line),
            address: address,
            attributes: attributes,
            identity: identity
        )
    }

    /// A cell without the apostrophe that an export puts before a formula.
    private func plain(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard statusColumn != nil, text.first == UInt8(ascii: "'"), let next = text.dropFirst().first,
            CSVText.formulaStarts.contains(next)
        else { return text }
        return text.dropFirst()
    }

    private func check(_ text: ArraySlice<UInt8>, _ cell: Int) throws(Rejected) {
        var isASCII = true
        var digits = 0
        for byte in text {
            if byte >= 0x80 { isASCII = false }
            if byte == 0 { throw Rejected(reason: "\(columns.columns[cell]): a NUL character") }
            if byte &- UInt8(ascii: "0") < 10 { digits += 1 }
        }
        guard isASCII || String(validating: text, as: UTF8.self) != nil else {
            throw Rejected(reason: "\(columns.columns[cell]): not UTF-8")
        }
        guard digits < 13 || !CardNumber.isIn(text) else {
            throw Rejected(reason: "\(columns.columns[cell]): \(CardNumber.refusal)")
        }
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = text
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return rest
    }
}
