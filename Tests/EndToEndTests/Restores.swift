import TestKit
import Testing

@testable import DevProgram

/// What `./dev restores` does a thousand times.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(10)))
struct Restores {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `after any restore nobody is mailed who had opted out, and nobody is suppressed unasked`(seed: UInt64)
        async throws
    {
        let report = try await RestoreRun.run(seed: seed, steps: 40)
        #expect(report.breaches == [])
        #expect(report.restores > 0 && report.changes > 10 && report.mailed > 0)
    }
}
