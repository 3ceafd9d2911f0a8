import Core
import DatabaseClient

/// What the database and the journals outside of it ask of each other.
package struct JournalStore: Sendable {
    private let pool: PostgresPool
    /// How long to wait for a connection.
    private let deadline: Duration

    package init(_ pool: PostgresPool, deadline: Duration = .seconds(10)) {
        self.pool = pool
        self.deadline = deadline
    }

    /// What the database knows of itself and of one journal.
    package struct Sight: Sendable {
        /// Of changes that are made now.
        package let generation: Int64
        /// A number that every journal has to answer; 0 while nobody asks.
        package let call: Int64
        /// The last batch of the journal that the database has seen; `nil` for a journal that it does not know.
        package let batch: Int64?
        package let answered: Int64
        package let numbers: HighestNumbers
    }

    // MARK: To the journal

    /// The oldest changes that no journal has yet, about `limit` of them.
    package func waiting(limit: Int32) async throws -> [JournalEntry] {
        try await rows(.rightsToJournal, [.int32(limit)], JournalEntry.init)
    }

    /// Marks changes that are on a journal's disk; `marked` is the batch before, as far as the journal knows.
    package func mark(
        _ entries: [JournalEntry],
        of journal: String,
        after marked: Int64,
        batch: Int64
    ) async throws {
        let values: [PostgresValue] = [
            .text(journal), .int64(marked), .int64(batch), .int64s(entries.map(\.stamp.generation)),
            .int64s(entries.map(\.stamp.event)), .byteArrays(entries.map(\.right.addressHash)),
        ]
        _ = try await pool.withConnection(deadline: deadline) { try await $0.run(.markJournalled, values) }
    }

    /// Makes a journal known by its UUID; `name` is what people call it.
    package func enter(_ journal: String, named name: String) async throws {
        _ = try await pool.withConnection(deadline: deadline) {
            try await $0.run(.enterJournal, [.text(journal), .text(name)])
        }
    }

    package func note(trouble: String, of journal: String) async throws {
        _ = try await pool.withConnection(deadline: deadline) {
            try await $0.run(.noteJournalTrouble, [.text(journal), .text(trouble)])
        }
    }

    package func sight(of journal: String) async throws -> Sight {
        try await rows(.journalSight, [.text(journal)]) { row in
            Sight(
                generation: try row.int64(0),
                call: try row.int64(1),
                batch: try row.optionalInt64(2),
                answered: try row.optionalInt64(3) ?? 0,
                numbers: HighestNumbers(
                    campaign: try row.int32(4),
                    list: try row.int32(5),
                    account: try row.int32(6),
                    contact: try row.int64(7)
                )
            )
        }.only(of: .journalSight)
    }

    /// Says that everything which a journal has was replayed.
    package func answer(
        _ call: Int64,
        of journal: String,
        batch: Int64,
        _ report: ReplayReport
    ) async throws {
        let values: [PostgresValue] = [
            .text(journal), .int64(call), .int64(batch), .int64(Int64(report.news)), .int64(Int64(report.unknown)),
        ]
        _ = try await pool.withConnection(deadline: deadline) { try await $0.run(.answerJournalCall, values) }
    }

    // MARK: From the journal

    /// Hashes that were made with another key would suppress nobody, or somebody else.
    ///
    /// - Throws: ``ForeignAddressKey``.
    package func check(_ keys: Set<JournalIndex.Key>) async throws {
        let keys = Array(keys)
        let foreign = try await rows(
            .foreignAddressKeys,
            [.int16s(keys.map(\.number)), .texts(keys.map(\.check))]
        ) { try $0.int16(0) }
        guard foreign.isEmpty else { throw ForeignAddressKey(numbers: foreign.sorted()) }
    }

    /// Carries out those of the entries that the database lacks, in one transaction.
    ///
    /// If it lacked any, it also remembers that this journal knew more: no program sends from the database before it is adopted.
    package func replay(
        _ entries: [JournalEntry],
        from name: String,
        newestGeneration: Int64
    ) async throws -> ReplayReport {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.transaction { connection in
                var report = ReplayReport()
                for entry in entries {
                    let (outcome, recalled) = try connection.rows(.replayMailRight, entry.values) { row in
                        (ReplayOutcome(rawValue: try row.int16(0)) ?? .known, Int(try row.int32(1)))
                    }.only(of: .replayMailRight)
                    report.add(outcome, isErasure: entry.isErasure, recalled: recalled)
                }
                if report.news > 0 {
                    try connection.run(.noteJournalAhead, [.text(name), .int64(newestGeneration)])
                }
                return report
            }
        }
    }

    /// - Returns: Whether one was raised.
    @discardableResult
    package func raise(_ numbers: HighestNumbers) async throws -> Bool {
        try await rows(
            .raiseNumbers,
            [.int32(numbers.campaign), .int32(numbers.list), .int32(numbers.account), .int64(numbers.contact)]
        ) { try $0.bool(0) }.only(of: .raiseNumbers)
    }

    private func rows<Value: Sendable>(
        _ statement: Statement,
        _ values: [PostgresValue],
        _ body: @escaping @Sendable (borrowing PostgresRow) throws -> Value
    ) async throws -> [Value] {
        try await pool.withConnection(deadline: deadline) { try await $0.rows(statement, values, body) }
    }
}

/// Hashes in a journal were made with an address key that is not this database's.
package struct ForeignAddressKey: Error, Equatable, CustomStringConvertible {
    package let numbers: [Int16]

    package var description: String {
        let names = numbers.map { String($0) }.joined(separator: ", ")
        return
            "the journal has hashes of the address key \(names), which is not the key of that number in this database: "
            + "nothing of it was replayed. Replay it into the database that it belongs to"
    }
}

/// What became of a journal's entry.
package enum ReplayOutcome: Int16, Sendable {
    /// The database knows it, or something newer of the same right.
    case known = 0
    case withheld = 1
    case givenBack = 2
    /// To be given back, when an operator adopts the database.
    case waiting = 3
    /// Of an account or a list that the database does not know.
    case unknown = 4
}

/// What a replay did, in numbers.
package struct ReplayReport: Sendable, Equatable {
    package var known = 0
    package var withheld = 0
    /// Of those.
    package var erased = 0
    package var givenBack = 0
    package var waiting = 0
    package var unknown = 0
    /// Queued messages that are not sent now.
    package var recalled = 0

    package init() {}

    /// How many entries the database lacked.
    package var news: Int { withheld + givenBack + waiting }

    mutating func add(_ outcome: ReplayOutcome, isErasure: Bool, recalled: Int) {
        self.recalled += recalled
        switch outcome {
        case .known: known += 1
        case .withheld:
            withheld += 1
            if isErasure { erased += 1 }
        case .givenBack: givenBack += 1
        case .waiting: waiting += 1
        case .unknown: unknown += 1
        }
    }

    package mutating func add(_ other: Self) {
        known += other.known
        withheld += other.withheld
        erased += other.erased
        givenBack += other.givenBack
        waiting += other.waiting
        unknown += other.unknown
        recalled += other.recalled
    }
}

extension JournalEntry {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            right: MailRight(
                kind: MailRight.Kind(rawValue: try row.int16(2)) ?? .suppression,
                account: try row.optionalText(3),
                hashKey: try row.int16(4),
                addressHash: try row.bytes(6),
                scope: try row.int16(7),
                list: try row.optionalText(8),
                reason: try row.int16(9)
            ),
            stamp: RightStamp(generation: try row.int64(0), event: try row.int64(1)),
            isWithheld: try row.bool(10),
            keyCheck: try row.text(5)
        )
    }

    fileprivate var isErasure: Bool {
        right.kind == .suppression && right.reason == SuppressionReason.erasure.rawValue
    }

    fileprivate var values: [PostgresValue] {
        [
            .int64(stamp.generation), .int64(stamp.event), .int16(right.kind.rawValue),
            right.account.map { .text($0) } ?? .null, .int16(right.hashKey), .bytes(right.addressHash),
            .int16(right.scope), right.list.map { .text($0) } ?? .null, .int16(right.reason), .bool(isWithheld),
        ]
    }
}
