import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import Service

/// Lets a restored or copied database, which the programs refuse, send.
struct Adoption {
    let database: AccountDatabase
    let broker: BrokerSettings
    let reason: String
    /// Names of journals that are lost.
    let lostJournals: [String]

    /// The result; empty if there was nothing to adopt.
    struct Outcome {
        /// Why the database was refused; `nil` if it was not.
        let restored: RestoredDatabaseFound?
        /// The campaigns that it paused or unscheduled.
        let held: [CampaignID]
        /// Whether any journal brought something back, those included that were given to `suppressions replay`.
        let wasReplayed: Bool
        /// The journals that have reported, and what each brought back.
        let journals: [JournalFacts]
        /// The journals without which it went on.
        let lost: [String]
        /// What was given back after all: an opt-out that was taken back, a block that was lifted.
        let givenBack: Int
    }

    /// Lets the journals report, then adopts while nobody else looks at the restore guards.
    func run() async throws -> Outcome {
        let installation = InstallationStore(database.pool)
        let name = try await installation.read().stored.installation
        let useCase = AdoptDatabase(database, reason: reason, lostJournals: lostJournals)
        let reports = try await ask(useCase)
        return try await installation.alone {
            let queue = try await RestoreGuardQueue(broker, of: name)
            do {
                let outcome = try await adopt(useCase, queue, reports)
                await queue.close()
                return outcome
            } catch {
                await queue.putBack()
                await queue.close()
                throw error
            }
        }
    }

    private func ask(_ useCase: AdoptDatabase) async throws -> AdoptDatabase.Reports {
        do {
            return try await useCase.askJournals()
        } catch let error as AdoptDatabase.SilentJournals {
            throw AdminFailure(
                .badData,
                "these journals of opt-outs have not reported: \(error.names.joined(separator: ", ")). Start their programs (a "
                    + "producer reports and then refuses, which is right), or bring their files with `veredus suppressions "
                    + "replay FILE`. A journal that is lost is left out with `--without-journal NAME`: what only it knew stays "
                    + "unknown. Nothing was changed"
            )
        }
    }

    private func adopt(
        _ useCase: AdoptDatabase,
        _ queue: RestoreGuardQueue,
        _ reports: AdoptDatabase.Reports
    ) async throws -> Outcome {
        let installation = InstallationStore(database.pool)
        let (stored, server) = try await installation.read()
        let restored = RestoredDatabaseFound.judge(
            stored,
            on: server,
            queue.restoreGuards.map { (place: "the queue \(queue.name)", restoreGuard: $0) }
        )
        let numbers = queue.restoreGuards.filter { $0.installation == stored.installation }
            .reduce(stored.numbers) { $0.raised(by: $1.numbers) }
        let done = try await useCase.adopt(
            reports,
            generation: queue.restoreGuards.map(\.generation).max() ?? 0,
            numbers: restored == nil ? nil : numbers
        )
        try await queue.replace(by: installation.read().stored)
        return Outcome(
            restored: restored,
            held: done.held,
            wasReplayed: !stored.journalAhead.isEmpty,
            journals: reports.reported,
            lost: reports.lost.map(\.name),
            givenBack: done.givenBack
        )
    }
}

extension Adoption.Outcome {
    /// What of opt-outs is known now, and what is not.
    var journalLines: [String] {
        var lines = journals.map { journal in
            let found =
                "journal \(journal.name): \(grouped(Int(journal.replayed))) changes brought back that the database lacked"
            guard journal.unknown > 0 else { return found }
            return
                "\(found); \(grouped(Int(journal.unknown))) are of accounts or lists that it does not know, and stay in the "
                + "file"
        }
        if givenBack > 0 { lines.append("\(grouped(givenBack)) of them gave a right to mail back") }
        lines += lost.map { "journal \($0) was left out: the opt-outs that only it had are not known" }
        if journals.isEmpty, !wasReplayed {
            lines.append(
                "no journal of opt-outs has reported: who opted out, complained or bounced since the backup cannot be known, and "
                    + "would be mailed again. Collect what your mail server, your provider and exports still have, and bring it "
                    + "in with `veredus suppressions import`"
            )
        }
        return lines
    }
}

extension JournalFacts {
    var json: JSONValue {
        [
            "journal": .string(id), "name": .string(name), "brought_back": .number(Int(replayed)),
            "unknown": .number(Int(unknown)),
        ]
    }
}
