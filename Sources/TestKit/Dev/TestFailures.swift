import Foundation

/// The failures of a Swift Testing run, from its output; of a long one only the end is read.
enum TestFailures {
    private static let mostLines = 60
    private static let mostUnended = 20
    private static let mostEnds = 5
    private static let mostFrames = 25
    private static let mostCharacters = 1_000
    /// A test's comments on an issue, after its line.
    private static let linesOfAnIssue = 12

    /// The issues, each with the test's comments, and, if the run was cut off, the tests that never ended and, last,
    /// what ended it.
    static func lines(of log: [String]) -> [String] {
        issues(log).suffix(mostLines) + (isComplete(log) ? [] : unended(log).prefix(mostUnended) + ends(log))
    }

    /// What a crash says of itself: Swift's runtime of a trap, its backtrace, and `swift test` of the signal.
    private static func ends(_ log: [String]) -> [String] {
        let said = log.filter { line in
            ["Fatal error", "SWIFT TASK CONTINUATION MISUSE", "unexpected signal"].contains { line.contains($0) }
        }
        let crash = log.lastIndex { $0.contains("Program crashed") } ?? log.endIndex
        let trace = log[crash...].prefix { !$0.hasPrefix("Backtrace took") }.filter { !$0.isEmpty }
        return (said.suffix(mostEnds) + trace.prefix(mostFrames)).map(cut)
    }

    private static func issues(_ log: [String]) -> [String] {
        var (found, rest) = ([String](), 0)
        for line in log {
            if line.hasPrefix("✘ Test "), line.contains(" recorded an issue") {
                rest = linesOfAnIssue
                found.append(cut(line))
            } else if let sign = line.first, "✔✘◇↷⚠".contains(sign) || line.hasPrefix("⚠") {
                rest = 0
            } else if rest > 0 {
                rest -= 1
                found.append(cut(line))
            }
        }
        return found
    }

    private static func cut(_ line: String) -> String {
        line.count > mostCharacters ? "\(line.prefix(mostCharacters))…" : line
    }

    private static func isComplete(_ log: [String]) -> Bool {
        log.contains { $0.hasPrefix("✔ Test run with") || $0.hasPrefix("✘ Test run with") }
    }

    private static func unended(_ log: [String]) -> [String] {
        var open: [String] = []
        for line in log {
            if line.hasPrefix("◇ "), line.hasSuffix(" started.") {
                open.append(String(line.dropFirst(2).dropLast(" started.".count)))
            } else if line.hasPrefix("✔ ") || line.hasPrefix("✘ "),
                let end = line.range(of: " passed after ") ?? line.range(of: " failed after ")
            {
                var name = String(line[..<end.lowerBound].dropFirst(2))
                if let cases = name.range(of: #" with [0-9]+ test cases?$"#, options: .regularExpression) {
                    name.removeSubrange(cases)
                }
                open.removeAll { $0 == name }
            }
        }
        // A suite begins long before its tests do: the tests tell more.
        let tests = open.filter { $0.hasPrefix("Test ") && !$0.hasPrefix("Test case") && !$0.hasPrefix("Test run") }
        let suites = open.filter { $0.hasPrefix("Suite ") }
        return (tests + suites).map { "never ended: \($0)" }
    }
}
