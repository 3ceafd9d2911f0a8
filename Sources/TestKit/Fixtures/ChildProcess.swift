import CLinux
import Glibc
import Synchronization

/// A program that a test started, on posix_spawn(3).
///
/// Foundation's `Process` is not used: it learns of a program's end from a descriptor that any other child started at
/// the same moment may inherit, and then waits for that one too. Here only the three standard streams are inherited,
/// and waitpid(2) reports the end.
package final class ChildProcess: Sendable {
    /// One of a child's standard streams.
    package enum Stream: Sendable {
        case null
        /// A descriptor that this process keeps.
        case descriptor(Int32)
        /// A file, written again.
        case file(String)
    }

    /// How a program ended.
    package enum End: Sendable, Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Why a program could not be run.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let pid: pid_t
    private let ended = Mutex<End?>(nil)
    private let outlivesUs = Atomic<Bool>(false)

    /// Starts a program in a process group of its own: the terminal's ^C reaches the test run only, which ends its
    /// children itself.
    ///
    /// - Parameters:
    ///   - command: The program's full path and its arguments.
    ///   - environment: `nil` for this process's.
    ///   - folder: Its working directory; `nil` for this process's.
    ///   - input: Its standard input.
    ///   - output: Its standard output.
    ///   - errors: Its standard error; `nil` for the same as `output`.
    ///   - session: Whether it also gets a session of its own, so that it survives the terminal.
    /// - Throws: ``Failure`` when the program is missing.
    package init(
        _ command: [String],
        environment: [String: String]? = nil,
        folder: String? = nil,
        input: Stream = .null,
        output: Stream = .null,
        errors: Stream? = nil,
        session: Bool = false
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        Self.add(input, as: STDIN_FILENO, to: &actions)
        Self.add(output, as: STDOUT_FILENO, to: &actions)
        if let errors {
            Self.add(errors, as: STDERR_FILENO, to: &actions)
        } else {
            posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        // Signals as a shell would leave them, whatever this process ignores or blocks.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes,
            Int16(
                (session ? veredus_spawn_setsid : POSIX_SPAWN_SETPGROUP) | POSIX_SPAWN_SETSIGMASK
                    | POSIX_SPAWN_SETSIGDEF
            )
        )
        let arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        let variables: [UnsafeMutablePointer<CChar>?] = (environment ?? [:]).map { strdup("\($0)=\($1)") } + [nil]
        defer { for copy in arguments + variables { free(copy) } }
        var child: pid_t = 0
        let status = variables.withUnsafeBufferPointer { variables in
            let inherited = UnsafePointer(environ)
            let given = environment == nil ? inherited : variables.baseAddress
            return given.map { posix_spawn(&child, command[0], &actions, &attributes, arguments, $0) } ?? EFAULT
        }
        guard status == 0 else { throw Failure(description: "\(command[0]): \(String(cString: strerror(status)))") }
        pid = child
    }

    deinit { if !outlivesUs.load(ordering: .relaxed) { kill() } }

    /// Lets it outlive this object and this process.
    package func letGo() { outlivesUs.store(true, ordering: .relaxed) }

    /// How it ended; `nil` while it runs.
    package var end: End? {
        ended.withLock { ended in
            if ended == nil { ended = wait(WNOHANG) }
            return ended
        }
    }

    package var isRunning: Bool { end == nil }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) {
        ended.withLock { ended in
            if ended == nil { ended = wait(WNOHANG) }
            if ended == nil { Glibc.kill(pid, signal) }
        }
    }

    /// Kills it, if it still runs, and waits until it is gone.
    package func kill() {
        ended.withLock { ended in
            guard ended == nil else { return }
            Glibc.kill(pid, SIGKILL)
            ended = wait(0)
        }
    }

    /// Blocks the thread until it has ended; only where suspending is impossible and the end is certain.
    package func waitUntilExit() { ended.withLock { $0 = $0 ?? wait(0) } }

    /// Waits for its end.
    ///
    /// - Throws: ``Failure`` when it takes longer than `limit`.
    @discardableResult
    package func exit(within limit: Duration = .seconds(60)) async throws -> End {
        let deadline = ContinuousClock.now + limit
        while true {
            if let end { return end }
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "process \(pid) has not ended within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Asks the kernel; `nil` while it runs.
    private func wait(_ options: Int32) -> End? {
        var status: Int32 = 0
        var answer = waitpid(pid, &status, options)
        while answer < 0, errno == EINTR { answer = waitpid(pid, &status, options) }
        guard answer != 0 else { return nil }
        let signal = status & 0x7F
        return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
    }

    private static func add(_ stream: Stream, as target: Int32, to actions: inout posix_spawn_file_actions_t) {
        switch stream {
        case .null: posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
        case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, target)
        case .file(let path):
            posix_spawn_file_actions_addopen(&actions, target, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        }
    }
}
