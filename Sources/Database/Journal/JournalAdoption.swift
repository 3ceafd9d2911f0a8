import Core
import DatabaseClient

/// A journal as the database knows it.
package struct JournalFacts: Sendable {
    package let id: String
    /// Machine and folder.
    package let name: String
    package let answered: Int64
    /// Why it cannot be written; empty where it can.
    package let trouble: String
    /// Entries that the database lacked, since it was adopted last.
    package let replayed: Int64
    /// Of accounts and lists that it does not know.
    package let unknown: Int64
}

/// What the operator's tool asks about journals.
extension AccountDatabase {
    package func journals() async throws -> [JournalFacts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.journals) { row in
                JournalFacts(
                    id: try row.text(0),
                    name: try row.text(1),
                    answered: try row.int64(2),
                    trouble: try row.text(3),
                    replayed: try row.int64(4),
                    unknown: try row.int64(5)
                )
            }
        }
    }

    /// Changes of a right to mail that no journal has yet, and the numbers of the first and the last of them.
    package func rightsWaitingForJournal() async throws -> (count: Int64, oldest: Int64, newest: Int64) {
        try await transaction(account: nil) { connection in
            try connection.rows(.waitingRights) {
                (count: try $0.int64(0), oldest: try $0.int64(1), newest: try $0.int64(2))
            }
            .only(of: .waitingRights)
        }
    }

    /// Waits until what is committed now is in a journal.
    ///
    /// - Returns: How many changes still are in none when `patience` is over; 0 for success.
    package func waitForJournal(_ patience: Duration) async throws -> Int64 {
        let first = try await rightsWaitingForJournal()
        let deadline = ContinuousClock.now + patience
        var now = first
        while now.count > 0, now.oldest <= first.newest {
            guard ContinuousClock.now < deadline else { return now.count }
            // Other programs write: the table says when they have.
            try await Task.sleep(for: .milliseconds(100))
            now = try await rightsWaitingForJournal()
        }
        return 0
    }

    /// Asks all journals to replay what the database lacks, and to say so.
    ///
    /// - Returns: What they answer with.
    package func callJournals() async throws -> Int64 {
        try await transaction(account: nil) { connection in
            try connection.rows(.callJournals, [.int64(.random(in: 1...(.max)))]) { try $0.int64(0) }
                .only(of: .callJournals)
        }
    }

    /// Gives back what journals say was given back, and forgets the journals that are gone.
    ///
    /// - Returns: How many rights.
    package func endReplay(forgetting journals: [String]) async throws -> Int {
        try await transaction(account: nil) { connection in
            let given = try connection.rows(.giveWaitingRightsBack) { try $0.int32(0) }
                .only(of: .giveWaitingRightsBack)
            for journal in journals { try connection.run(.forgetJournal, [.text(journal)]) }
            try connection.run(.forgetReplays)
            return Int(given)
        }
    }

    /// Notes that a journal, whose file was brought here, need not report itself.
    package func forget(journal: String) async throws {
        try await transaction(account: nil) { _ = try $0.run(.forgetJournal, [.text(journal)]) }
    }
}
