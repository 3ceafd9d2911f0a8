import Core
import Database

/// What an import is told about columns that say who may be mailed.
struct StatusOptions: Sendable {
    /// A column that has words of status, whatever its name.
    var column: String?
    /// Columns that are fields like others, whatever their names.
    var plain: Set<String> = []
    /// What words mean.
    var words: [String: ForeignStatus] = [:]

    /// Looks whether the columns are there.
    func check(_ columns: [String], path: String) throws(AdminFailure) {
        for name in plain.sorted() + [column].compactMap({ $0 }) where !columns.contains(name) {
            throw AdminFailure(
                .badData,
                "\(path):1: there is no column \"\(name)\", but \(columns.joined(separator: ", "))"
            )
        }
    }
}

/// The columns of another system's export that say who may be mailed.
struct StatusColumns: Sendable {
    /// What a row says.
    enum Verdict: Equatable {
        case nothing
        case says(ForeignStatus, column: String)
        case unknown(column: String, word: String)
    }

    private let columns: [(place: Int, name: String, column: StatusColumn)]

    var isEmpty: Bool { columns.isEmpty }

    init(_ titles: [String], _ options: StatusOptions, leavingOut: Set<Int>) {
        columns = titles.enumerated().compactMap { place, name in
            guard !options.plain.contains(name), !leavingOut.contains(place) else { return nil }
            let column =
                name == options.column
                ? StatusColumn(.words, ownWords: options.words) : StatusColumn(named: name, ownWords: options.words)
            return column.map { (place, name, $0) }
        }
    }

    /// The strictest of what a row's columns say.
    func verdict(_ row: CSVRow) -> Verdict {
        var found: [(status: ForeignStatus, column: String)] = []
        for (place, name, column) in columns where place < row.count {
            let cell = String(decoding: row[place], as: UTF8.self)
            switch column.reading(of: cell) {
            case .nothing: break
            case .unknown: return .unknown(column: name, word: cell)
            case .says(let status): found.append((status, name))
            }
        }
        for status in ForeignStatus.byStrictness {
            if let says = found.first(where: { $0.status == status }) { return .says(status, column: says.column) }
        }
        return .nothing
    }

    /// What to do about a word that nobody knows.
    static func question(column: String, word: String) -> String {
        let plain = word.unicodeScalars.prefix(40).filter {
            $0 == " " || $0.properties.generalCategory != .control && !InvisibleMarks.contains($0)
        }
        let shown = CardNumber.isIn(word.utf8) ? "…" : String(String.UnicodeScalarView(plain))
        return "column \"\(column)\" has \"\(shown)\", and seems to say who may be mailed. Say what the word means: "
            + "--status-word \"\(shown)=MEANING\" with \(ForeignStatus.names.joined(separator: ", ")); or that the column says "
            + "nothing about it: --plain-column \"\(column)\""
    }
}

extension ForeignStatus {
    /// What becomes of an address that an import finds with this status; `nil` where it is not suppressed.
    ///
    /// As far as this system goes in the same case: an opt-out stops marketing, what makes an address unusable stops all.
    var suppression: (scope: SuppressionScope, reason: SuppressionReason)? {
        switch self {
        case .subscribed, .unconfirmed: nil
        case .unsubscribed: (.marketing, .unsubscribe)
        case .bounced: (.all, .hardBounce)
        case .complained: (.all, .complaint)
        case .blocked: (.all, .byHand)
        }
    }
}
