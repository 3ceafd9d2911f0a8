import Foundation

/// A server's own programs in one folder, and the user that they run as.
///
/// Started with posix_spawn(3): Foundation's `Process` takes a daemon that the program leaves behind for the program
/// itself, and waits for it.
struct ServerPrograms: Sendable {
    struct Missing: Error, CustomStringConvertible {
        let name: String
        var description: String { "\(name) is not installed here. Install it, or leave REQUIRE_SERVERS unset." }
    }

    struct Failed: Error, CustomStringConvertible {
        let command: String
        let output: String
        var description: String { "\(command) failed: \(output)" }
    }

    private let folder: String
    /// Root is refused by the server: then this user is taken.
    private let user: (id: uid_t, group: gid_t)?

    /// The newest PostgreSQL on this machine.
    static let postgres: ServerPrograms? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let folders = versions.compactMap { Int($0) }.sorted(by: >).map { "\(root)/\($0)/bin" }
        let all = folders + ["/usr/local/bin", "/usr/bin"]
        guard let folder = all.first(where: { FileManager.default.isExecutableFile(atPath: "\($0)/initdb") }) else {
            return nil
        }
        return ServerPrograms(folder: folder, user: unprivilegedUser())
    }()

    private static func unprivilegedUser() -> (id: uid_t, group: gid_t)? {
        guard getuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return (entry.pointee.pw_uid, entry.pointee.pw_gid) }
        }
        return nil
    }

    /// Leaves the test's folder and its descriptors behind: a daemon would keep both.
    private static let launcher = """
        cd /
        for fd in /proc/self/fd/*; do fd=${fd##*/}; if ((fd > 2)); then eval "exec $fd>&-"; fi; done
        exec "$@"
        """

    func path(of program: String) -> String { "\(folder)/\(program)" }

    func run(_ command: String...) async throws { try await run(command) }

    /// Runs one of the programs, or the one at an absolute path, to its end.
    ///
    /// - Throws: ``Failed`` with what it wrote, when it does not end with 0.
    func run(_ command: [String]) async throws {
        // A file, not a pipe: a server started by pg_ctl would keep a pipe open.
        let outputPath = NSTemporaryDirectory() + "/veredus-\(UUID().uuidString)"
        let output = open(outputPath, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer {
            close(output)
            unlink(outputPath)
        }
        let executable = command[0].hasPrefix("/") ? command[0] : path(of: command[0])
        let child = try spawn([executable] + command.dropFirst(), standardInput: nil, output: output)
        let status = await withCheckedContinuation { (done: CheckedContinuation<Int32, Never>) in
            Thread.detachNewThread {
                var status: Int32 = -1
                while waitpid(child, &status, 0) < 0 && errno == EINTR {}
                done.resume(returning: status)
            }
        }
        guard status == 0 else {
            let words = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
            throw Failed(command: command.joined(separator: " "), output: words)
        }
    }

    /// Starts a program as that user, in a folder that the user can read; all other descriptors are closed.
    ///
    /// - Parameters:
    ///   - command: The path of the program and its arguments.
    ///   - standardInput: `nil` for nothing to read.
    ///   - output: Of both outputs; `nil` to drop them.
    /// - Returns: The child's process id.
    /// - Throws: `POSIXError` when it cannot be started.
    @discardableResult
    func spawn(_ command: [String], standardInput: Int32?, output: Int32?) throws -> pid_t {
        var words = ["/bin/bash", "-c", Self.launcher, "launcher"]
        if let user { words += ["/usr/bin/setpriv", "--reuid=\(user.id)", "--regid=\(user.group)", "--clear-groups"] }
        words += command
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, target) in [(standardInput, STDIN_FILENO), (output, STDOUT_FILENO), (output, STDERR_FILENO)] {
            if let descriptor {
                posix_spawn_file_actions_adddup2(&actions, descriptor, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            }
        }
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        let variables = ["PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8"]
        let environment: [UnsafeMutablePointer<CChar>?] = variables.map { strdup($0) } + [nil]
        defer { for copy in arguments + environment { free(copy) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, words[0], &actions, nil, arguments, environment)
        guard status == 0 else { throw POSIXError(.init(rawValue: status) ?? .EIO) }
        return child
    }

    /// A new folder that the user owns.
    func makeFolder(prefix: String) throws -> String {
        let unique = "\(prefix)-\(getpid())-\(UUID().uuidString.prefix(8))"
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(unique).path
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try own(folder)
        return folder
    }

    /// Writes a file that the user owns, and that others cannot read.
    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        try own(path)
    }

    func append(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(text.utf8))
        try file.close()
    }

    private func own(_ path: String) throws {
        guard let user, chown(path, user.id, user.group) != 0 else { return }
        throw POSIXError(.init(rawValue: errno) ?? .EPERM)
    }
}
