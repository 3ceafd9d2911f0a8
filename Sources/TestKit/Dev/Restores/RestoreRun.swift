import Core
import Database
import Foundation
import TestKit

/// One random interleaving on a database of its own.
///
/// What was acknowledged must be in force after a restore and the adoption, and nothing else that was not in the dump.
/// What was committed and not acknowledged, since its program was killed before, may be lost with the restore.
struct RestoreRun {
    /// What a run saw.
    struct Report: Sendable {
        var changes = 0
        var restores = 0
        var kills = 0
        var mailed = 0
        var breaches: [String] = []

        mutating func add(_ other: Report) {
            changes += other.changes
            restores += other.restores
            kills += other.kills
            mailed += other.mailed
            breaches += other.breaches
        }
    }

    /// When a right changed last, and to what.
    private typealias Changes = [String: (step: Int, isWithheld: Bool)]

    private var random: SplitMix
    private var programs: RestoredPrograms
    private var dump: (database: PrivateDatabase, changes: Changes)?
    private var changes: Changes = [:]
    private var journalled: Changes = [:]
    private var step = 0
    private var report = Report()

    static func run(seed: UInt64, steps: Int, on cluster: PostgresCluster? = nil) async throws -> Report {
        let programs = try await RestoredPrograms.start(on: cluster)
        var run = RestoreRun(random: SplitMix(state: seed &* 0x9E37_79B9), programs: programs)
        do {
            try await programs.begin()
            run.report.mailed += try await run.programs.campaign().count
            for _ in 0..<steps { try await run.next() }
            try await run.restore()
        } catch {
            await run.end()
            throw error
        }
        await run.end()
        return run.report
    }

    private init(random: SplitMix, programs: RestoredPrograms) {
        self.random = random
        self.programs = programs
    }

    private func end() async {
        await programs.kill()
        try? await dump?.database.drop()
        try? await programs.database.drop()
        programs.removeFolder()
    }

    private mutating func next() async throws {
        step += 1
        switch random.next() % 20 {
        case 0: try await takeDump()
        case 1: try await restore()
        case 2: try await kill()
        case 3: try await mail()
        default: try await change()
        }
    }

    private mutating func takeDump() async throws {
        await programs.kill()
        try? await dump?.database.drop()
        dump = (try await programs.database.copy(), changes)
        try await programs.begin()
    }

    private mutating func kill() async throws {
        report.kills += 1
        await programs.kill()
        try await programs.begin()
        noteJournalled()
    }

    /// Somebody changes a right; every fourth time the program is killed between its commit and its answer.
    private mutating func change() async throws {
        report.changes += 1
        let way = RestoredPrograms.Way.allCases[Int(random.next() % UInt64(RestoredPrograms.Way.allCases.count))]
        let person = Int(random.next() % UInt64(RestoredPrograms.people)) + 1
        try await programs.carryOut(way, person)
        try await noteChanges()
        if random.next().isMultiple(of: 4) { return }
        await programs.flush(way)
        noteJournalled()
    }

    private mutating func noteChanges() async throws {
        let withheld = try await programs.withheld()
        for right in Set(changes.keys).union(withheld) {
            let isWithheld = withheld.contains(right)
            guard (changes[right]?.isWithheld ?? false) != isWithheld else { continue }
            changes[right] = (step, isWithheld)
        }
    }

    /// Everything that was committed is in a journal now, whoever committed it.
    private mutating func noteJournalled() { journalled = changes }

    private mutating func mail() async throws {
        let mailed = try await programs.campaign()
        report.mailed += mailed.count
        let withheld = try await programs.withheld()
        for person in mailed where withheld.contains(where: { $0.hasSuffix(" \(person)") }) {
            report.breaches.append("step \(step): person \(person) was mailed after an opt-out")
        }
    }

    private mutating func restore() async throws {
        guard let dump else { return try await takeDump() }
        step += 1
        report.restores += 1
        await programs.kill()
        try await programs.database.restore(from: dump.database)
        try await programs.begin()
        // What the dump had not given to a journal yet is given now.
        var expected = dump.changes
        for (right, change) in journalled where change.step > expected[right]?.step ?? -1 { expected[right] = change }
        if try await programs.isRefused() == false,
            expected.contains(where: { dump.changes[$0.key]?.step != $0.value.step })
        {
            report.breaches.append("step \(step): a restored database is not refused")
        }
        try await programs.adopt()
        changes = expected
        let withheld = try await programs.withheld()
        for right in Set(expected.keys).union(withheld) {
            let isExpected = expected[right]?.isWithheld ?? false
            guard withheld.contains(right) != isExpected else { continue }
            report.breaches.append("step \(step): \(right) is \(isExpected ? "forgotten" : "withheld unasked")")
            changes[right] = (step, !isExpected)
        }
        await programs.flush(.byHand)
        noteJournalled()
        try await mail()
    }
}
