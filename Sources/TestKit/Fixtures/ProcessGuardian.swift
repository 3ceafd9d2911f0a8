import Foundation
import Synchronization

/// Kills processes and removes a folder when this process ends, however it ends, or when the guardian is freed.
///
/// A shell waits on a socket whose other end only this process has; the kernel closes it also after a SIGKILL.
package final class ProcessGuardian: Sendable {
    private let list: String
    private let lifeline: Int32
    private let shell: ChildProcess
    private let pids = Mutex<Set<pid_t>>([])

    /// - Parameter folder: Removed with everything in it at the end; exists already.
    /// - Throws: When there is no shell or no descriptor left.
    package init(folder: String) throws {
        list = "\(folder)/children"
        var ends: [Int32] = [-1, -1]
        // Closed on exec from the start, so that no other child holds it open.
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw PrivateBroker.Unavailable(description: "socketpair: \(String(cString: strerror(errno)))")
        }
        let script = #"cat >/dev/null; for pid in $(cat "$0/children"); do kill -9 "$pid"; done; rm -rf "$0""#
        defer { Glibc.close(ends[0]) }
        lifeline = ends[1]
        shell = try ChildProcess(["/bin/sh", "-c", script, folder], input: .descriptor(ends[0]))
    }

    deinit {
        Glibc.close(lifeline)
        shell.waitUntilExit()
    }

    /// Takes a process under guard.
    package func watch(_ pid: pid_t) { change { $0.insert(pid) } }

    /// Lets go of one that was reaped.
    package func forget(_ pid: pid_t) { change { $0.remove(pid) } }

    private func change<Result>(_ body: (inout Set<pid_t>) -> Result) {
        pids.withLock { pids in
            _ = body(&pids)
            try? pids.map(String.init).joined(separator: "\n").write(toFile: list, atomically: true, encoding: .utf8)
        }
    }
}
