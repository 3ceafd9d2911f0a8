import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct SuppressionsReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Bring back from journals what a restored database lacks.",
        discussion: """
            Takes the file `journal` of a program's state folder, or copies of several, together. Of each address, scope, \
            list and reason the newest change counts, and it is carried out only if it is newer than what the database knows: \
            opt-outs with the recall of queued messages, complaints, bounces, blocks, whole erasures, and what was taken back. \
            Safe to repeat. A program replays its own journal when it starts; this command is for journals of machines that are \
            gone. Run `veredus doctor --adopt` afterwards.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var why: ReasonOption
    @Argument(help: "Journals.", completion: .file()) var files: [String]

    func run() async throws {
        var index = JournalIndex()
        var journals: [(id: String, damaged: Int)] = []
        let entries: [JournalEntry]
        do throws(JournalFile.Trouble) {
            for file in files { journals.append(try JournalFile.index(of: file, into: &index)) }
            var newest: [JournalEntry] = []
            for file in files { newest += try JournalFile.entries(of: file, newestIn: index) }
            entries = newest
        } catch {
            throw AdminFailure(.noInput, "\(error); nothing was changed")
        }
        let (found, read) = (index, journals)
        try await Session.run(common) { session in
            let report = try await replay(entries, found, read.map(\.id), in: session)
            show(report, found, damaged: read.map(\.damaged).reduce(0, +), on: session.console)
        }
    }

    private func replay(
        _ entries: [JournalEntry],
        _ index: JournalIndex,
        _ journals: [String],
        in session: Session
    ) async throws -> ReplayReport {
        let store = JournalStore(session.database.pool)
        do {
            try await store.check(index.keys)
        } catch let error as ForeignAddressKey {
            throw AdminFailure(.badData, error.description)
        }
        var report = ReplayReport()
        for start in stride(from: 0, to: entries.count, by: 100) {
            report.add(
                try await store.replay(
                    Array(entries[start..<min(start + 100, entries.count)]),
                    from: "of the files given to `suppressions replay`",
                    newestGeneration: index.highest?.generation ?? 0
                )
            )
        }
        try await store.raise(index.numbers)
        // They have reported: no program need do so for them.
        for journal in journals { try await session.database.forget(journal: journal) }
        try await session.database.audit(
            AuditEntry("suppressions.replay", "\(files.count) journals: \(report.news) changes", reason: why.reason),
            account: nil
        )
        return report
    }

    private func show(_ report: ReplayReport, _ index: JournalIndex, damaged: Int, on console: Console) {
        if output.json {
            return console.print([
                "withheld": .number(report.withheld), "erased": .number(report.erased),
                "given_back": .number(report.givenBack), "known": .number(report.known),
                "unknown": .number(report.unknown), "recalled": .number(report.recalled),
                "damaged_lines": .number(damaged), "dropped": .number(Int(index.dropped)),
            ])
        }
        console.print(
            "\(grouped(report.withheld)) brought back (\(grouped(report.erased)) of them erasures), "
                + "\(grouped(report.givenBack)) given back, \(grouped(report.known)) known already, "
                + "\(grouped(report.recalled)) queued messages recalled"
        )
        if report.unknown > 0 {
            console.print(
                "\(grouped(report.unknown)) are of accounts or lists that this database does not know: keep the files"
            )
        }
        if damaged > 0 { console.print("\(grouped(damaged)) lines are damaged and were left out") }
        if index.dropped > 0 {
            console.print("\(grouped(Int(index.dropped))) older changes had no room in a journal and are not in it")
        }
    }
}
