import Core

/// The purposes of advisory locks; the raw value is the first of a lock's two numbers.
///
/// Migrations have these numbers too. The migrator's own lock has one number of 64 bits, which PostgreSQL keeps apart.
package enum AdvisoryLock: Int32, Sendable, CaseIterable {
    /// A campaign: claims share it; pause, cancel and a reopen take it alone.
    case campaign = 1
    /// An account: suppressions share it; a freeze and a reopen take it alone.
    ///
    /// Account 0 is the whole service: a block for the whole service takes it alone; a freeze and a reopen share it.
    case account = 2
    /// The audit log, whose entries form a chain.
    case auditLog = 4
    /// The restore guard of the installation: one program at a time reads the remembered ones.
    case restoreGuard = 5
    /// An Idempotency-Key of the API.
    case idempotencyKey = 6
    /// The list of lanes, whose next number is the highest and one.
    case lanes = 7
    /// The opt-out of one message.
    case optOut = 8
    /// A worker run, by 32 bits of it: its claims share it; who settles its flight log takes it alone.
    case workerRun = 9

    /// A worker run's number: two may share one, and wait for each other.
    static func number(of workerRun: WorkerRun) -> Int32 { Int32(truncatingIfNeeded: workerRun ^ workerRun >> 32) }
}
