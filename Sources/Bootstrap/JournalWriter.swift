import Core
import Database
import DatabaseClient
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Keeps a journal of who may not be mailed any more, outside of the database, and brings back from it what a restored
/// database lacks.
///
/// The database notes every change in the transaction that makes it. A program that has changed something calls
/// ``flush()`` after its commit and before its answer: whoever asks meanwhile shares one write to the disk. What other
/// programs changed is picked up every second. A change is marked in the database when it is on the disk, so that one
/// which was committed just before a kill is written by whoever comes next.
package actor JournalWriter {
    private let executor = ThreadExecutor(name: "veredus-journal")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let store: JournalStore
    private let machineFolder: String
    private let folderName: String
    /// What people call it: machine and folder.
    private let name: String
    private let log: Logger

    private var file: JournalFile?
    /// The last batch in the file, and the last that the database knows of.
    private var batch: Int64 = 0
    private var markedBatch: Int64 = 0
    /// On the disk, and not marked yet.
    private var unmarked: [JournalEntry] = []
    private var numbers = HighestNumbers()
    private var linesWhenCompact = 0
    /// Whether the database has everything that the file has. Until then nothing is appended or marked: a batch that is
    /// marked is never replayed.
    private var isCaughtUp = false
    /// Keys of its hashes that are not the database's; while there are any, this program keeps no journal.
    private var foreignKeys: Set<JournalIndex.Key> = []
    /// What is wrong with the disk; `nil` while nothing is.
    private var trouble: String?
    /// Whether a line has reached disk and database since the start, or since the last trouble. What waits for a full
    /// disk may be written by another program, and then nothing else would tell that there is room again.
    private var isProven = false
    /// Why it could not be compared with the database; `nil` once it was.
    private var whyNotCompared: String?

    private var isFlushing = false
    private var waiting: [CheckedContinuation<Bool, Never>] = []

    private static let chunk: Int32 = 1_000
    private static let replayChunk = 100

    /// `nil` where no state folder is set: there is no journal then.
    ///
    /// - Parameters:
    ///   - pool: One connection is enough; its log-in is a program's.
    ///   - state: Where the file is.
    ///   - program: Whose.
    ///   - log: Told of everything that an operator must know.
    package init?(pool: PostgresPool, state: StateSettings, program: String, log: Logger) {
        guard let folder = state.machineFolder else {
            log.notice("no journal of opt-outs is kept: VEREDUS_STATE_DIRECTORY is not set")
            return nil
        }
        store = JournalStore(pool, deadline: .seconds(3))
        machineFolder = folder
        folderName = state.folderName(of: program)
        name = "\(systemHostName() ?? "unknown")/\(folderName)"
        self.log = log
    }

    // MARK: Start

    /// Opens the file and replays what the database lacks of it; waits for the database. Before a program is ready.
    ///
    /// - Throws: What no waiting mends: a folder that cannot be used, a file of another running program.
    package func begin() async throws {
        try await openFile()
        while true {
            do {
                return try await catchUp()
            } catch let error where error.isTransientFailure {
                log.warning("waiting for the database to compare the journal with it", metadata: ["why": "\(error)"])
                // Nothing tells a program that the database is back.
                try await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func openFile() async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while true {
            do throws(JournalFile.Trouble) {
                return try takeFile()
            } catch {
                if error.isOfDisk { return await note(trouble: error) }
                guard error.isTaken, ContinuousClock.now < deadline else {
                    throw Unusable(trouble: error)
                }
            }
            log.warning(
                "waiting for the journal: another program of this name uses it",
                metadata: ["folder": "\(folderName)"]
            )
            // flock(2) in a loop, since a wait inside it could not be cancelled.
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func takeFile() throws(JournalFile.Trouble) {
        var opened = try JournalFile.open(machineFolder: machineFolder, name: folderName)
        batch = opened.index.lastBatch
        numbers = opened.index.numbers
        if opened.damaged > 0 {
            log.error(
                "the journal has damaged lines",
                metadata: ["path": "\(opened.path)", "lines": "\(opened.damaged)"]
            )
        } else if opened.lines > opened.index.rights * 2 + 1_000 {
            do throws(JournalFile.Trouble) {
                try opened.compact()
            } catch {
                // It is sound, if large.
                log.warning("the journal was not compacted", metadata: ["why": "\(error)"])
            }
        }
        linesWhenCompact = opened.lines
        file = consume opened
    }

    /// Replays what the database lacks, and answers whoever asked.
    private func catchUp() async throws {
        guard let id = file?.id, let path = file?.path, foreignKeys.isEmpty else { return }
        isCaughtUp = false
        try await store.enter(id, named: name)
        let sight = try await store.sight(of: id)
        let known = sight.batch ?? 0
        var report = ReplayReport()
        if batch != known {
            do {
                // A file that the database has seen more of was put back itself: what is new in it cannot be told by batches.
                report = try await replay(after: batch > known ? known : -1)
            } catch let error as ForeignAddressKey {
                // Not answered: whoever adopts the database is told that this journal has not reported.
                log.error("the journal is not this database's", metadata: ["why": "\(error)"])
                return await note(trouble: JournalFile.Trouble(path, "is not this database's"))
            } catch let error as JournalFile.Trouble {
                return await note(trouble: error)
            }
        }
        if numbers.isAhead(of: sight.numbers) { try await store.raise(numbers) }
        batch = max(batch, known)
        try await store.answer(sight.call, of: id, batch: batch, report)
        markedBatch = batch
        isCaughtUp = true
    }

    private func replay(after known: Int64) async throws -> ReplayReport {
        let entries = try file?.entries(after: known) ?? []
        var report = ReplayReport()
        guard let newest = entries.map(\.stamp.generation).max() else { return report }
        let keys = Set(entries.map { JournalIndex.Key(number: $0.right.hashKey, check: $0.keyCheck) })
        do {
            try await store.check(keys)
        } catch let error as ForeignAddressKey {
            foreignKeys = keys
            throw error
        }
        for start in stride(from: 0, to: entries.count, by: Self.replayChunk) {
            let chunk = Array(entries[start..<min(start + Self.replayChunk, entries.count)])
            report.add(try await store.replay(chunk, from: name, newestGeneration: newest))
        }
        guard report.news + report.unknown > 0 else { return report }
        log.warning(
            "the database lacked what the journal has: it was restored",
            metadata: [
                "withheld": "\(report.withheld)", "erased": "\(report.erased)",
                "wait_for_adoption": "\(report.waiting)",
                "unknown_accounts_or_lists": "\(report.unknown)", "recalled": "\(report.recalled)",
            ]
        )
        return report
    }

    /// A journal that no waiting makes usable.
    private struct Unusable: Error, CustomStringConvertible {
        let trouble: JournalFile.Trouble

        var description: String {
            trouble.isTaken
                ? "\(trouble). Give each instance its own VEREDUS_INSTANCE"
                : "\(trouble). VEREDUS_STATE_DIRECTORY must be a folder that this program may write to"
        }
    }

    // MARK: Append

    /// Returns when everything that was committed before the call is on a journal's disk, or when it is known that it
    /// cannot be: what was committed stands all the same, and the alarm was raised.
    package func flush() async {
        if isFlushing {
            // Others may have committed after the work under way has read: the next run is for all of them.
            guard await withCheckedContinuation({ waiting.append($0) }) else { return }
        }
        await lead { await $0.append() }
    }

    /// Runs the work once for all who wait already, and passes the lead on.
    private func lead(_ work: (isolated JournalWriter) async -> Void) async {
        isFlushing = true
        let served = waiting
        waiting = []
        await work(self)
        for other in served { other.resume(returning: false) }
        if waiting.isEmpty {
            isFlushing = false
        } else {
            waiting.removeFirst().resume(returning: true)
        }
    }

    private func append() async {
        do {
            while true {
                try await mark()
                let entries = try await store.waiting(limit: Self.chunk)
                guard !entries.isEmpty else { return }
                guard isCaughtUp else {
                    let why = "has not been compared with the database"
                    throw JournalFile.Trouble("\(machineFolder)/\(folderName)", why)
                }
                try write(entries)
                guard entries.count >= Int(Self.chunk) else { return }
            }
        } catch let error as JournalFile.Trouble {
            await note(trouble: error)
        } catch {
            log.log(
                level: error.isTransientFailure ? .warning : .error,
                "changes wait for the journal",
                metadata: ["why": "\(error)"]
            )
        }
    }

    private func write(_ entries: [JournalEntry]) throws(JournalFile.Trouble) {
        guard file != nil else { throw JournalFile.Trouble("\(machineFolder)/\(folderName)", "has no journal yet") }
        let next = batch + 1
        try file?.append(entries.map { .entry($0, batch: next) })
        batch = next
        unmarked += entries
    }

    /// Marks what is on the disk.
    private func mark() async throws {
        guard let id = file?.id, isCaughtUp, batch > markedBatch || !unmarked.isEmpty else { return }
        let (entries, newest) = (unmarked, batch)
        try await store.mark(entries, of: id, after: markedBatch, batch: newest)
        unmarked.removeFirst(entries.count)
        markedBatch = newest
        isProven = true
        guard trouble != nil else { return }
        trouble = nil
        log.notice("the journal is up to date again")
    }

    // MARK: Meanwhile

    /// Picks up what other programs changed, answers whoever adopts a database, and keeps the file small.
    package func poll() async {
        while isFlushing, await !withCheckedContinuation({ waiting.append($0) }) {}
        await lead { writer in
            do {
                try await writer.compare()
                writer.whyNotCompared = nil
            } catch let error as JournalFile.Trouble {
                await writer.note(trouble: error)
            } catch {
                // Once for each cause, and not with every tick.
                guard writer.whyNotCompared != "\(error)" else { return }
                writer.whyNotCompared = "\(error)"
                writer.log.log(
                    level: error.isTransientFailure ? .warning : .error,
                    "the journal could not be compared with the database",
                    metadata: ["why": "\(error)"]
                )
            }
        }
    }

    private func compare() async throws {
        if file == nil {
            try takeFile()
            try await catchUp()
        }
        guard let id = file?.id, try await isOfThisDatabase() else { return }
        let sight = try await store.sight(of: id)
        // The database was put back under this program, or somebody asks.
        if !isCaughtUp || (sight.batch ?? -1) < markedBatch || sight.answered != sight.call { try await catchUp() }
        await append()
        guard isCaughtUp else { return }
        let isAhead = sight.numbers.isAhead(of: numbers)
        if isAhead || !isProven && batch == markedBatch {
            let newest = isAhead ? sight.numbers : numbers
            try file?.append([.numbers(newest, batch: batch + 1)])
            batch += 1
            numbers = newest
        }
        try await mark()
        guard let lines = file?.lines, lines > linesWhenCompact * 2 + 100_000 else { return }
        try file?.compact()
        linesWhenCompact = file?.lines ?? 0
    }

    /// A new database learns its key with the first import, and may do so while the program runs.
    private func isOfThisDatabase() async throws -> Bool {
        guard !foreignKeys.isEmpty else { return true }
        do {
            try await store.check(foreignKeys)
        } catch is ForeignAddressKey {
            return false
        }
        foreignKeys = []
        return true
    }

    private func note(trouble error: JournalFile.Trouble) async {
        isProven = false
        if trouble == nil {
            log.error(
                "the journal is behind: opt-outs stand in the database, and a restore would forget them",
                metadata: ["why": "\(error)"]
            )
        }
        trouble = error.description
        guard let id = file?.id else { return }
        // The database may be away as well; `doctor` sees what waits.
        try? await store.note(trouble: error.reason, of: id)
    }
}

/// Runs a program's journal until the program stops; first in the group, so that it stops last.
package struct JournalService: Service {
    private let writer: JournalWriter
    private let interval: Duration

    package init(_ writer: JournalWriter, interval: Duration = .seconds(1)) {
        self.writer = writer
        self.interval = interval
    }

    package func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await writer.poll()
            // A tick: what changed in the database, by whatever way, is looked up, so that no way can forget to tell.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
        }
        await writer.poll()
    }
}
