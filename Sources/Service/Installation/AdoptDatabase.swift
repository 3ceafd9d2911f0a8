import Core
import Database
import DatabaseClient

/// Makes a database that was restored or copied the one that sends: first what its journals bring back, then the campaigns
/// that would send are held, then it is adopted.
package struct AdoptDatabase: Sendable {
    private let database: AccountDatabase
    private let reason: String
    private let lostJournals: [String]

    /// - Parameters:
    ///   - database: Logged in as the operator's tool.
    ///   - reason: Why; for the audit log.
    ///   - lostJournals: Names of journals that are lost, and not waited for.
    package init(_ database: AccountDatabase, reason: String, lostJournals: [String] = []) {
        self.database = database
        self.reason = reason
        self.lostJournals = lostJournals
    }

    /// Journals that have not reported; nothing was changed.
    package struct SilentJournals: Error {
        package let names: [String]
    }

    /// What journals have said.
    package struct Reports: Sendable {
        package let reported: [JournalFacts]
        package let lost: [JournalFacts]
    }

    /// Lets every journal bring back what the database lacks.
    ///
    /// `patience`: How long a program that runs may take.
    /// - Throws: ``SilentJournals``.
    package func askJournals(patience: Duration = .seconds(5)) async throws -> Reports {
        let call = try await database.callJournals()
        let deadline = ContinuousClock.now + patience
        while true {
            let all = try await database.journals()
            let reported = all.filter { $0.answered == call }
            let others = all.filter { $0.answered != call }
            let lost = others.filter { lostJournals.contains($0.name) || lostJournals.contains($0.id) }
            if lost.count == others.count { return Reports(reported: reported, lost: lost) }
            guard ContinuousClock.now < deadline else {
                throw SilentJournals(names: others.filter { one in !lost.contains { $0.id == one.id } }.map(\.name))
            }
            // The journals answer in their table, once a second.
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// What was done.
    package struct Outcome: Sendable {
        /// The campaigns that were taken off their way.
        package let held: [CampaignID]
        /// Rights that were given back after all: an opt-out that was taken back, a block that was lifted.
        package let givenBack: Int
    }

    /// Holds what would send, then adopts: interrupted in between, the programs still refuse.
    ///
    /// `reports`: What ``askJournals(patience:)`` returned.
    /// `generation`: The newest that is remembered outside of the database.
    /// `numbers`: The highest that are remembered anywhere; `nil` where nothing was restored.
    package func adopt(
        _ reports: Reports,
        generation: Int64,
        numbers: HighestNumbers?
    ) async throws -> Outcome {
        var held: [CampaignID] = []
        for account in try await database.accounts() {
            held += try await database.holdCampaigns(of: account.id, reason: reason)
        }
        if let numbers { try await JournalStore(database.pool).raise(numbers.aboveWhatWasLost) }
        let givenBack = try await database.endReplay(forgetting: reports.lost.map(\.id))
        try await database.adoptInstallation(newest: generation, reason: reason)
        return Outcome(held: held, givenBack: givenBack)
    }
}
