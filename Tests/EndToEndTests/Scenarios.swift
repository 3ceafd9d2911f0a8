import TestKit
import Testing

/// Campaigns from start to end, on real servers with the real programs; one file a scenario.
///
/// One after the other: each starts programs enough for the machine, and some measure time.
@Suite(.enabled(if: Stage.isAvailable), .serialized, .timeLimit(.minutes(3)))
enum Scenarios {}

/// Those that mostly wait: for a lease to run out, for a server to start. They run beside the others.
@Suite(.enabled(if: Stage.isAvailable), .serialized, .timeLimit(.minutes(3)))
enum LongScenarios {}
