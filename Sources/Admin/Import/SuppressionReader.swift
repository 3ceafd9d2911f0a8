import Bootstrap
import Core
import Database
import ReturnedMail

/// Makes suppressions of a row, of our own export or of another system's, or says why it cannot.
struct SuppressionReader: Sendable {
    /// What goes for rows that do not say it.
    struct Defaults: Sendable {
        let account: AccountID
        let lists: [String: Int32]
        let key: NumberedAddressHashKey
        /// `nil`: as far as the reason goes.
        let scope: SuppressionScope?
        let list: String?
        let source: String
    }

    /// What a row gives.
    struct Read {
        var suppressions: [Suppression] = []
        var isTidied = false
        /// Whether the reason is another system's, in its own words.
        var isForeign = false
        /// Whether the words blame the sender, and not the address.
        var blamesSender = false
    }

    private enum Field: String, CaseIterable {
        case email, hash, key, scope, list, reason, source
        /// A server's, beside its words.
        case code

        /// What the column is called, here or by another system; letters only.
        var names: [String] {
            switch self {
            case .reason: ["reason", "suppressionreason", "bouncereason", "error"]
            case .code: ["code", "smtpcode", "errorcode"]
            default: [rawValue]
            }
        }
    }

    let names: [String]
    let addressColumn: Int?
    private let places: [Field: Int]
    private let statuses: StatusColumns
    private let defaults: Defaults
    /// Set for veredus's own exports, where an apostrophe precedes formulas.
    private var isOurs: Bool { places[.hash] != nil }

    init(
        columns: [String],
        map: [String: String],
        status: StatusOptions,
        defaults: Defaults,
        path: String
    ) throws(AdminFailure) {
        for field in map.keys where field != "address" && Field(rawValue: field) == nil {
            throw AdminFailure(
                .usage,
                "--map: there is no \(field); there are address, "
                    + Field.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
            )
        }
        try ColumnMap.check(map, columns, path: path)
        try status.check(columns, path: path)
        var places: [Field: Int] = [:]
        let plain = columns.map { $0.lowercased().filter(\.isLetter) }
        for field in Field.allCases.dropFirst() {
            places[field] =
                map[field.rawValue].flatMap { columns.firstIndex(of: $0) }
                ?? field.names.lazy.compactMap { plain.firstIndex(of: $0) }.first
        }
        places[.email] =
            map["email"].flatMap { columns.firstIndex(of: $0) } ?? ColumnMap.addressColumn(in: columns, map: map)
        guard places[.email] != nil || places[.hash] != nil else {
            throw AdminFailure(.badData, "\(path):1: \(ColumnMap.noAddress(among: columns))")
        }
        names = columns
        addressColumn = places[.email]
        self.places = places
        self.defaults = defaults
        statuses = StatusColumns(columns, status, leavingOut: Set(places.values))
    }

    func read(_ row: CSVRow) throws(ContactReader.Rejected) -> Read {
        try ContactReader.checkShape(row, names)
        var read = Read()
        let (reason, words) = try reason(of: row, &read)
        let scope = try scope(of: row, reason)
        let list = try list(of: row, scope)
        var source = text(.source, row) ?? defaults.source
        if let refusal = CardNumber.refusal(of: source.utf8) { throw .init(reason: "source: \(refusal)") }
        if let words, !CardNumber.isIn(words.utf8) { source += ": \(Self.withoutAddresses(words))" }
        for hash in try hashes(row, &read) {
            read.suppressions.append(
                Suppression(
                    account: defaults.account,
                    addressHash: hash,
                    hashKey: defaults.key.number,
                    scope: scope,
                    list: list,
                    reason: reason,
                    source: source,
                    way: reason.isOptOut ? .imported : nil
                )
            )
        }
        return read
    }

    // MARK: Scope and list

    /// By itself what makes an address unusable stops all mail, and anything else marketing.
    private func scope(
        of row: CSVRow,
        _ reason: SuppressionReason
    ) throws(ContactReader.Rejected) -> SuppressionScope {
        guard let text = text(.scope, row) else {
            let isUnusable = [.hardBounce, .softBounces, .complaint].contains(reason)
            return defaults.scope ?? (isUnusable ? .all : .marketing)
        }
        guard let scope = SuppressionScope(name: text) else {
            throw .init(reason: "scope: must be one of \(SuppressionScope.names.joined(separator: ", "))")
        }
        return scope
    }

    private func list(of row: CSVRow, _ scope: SuppressionScope) throws(ContactReader.Rejected) -> Int32 {
        guard scope == .list else { return 0 }
        guard let name = text(.list, row) ?? defaults.list else {
            throw .init(reason: "names no list; give --list")
        }
        guard let found = defaults.lists[name] else { throw .init(reason: "the account has no list with that name") }
        return found
    }

    // MARK: Reason

    /// The reason, and another system's words for it, which are kept beside it.
    private func reason(
        of row: CSVRow,
        _ read: inout Read
    ) throws(ContactReader.Rejected) -> (SuppressionReason, words: String?) {
        let text = text(.reason, row)
        if let text, let own = SuppressionReason(name: text) { return (own, nil) }
        let verdict = statuses.verdict(row)
        if case .says(.subscribed, let column) = verdict, text == nil {
            throw .init(
                reason: "\(column): says that the address is subscribed; --plain-column \"\(column)\" ignores that"
            )
        }
        read.isForeign = text != nil || verdict != .nothing
        guard let text else { return (Self.reason(of: verdict) ?? .byHand, nil) }
        if case .says(let status) = StatusColumn(.words).reading(of: text), let known = status.suppression {
            return (known.reason, nil)
        }
        guard let refusal = refusal(text, code: self.text(.code, row), verdict) else {
            return (Self.reason(of: verdict) ?? .byHand, text)
        }
        switch refusal.consequence {
        case .hard: return (.hardBounce, text)
        case .soft: return (.softBounces, text)
        case .nothing: return (.byHand, text)
        case .block:
            read.blamesSender = true
            return (.byHand, text)
        }
    }

    private static func reason(of verdict: StatusColumns.Verdict) -> SuppressionReason? {
        guard case .says(let status, _) = verdict else { return nil }
        return status.suppression?.reason
    }

    /// What a server's reply says, judged like one that this system met itself; `nil` for other text.
    private func refusal(_ text: String, code inColumn: String?, _ verdict: StatusColumns.Verdict) -> BounceFinding? {
        let bytes = Array(text.utf8.prefix(1_000))
        let digits = bytes.prefix(3)
        let begins = digits.count == 3 && digits.allSatisfy(ASCII.isDigit)
        // Mailgun has the code in a column of its own.
        let code = begins ? Int(String(decoding: digits, as: UTF8.self)) : inColumn.flatMap { Int($0) }
        var enhanced: EnhancedStatus?
        // SendGrid has it in a column of its own.
        if case .unknown(_, let word) = verdict { enhanced = EnhancedStatus(startOf: Array(word.utf8)) }
        guard let code, 400..<600 ~= code else {
            return enhanced.map { RuleBook.builtIn.classify(code: nil, enhanced: $0, text: bytes, at: .rcpt) }
        }
        enhanced = EnhancedStatus(startOf: Array(begins ? bytes.dropFirst(4) : bytes[...])) ?? enhanced
        return RuleBook.builtIn.classify(code: code, enhanced: enhanced, text: bytes, at: .rcpt)
    }

    /// A suppression keeps a hash alone: no address may stand beside it.
    private static func withoutAddresses(_ text: String) -> String {
        let words = text.unicodeScalars.prefix(200).split { $0.value <= 0x20 || $0.value == 0x7F }
        return words.map { $0.contains("@") ? "…" : String(String.UnicodeScalarView($0)) }.joined(separator: " ")
    }

    // MARK: Address

    private func hashes(_ row: CSVRow, _ read: inout Read) throws(ContactReader.Rejected) -> [[UInt8]] {
        if let place = places[.email], place < row.count, !cell(place, row).allSatisfy({ ASCII.isSpace($0) }) {
            do throws(EmailAddress.Invalid) {
                let found = try AddressCell(cell(place, row))
                read.isTidied = found.isTidied
                return found.addresses.map { defaults.key.identity.addressHash($0) }
            } catch {
                throw .init(reason: "address: \(error.reason)")
            }
        }
        guard let text = text(.hash, row) else { throw .init(reason: "has neither an address nor a hash") }
        let key = defaults.key
        guard let number = self.text(.key, row), number == String(key.number) else {
            throw .init(reason: "the hash was not made with key \(key.number), which is set here")
        }
        guard let hash = Self.bytes(hexadecimal: text) else {
            throw .init(reason: "the hash is not 64 hexadecimal digits")
        }
        return [hash]
    }

    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { ASCII.hexadecimalValue($0) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    // MARK: Cells

    private func cell(_ place: Int, _ row: CSVRow) -> ArraySlice<UInt8> {
        let cell = row[place]
        guard isOurs, cell.first == UInt8(ascii: "'"), let next = cell.dropFirst().first,
            CSVText.formulaStarts.contains(next)
        else { return cell }
        return cell.dropFirst()
    }

    /// A cell's text; `nil` where it is empty, not there, or not UTF-8.
    private func text(_ field: Field, _ row: CSVRow) -> String? {
        guard let place = places[field], place < row.count else { return nil }
        let cell = cell(place, row)
        guard !cell.contains(0), let text = String(validating: cell, as: UTF8.self) else { return nil }
        let trimmed = InvisibleMarks.trimmed(text)
        return trimmed.isEmpty ? nil : trimmed
    }
}
