/// An awaited condition that was never met.
package struct NeverSo: Error, CustomStringConvertible {
    package let description: String
}

/// Polls until a condition is met: the only way in which a test waits for another program.
///
/// - Parameters:
///   - what: The condition, as a sentence.
///   - limit: How long to poll.
///   - interval: The time between polls.
///   - isSo: Tests the condition.
/// - Throws: ``NeverSo`` after the limit, and whatever `isSo` throws.
package func eventually(
    _ what: @autoclosure () -> String,
    within limit: Duration = .seconds(30),
    every interval: Duration = .milliseconds(10),
    _ isSo: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !isSo() {
        guard ContinuousClock.now < deadline else { throw NeverSo(description: "not within \(limit): \(what())") }
        try await Task.sleep(for: interval)
    }
}

extension ChildProcess {
    /// Waits until the program accepts connections on a loopback port.
    ///
    /// - Parameters:
    ///   - port: The port.
    ///   - log: The file that has its output, for a failure's report.
    /// - Throws: ``NeverSo``, with the end of its output, when it ended or takes longer than a minute.
    package func listens(on port: UInt16, log: String) async throws {
        var words: String { String(((try? Self.text(of: log)) ?? "").suffix(2_000)) }
        try await eventually("it listens on port \(port): \(words)", within: .seconds(60)) {
            if LoopbackPorts.accept(port) { return true }
            guard isRunning else { throw NeverSo(description: "it ended before it listened on \(port): \(words)") }
            return false
        }
    }
}
