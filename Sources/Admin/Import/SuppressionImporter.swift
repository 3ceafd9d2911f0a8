import Bootstrap
import Core
import Database

/// Streams a CSV file of addresses, or of veredus's own hashes, into an account's suppressions.
///
/// A part of the file is stored whole or not at all; repeated, it adds nothing.
struct SuppressionImporter: Sendable {
    struct Summary: Sendable, Equatable {
        var rows = 0
        var rejected = 0
        var added = 0
        var recalled = 0
        var onTheirWay = 0
        /// The first few reasons with their lines, for display.
        var firstReasons: [String] = []
    }

    /// A transaction locks its recipients' rows until it commits: small, so that no claim waits long.
    private static let chunkRows = 200

    let session: Session
    let account: AccountID
    let lists: [String: Int32]
    let key: NumberedAddressHashKey
    let scope: SuppressionScope
    let list: String?
    let source: String
    let path: String
    let rejectsPath: String
    let delimiter: CSVDelimiter?

    func run() async throws -> Summary {
        var file = try TitledCSV(path: path, delimiter: delimiter)
        let columns = try Columns(file.titles, path: path)
        let rejects = try RejectsFile(path: rejectsPath, columns: columns.names, source: path)
        var summary = Summary()
        var chunk: [Suppression] = []
        var row = CSVRow()
        while try file.next(into: &row) {
            summary.rows += 1
            do throws(ContactReader.Rejected) {
                chunk.append(try suppression(row, columns))
            } catch {
                summary.rejected += 1
                if summary.firstReasons.count < 5 {
                    summary.firstReasons.append("\(path):\(row.line): \(error.reason)")
                }
                try rejects.write(row, reason: error.reason)
            }
            if chunk.count == Self.chunkRows { try await store(&chunk, &summary) }
        }
        try await store(&chunk, &summary)
        try rejects.finish()
        return summary
    }

    private func store(_ chunk: inout [Suppression], _ summary: inout Summary) async throws {
        guard !chunk.isEmpty else { return }
        for receipt in try await session.database.suppress(chunk, account: account) {
            if receipt.isNew { summary.added += 1 }
            summary.recalled += receipt.recalled
            summary.onTheirWay += receipt.alreadyOnTheirWay
        }
        chunk.removeAll(keepingCapacity: true)
    }

    private func suppression(_ row: CSVRow, _ columns: Columns) throws(ContactReader.Rejected) -> Suppression {
        if let problem = row.problem { throw .init(reason: problem.rawValue) }
        guard row.count == columns.names.count else {
            throw .init(reason: "has \(row.count) cells, the header has \(columns.names.count)")
        }
        let scope = try value(columns.text(.scope, row), orElse: scope, "scope")
        let reason = try value(columns.text(.reason, row), orElse: SuppressionReason.byHand, "reason")
        var listID: Int32 = 0
        if scope == .list {
            guard let name = columns.text(.list, row) ?? list else { throw .init(reason: "names no list; give --list") }
            guard let found = lists[name] else { throw .init(reason: "the account has no list with that name") }
            listID = found
        }
        let source = columns.text(.source, row) ?? source
        guard !CardNumber.isIn(source.utf8) else {
            throw .init(reason: "source: \(CardNumber.refusal)")
        }
        return Suppression(
            account: account,
            addressHash: try hash(row, columns),
            hashKey: key.number,
            scope: scope,
            list: listID,
            reason: reason,
            source: source
        )
    }

    private func value<Value: WireNamed>(
        _ text: String?,
        orElse given: Value,
        _ what: String
    ) throws(ContactReader.Rejected) -> Value {
        guard let text else { return given }
        guard let found = Value(name: text) else {
            throw .init(reason: "\(what): must be one of \(Value.names.joined(separator: ", "))")
        }
        return found
    }

    private func hash(_ row: CSVRow, _ columns: Columns) throws(ContactReader.Rejected) -> [UInt8] {
        if let text = columns.text(.email, row) {
            do throws(EmailAddress.Invalid) {
                return key.identity.addressHash(try EmailAddress(text))
            } catch {
                throw .init(reason: "address: \(error.reason)")
            }
        }
        guard let text = columns.text(.hash, row) else { throw .init(reason: "has neither an address nor a hash") }
        guard let number = columns.text(.key, row), number == String(key.number) else {
            throw .init(reason: "the hash was not made with key \(key.number), which is set here")
        }
        guard let hash = Self.bytes(hexadecimal: text) else {
            throw .init(reason: "the hash is not 64 hexadecimal digits")
        }
        return hash
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// Which column says what.
    struct Columns: Sendable {
        enum Field: String, CaseIterable { case email, hash, key, scope, list, reason, source }

        let names: [String]
        private let places: [Field: Int]
        /// Set for veredus's own exports, where an apostrophe precedes formulas.
        private var isOurs: Bool { places[.hash] != nil }

        init(_ header: CSVRow, path: String) throws(AdminFailure) {
            var names: [String] = []
            for cell in 0..<header.count {
                guard let name = String(validating: header[cell], as: UTF8.self) else {
                    throw AdminFailure(.badData, "\(path):1: column \(cell + 1) is not UTF-8; save the file in UTF-8")
                }
                names.append(name)
            }
            self.names = names
            var places: [Field: Int] = [:]
            for (place, name) in names.enumerated() {
                let plain = name.lowercased()
                let field = ["address", "e-mail", "mail"].contains(plain) ? .email : Field(rawValue: plain)
                if let field, places[field] == nil { places[field] = place }
            }
            guard places[.email] != nil || places[.hash] != nil else {
                throw AdminFailure(
                    .badData,
                    "\(path):1: no column named email among \(names.joined(separator: ", ")); rename the one with the addresses"
                )
            }
            self.places = places
        }

        /// A cell's text; `nil` if empty, absent or not UTF-8.
        func text(_ field: Field, _ row: CSVRow) -> String? {
            guard let place = places[field] else { return nil }
            var cell = row[place]
            if isOurs, cell.first == UInt8(ascii: "'"), let next = cell.dropFirst().first,
                CSVText.formulaStarts.contains(next)
            {
                cell = cell.dropFirst()
            }
            while let first = cell.first, first == 0x20 || first == 0x09 { cell.removeFirst() }
            while let last = cell.last, last == 0x20 || last == 0x09 { cell.removeLast() }
            return cell.isEmpty || cell.contains(0) ? nil : String(validating: cell, as: UTF8.self)
        }
    }
}
