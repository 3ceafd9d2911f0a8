import Foundation
import Testing

@testable import Database
@testable import DatabaseClient

/// Two purposes that share an advisory lock wait for each other, and nothing says why.
@Suite struct AdvisoryLockTests {
    /// Which statement takes which lock; a new one is added here, with its purpose.
    private static let takenBy: [String: Set<AdvisoryLock>] = [
        "lock-campaign": [.campaign],
        "lock-campaign-to-hold": [.campaign],
        // "lock-for-claim" is given its purposes, see below.
        "lock-account": [.account],
        "share-account": [.account],
        "lock-account-alone": [.account],
        "try-installation-lock": [.restoreGuard],
        "leave-installation-lock": [.restoreGuard],
        "try-idempotency-lock": [.idempotencyKey],
        "lock-lanes": [.lanes],
        "lock-message": [.optOut],
        "lock-worker-run": [.workerRun],
    ]

    @Test func `each statement takes the lock of its own purpose`() throws {
        for statement in Statement.all {
            let taken = try Set(Self.firstNumbers(in: statement.sql).map { try #require(AdvisoryLock(rawValue: $0)) })
            #expect(taken == Self.takenBy[statement.name] ?? [], "\(statement.name)")
        }
        #expect(Set(Self.takenBy.keys).subtracting(Statement.all.map(\.name)) == [], "no statement of that name")
    }

    @Test func `migrations take the locks that the programs know by the same numbers`() {
        let table: [Int32: Set<AdvisoryLock>] = [
            1: [.auditLog],  // write_audit
            4: [.account],  // block_address, account 0
            8: [.account],  // take_back_opt_out
            11: [.account],  // take_back_opt_out
            17: [.account],  // withhold_right
        ]
        for migration in Migration.all {
            let numbers = Self.firstNumbers(in: String(decoding: migration.sql, as: UTF8.self))
            let known = table[migration.version] ?? []
            #expect(Set(numbers) == Set(known.map(\.rawValue)), "migration \(migration.version)")
        }
    }

    /// The first of two numbers of each `pg_advisory_…(n, …)`.
    private static func firstNumbers(in sql: String) -> [Int32] {
        sql.matches(of: /pg_\w*advisory\w*\((\d+),/).compactMap { Int32($0.1) }
    }
}
