import DatabaseClient
import Foundation

/// A PostgreSQL server of the tests' own: in a temporary folder, on loopback, on a free port.
///
/// It ends with the test process, however that ends, and its folder goes with it. PostgreSQL refuses root, so that a
/// test run as root starts it as `postgres`, or as `nobody`.
package actor PostgresCluster {
    package enum StopMode: String, Sendable {
        /// Disconnects everyone, writes a checkpoint.
        case fast
        /// As a crash: the next start recovers from the log.
        case immediate
    }

    /// A log-in as superuser to the maintenance database.
    package nonisolated let superuser: PostgresSettings
    package nonisolated let port: UInt16
    /// A folder that the cluster can read, for certificates.
    package nonisolated let folder: String
    private let programs: ServerPrograms
    private let watcher: ClusterWatcher

    private init(superuser: PostgresSettings, folder: String, programs: ServerPrograms, watcher: ClusterWatcher) {
        self.superuser = superuser
        self.port = superuser.port
        self.folder = folder
        self.programs = programs
        self.watcher = watcher
    }

    /// Whether a server can be started here.
    package static var isInstalled: Bool { ServerPrograms.postgres != nil }

    /// The path of one of the server's programs; `nil` if it is not installed.
    package static func path(of program: String) -> String? { ServerPrograms.postgres?.path(of: program) }

    /// The number of the server's process; `nil` when it has ended.
    package nonisolated var pid: pid_t? {
        Self.lockFile(in: folder).flatMap { $0.isServer ? $0.pid : nil }
    }

    /// Makes and starts a cluster.
    ///
    /// - Parameters:
    ///   - settings: Lines for postgresql.conf.
    ///   - prepare: Called with the folder before the start, to put files into it.
    /// - Returns: A running cluster for the caller alone.
    /// - Throws: The errors of the server's programs.
    package static func start(
        settings: [String] = [],
        prepare: @Sendable (_ folder: String) async throws -> Void = { _ in }
    ) async throws -> PostgresCluster {
        guard let programs = ServerPrograms.postgres else { throw ServerPrograms.Missing(name: "PostgreSQL") }
        let folder = try programs.makeFolder(prefix: "veredus-postgres")
        let password = (0..<24).map { _ in String("abcdefghijkmnpqrstuvwxyz23456789".randomElement() ?? "x") }.joined()
        let ours = [
            "unix_socket_directories = '\(folder)'", "max_connections = 200", "track_commit_timestamp = on",
            "shared_buffers = 64MB", "log_min_messages = warning",
        ]
        return try await start(
            programs,
            folder: folder,
            watcher: try ClusterWatcher(programs: programs, folder: folder, place: nil),
            password: password,
            port: try LoopbackPorts.free(1)[0],
            settings: ours + settings,
            prepare: prepare
        )
    }

    /// Starts the cluster of a folder that stays; makes it when there is none.
    ///
    /// A server that is still running in that folder, after a crash of its watcher, is stopped first.
    ///
    /// - Parameters:
    ///   - place: The folder. It ends with this process, as every cluster does; the folder stays.
    ///   - password: The superuser's; the one that the data were made with.
    ///   - port: The port to listen on.
    ///   - settings: Lines for postgresql.conf.
    ///   - prepare: Called with the folder before the start, to put files into it.
    /// - Returns: A running cluster.
    /// - Throws: The errors of the server's programs.
    package static func start(
        at place: ServerPlace,
        password: String,
        port: UInt16,
        settings: [String],
        prepare: @Sendable (_ folder: String) async throws -> Void = { _ in }
    ) async throws -> PostgresCluster {
        guard let programs = ServerPrograms.postgres?.running(as: place.owner) else {
            throw ServerPrograms.Missing(name: "PostgreSQL")
        }
        try await endLeftover(at: place)
        return try await start(
            programs,
            folder: place.folder,
            watcher: try ClusterWatcher(programs: programs, folder: place.folder, place: place),
            password: password,
            port: port,
            settings: ["unix_socket_directories = ''"] + settings,
            prepare: prepare
        )
    }

    private static func start(
        _ programs: ServerPrograms,
        folder: String,
        watcher: ClusterWatcher,
        password: String,
        port: UInt16,
        settings: [String],
        prepare: @Sendable (_ folder: String) async throws -> Void
    ) async throws -> PostgresCluster {
        if !FileManager.default.fileExists(atPath: "\(folder)/data") {
            try await makeData(programs, folder: folder, password: password)
        }
        let lines = ["include 'data/postgresql.conf'", "listen_addresses = '127.0.0.1'", "port = \(port)"] + settings
        try programs.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/server.conf")
        try await prepare(folder)
        var superuser = try PostgresSettings(parsing: "postgresql://postgres:\(password)@127.0.0.1:\(port)/postgres")
        // A machine busy with other tests answers slowly.
        superuser.connectTimeout = .seconds(60)
        let cluster = PostgresCluster(superuser: superuser, folder: folder, programs: programs, watcher: watcher)
        try await cluster.start()
        return cluster
    }

    /// Atomic, so that an interrupted initdb leaves nothing that looks like data.
    private static func makeData(_ programs: ServerPrograms, folder: String, password: String) async throws {
        let draft = "\(folder)/data.new"
        if FileManager.default.fileExists(atPath: draft) { try FileManager.default.removeItem(atPath: draft) }
        try programs.write(password + "\n", to: "\(folder)/password")
        defer { try? FileManager.default.removeItem(atPath: "\(folder)/password") }
        try await programs.run(
            ["initdb", "--no-sync", "-U", "postgres", "-A", "scram-sha-256", "--pwfile", "\(folder)/password"]
                + ["-E", "UTF8", "--locale", "C.UTF-8", "-D", draft]
        )
        try FileManager.default.moveItem(atPath: draft, toPath: "\(folder)/data")
    }

    /// Starts it again after ``stop(_:)``.
    package func start() async throws {
        let options = "-c config_file='\(folder)/server.conf'"
        do {
            try await control("start", "-l", "\(folder)/log", "-t", "60", "-o", options)
        } catch let failed as ServerPrograms.Failed {
            let words = ((try? ChildProcess.text(of: "\(folder)/log")) ?? "").suffix(1_000)
            throw ServerPrograms.Failed(command: failed.command, output: "\(failed.output)\(words)")
        }
    }

    package func stop(_ mode: StopMode) async throws {
        try await control("stop", "-m", mode.rawValue)
    }

    /// Stops the server of a folder whose watcher died, and ignores a lock file that names another process: one that
    /// has been given the crashed server's number since, and that PostgreSQL would take for it.
    package static func endLeftover(at place: ServerPlace) async throws {
        let folder = place.folder
        guard let left = lockFile(in: folder), let programs = ServerPrograms.postgres else { return }
        if left.isServer {
            let stop = ["pg_ctl", "stop", "-w", "-m", "fast", "-D", "\(folder)/data"]
            try await programs.running(as: place.owner).run(stop)
        } else if kill(left.pid, 0) == 0 || errno == EPERM {
            try FileManager.default.removeItem(atPath: "\(folder)/data/postmaster.pid")
        }
    }

    /// The process in the data's lock file, and whether it is the data's server.
    private static func lockFile(in folder: String) -> (pid: pid_t, isServer: Bool)? {
        let text = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let pid = text?.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return nil }
        let command = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
        let arguments = command?.split(separator: "\0").map(String.init) ?? []
        return (pid, arguments.contains("\(folder)/data"))
    }

    /// Runs a program as the user that the server runs as, for example to make certificates in ``folder``.
    package static func runAsServer(_ command: [String]) async throws {
        guard let programs = ServerPrograms.postgres else { throw ServerPrograms.Missing(name: "PostgreSQL") }
        try await programs.run(command)
    }

    private func control(_ command: String, _ arguments: String...) async throws {
        try await programs.run(["pg_ctl", command, "-w", "-D", "\(folder)/data"] + arguments)
    }
}

/// Stops a cluster when this process is gone, and removes its folder unless it is to stay: a shell that waits for the
/// end of a pipe.
private final class ClusterWatcher: Sendable {
    private let lifeline: Int32
    private let shell: ChildProcess

    init(programs: ServerPrograms, folder: String, place: ServerPlace?) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(ends[0]) }
        let removal = place == nil ? "; rm -rf \"$1\"" : ""
        let script = "cat >/dev/null; \"$0\" stop -D \"$1/data\" -m immediate >/dev/null" + removal
        lifeline = ends[1]
        shell = try programs.spawn(
            ["/bin/sh", "-c", script, programs.path(of: "pg_ctl"), folder],
            input: .descriptor(ends[0]),
            output: place.map { .descriptor($0.lock) } ?? .null
        )
    }

    deinit {
        close(lifeline)
        shell.waitUntilExit()
    }
}
