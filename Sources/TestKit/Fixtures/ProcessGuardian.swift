import Foundation
import Synchronization

/// Kills processes when this process ends, however it ends, or when the guardian is freed; removes their folder then, too.
///
/// A shell waits on a socket whose other end only this process has; the kernel closes it also after a SIGKILL.
package final class ProcessGuardian: Sendable {
    private let list: String
    private let lifeline: Int32
    private let shell: ChildProcess
    private let pids = Mutex<Set<pid_t>>([])

    /// - Parameters:
    ///   - folder: Exists already; removed with everything in it at the end.
    ///   - isKept: Whether the folder stays.
    ///   - lock: A locked file's descriptor; the lock is held until all is killed. `nil` for none.
    /// - Throws: If there is no shell, or no free descriptor.
    package init(folder: String, isKept: Bool = false, holding lock: Int32? = nil) throws {
        list = "\(folder)/children"
        var ends: [Int32] = [-1, -1]
        // Closed on exec from the start, so that no other child holds it open.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw PrivateBroker.Unavailable(description: "socketpair: \(String(cString: strerror(errno)))")
        }
        let removal = isKept ? #"rm -f "$0/children""# : #"rm -rf "$0""#
        let script = #"cat >/dev/null; for pid in $(cat "$0/children"); do kill -9 "$pid"; done; "# + removal
        defer { Glibc.close(ends[0]) }
        lifeline = ends[1]
        shell = try ChildProcess(
            ["/bin/sh", "-c", script, folder],
            input: .descriptor(ends[0]),
            output: lock.map { .descriptor($0) } ?? .null,
            errors: .null
        )
    }

    deinit {
        Glibc.close(lifeline)
        shell.waitUntilExit()
    }

    /// Adds a process to kill.
    package func watch(_ pid: pid_t) { change { $0.insert(pid) } }

    /// Removes a reaped process.
    package func forget(_ pid: pid_t) { change { $0.remove(pid) } }

    private func change<Result>(_ body: (inout Set<pid_t>) -> Result) {
        pids.withLock { pids in
            _ = body(&pids)
            try? pids.map(String.init).joined(separator: "\n").write(toFile: list, atomically: true, encoding: .utf8)
        }
    }
}
