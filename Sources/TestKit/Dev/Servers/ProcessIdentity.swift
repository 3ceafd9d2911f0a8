import Foundation
import Glibc

/// A process by number and start time, so that a reused number is never mistaken for it.
struct ProcessIdentity: Sendable, Equatable {
    let pid: pid_t
    /// In ticks since boot.
    let started: UInt64

    /// A running process; `nil` when it is gone or a zombie.
    init?(of pid: pid_t) {
        guard let fields = Self.fields(of: pid), fields[0] != "Z", fields[0] != "X",
            let started = UInt64(fields[19])
        else { return nil }
        self.pid = pid
        self.started = started
    }

    /// Reads ``text``; `nil` when that process is gone.
    init?(text: String) {
        let numbers = text.split(whereSeparator: \.isWhitespace)
        guard numbers.count == 2, let pid = pid_t(numbers[0]), let identity = ProcessIdentity(of: pid),
            String(identity.started) == numbers[1]
        else { return nil }
        self = identity
    }

    /// The one whom a file names, if it still runs.
    init?(file: String) {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
        self.init(text: text)
    }

    var text: String { "\(pid) \(started)\n" }
    var isRunning: Bool { ProcessIdentity(of: pid) == self }

    func send(_ signal: Int32) {
        if isRunning { kill(pid, signal) }
    }

    /// Waits for its end.
    ///
    /// - Returns: Whether it has ended.
    func ends(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while isRunning {
            guard ContinuousClock.now < deadline, !Task.isCancelled else { return false }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return true
    }

    /// All descendants of a process, without the process itself.
    static func descendants(of ancestor: pid_t) -> [ProcessIdentity] {
        let all = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
        let parents = all.compactMap { pid in fields(of: pid).flatMap { pid_t($0[1]) }.map { (pid, $0) } }
        let children = Dictionary(grouping: parents, by: \.1).mapValues { $0.map(\.0) }
        var (found, next) = ([pid_t](), children[ancestor] ?? [])
        while let pid = next.popLast() {
            found.append(pid)
            next += children[pid] ?? []
        }
        return found.compactMap { ProcessIdentity(of: $0) }
    }

    /// /proc's fields after the name, which may have blanks and parentheses in it: state, parent, …
    private static func fields(of pid: pid_t) -> [Substring]? {
        guard let line = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = line.lastIndex(of: ")")
        else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        return fields.count > 19 ? fields : nil
    }
}
