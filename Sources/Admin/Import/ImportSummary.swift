import Core
import Database

/// The result of an import.
struct ImportSummary: Sendable {
    /// Rows of the file, without blank ones.
    var rows = 0
    var blank = 0
    var rejected = 0
    /// Rows whose address is repeated in a later row, which counts.
    var duplicates = 0
    /// Rows whose address was not alone in its cell.
    var tidied = 0
    /// Addresses with a domain that is probably misspelt.
    private(set) var doubtful = 0
    /// Rows with an opt-out, a bounce or a complaint in another system.
    var optedOut: [ForeignStatus: Int] = [:]
    /// Lines at the end of the file, behind a quotation mark that nothing closes.
    var unreadLines = 0
    var encoding = ""
    private(set) var counts = ImportCounts()
    private(set) var suppressed = SuppressionCounts()
    /// How the file was read, where a person should know.
    var notes: [String] = []
    /// The first few reasons and doubts with their lines, for people.
    private(set) var firstReasons: [String] = []
    private(set) var firstDoubts: [String] = []

    private static let shownReasons = 5

    mutating func add(_ counts: ImportCounts, _ suppressed: SuppressionCounts) {
        self.counts += counts
        self.suppressed += suppressed
    }

    mutating func noteRejected(_ reason: String) {
        rejected += 1
        if firstReasons.count < Self.shownReasons { firstReasons.append(reason) }
    }

    mutating func noteDoubt(_ doubt: String) {
        doubtful += 1
        if firstDoubts.count < Self.shownReasons { firstDoubts.append(doubt) }
    }

    /// What a person is told beside the result: reasons, doubts and how the file was read.
    func say(rejects: String, to console: Console) {
        for line in notes + firstReasons { console.say(line) }
        if rejected > 0 { console.say("\(grouped(rejected)) rows rejected, with reasons: \(rejects)") }
        for line in firstDoubts { console.say("\(line); stored anyway") }
        if doubtful > firstDoubts.count {
            console.say("\(grouped(doubtful)) addresses in total have a doubtful domain")
        }
    }

    func json(rejects: String, seconds: Double) -> JSONValue {
        [
            "rows": .number(rows), "rejected": .number(rejected), "duplicates": .number(duplicates),
            "added": .number(counts.added), "changed": .number(counts.changed),
            "subscribed": .number(counts.subscribed),
            "unsubscribed": .number(counts.unsubscribed), "erased": .number(counts.erased),
            "rejects": rejected > 0 ? .string(rejects) : .null, "seconds": .decimal(seconds),
            "blank": .number(blank), "tidied": .number(tidied), "unread_lines": .number(unreadLines),
            "doubtful_domains": .number(doubtful),
            "charset": .string(encoding),
            "opted_out_elsewhere": .object(
                ForeignStatus.allCases.filter { $0.suppression != nil }.map {
                    JSONValue.JSONField(name: $0.name, value: .number(optedOut[$0] ?? 0))
                }
            ),
            "suppressions_added": .number(suppressed.added), "recalled": .number(suppressed.recalled),
            "already_on_their_way": .number(suppressed.onTheirWay),
        ]
    }

    var text: [String] {
        var lines: [String] = []
        if duplicates > 0 { lines.append("\(grouped(duplicates)) rows repeat an address; the last row counts") }
        if tidied > 0 {
            lines.append("\(grouped(tidied)) addresses were cleaned of names, brackets or invisible marks")
        }
        if blank > 0 { lines.append("\(grouped(blank)) blank rows skipped") }
        if counts.unsubscribed > 0 { lines.append("\(grouped(counts.unsubscribed)) have unsubscribed and stay so") }
        if counts.erased > 0 { lines.append("\(grouped(counts.erased)) were erased earlier and are left out") }
        for status in ForeignStatus.byStrictness {
            guard let count = optedOut[status], let what = status.suppression else { continue }
            lines.append(
                "\(grouped(count)) are \(status.name) in the file: not subscribed, and suppressed for "
                    + (what.scope == .all ? "all mail" : "marketing")
            )
        }
        return lines
    }
}

/// What suppressions of an import did.
struct SuppressionCounts: Sendable, Equatable {
    var added = 0
    var recalled = 0
    var onTheirWay = 0

    static func += (left: inout Self, right: Self) {
        left.added += right.added
        left.recalled += right.recalled
        left.onTheirWay += right.onTheirWay
    }
}

extension Session {
    /// So many are stored in one transaction, which holds its recipients' rows until it commits: few, so that no claim
    /// waits long.
    static let suppressionsAtOnce = 200

    /// Stores suppressions part by part, each whole or not at all.
    func suppress(_ suppressions: [Suppression], account: AccountID) async throws -> SuppressionCounts {
        var counts = SuppressionCounts()
        var rest = suppressions[...]
        while !rest.isEmpty {
            for receipt in try await database.suppress(Array(rest.prefix(Self.suppressionsAtOnce)), account: account) {
                if receipt.isNew { counts.added += 1 }
                counts.recalled += receipt.recalled
                counts.onTheirWay += receipt.alreadyOnTheirWay
            }
            rest = rest.dropFirst(Self.suppressionsAtOnce)
        }
        return counts
    }
}
