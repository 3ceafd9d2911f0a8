import Glibc

/// Programs that fixtures start.
package enum ChildProcess {
    /// Starts a program; its output goes to a file.
    ///
    /// - Parameters:
    ///   - command: The program's full path and its arguments.
    ///   - input: Its standard input; nothing by default.
    ///   - output: Written anew.
    /// - Returns: The child, to be reaped by the caller.
    /// - Throws: When the program is missing.
    package static func start(_ command: [String], input: Int32? = nil, output: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let input {
            posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A group of its own: the terminal's ^C is for the test run, which ends its children itself.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, command[0], &actions, &attributes, arguments, environ)
        guard status == 0 else {
            throw PrivateBroker.Unavailable(description: "\(command[0]): \(String(cString: strerror(status)))")
        }
        return pid
    }

    /// Runs a program to its end.
    package static func run(_ command: [String]) throws {
        let pid = try start(command, output: "/dev/null")
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        guard status == 0 else { throw PrivateBroker.Unavailable(description: "\(command) failed: \(status)") }
    }

    /// Kills a child and reaps it.
    package static func kill(_ pid: pid_t) {
        Glibc.kill(pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }
}
