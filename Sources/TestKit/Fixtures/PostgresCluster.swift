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
    /// Where the cluster may read files: certificates go here.
    package nonisolated let folder: String
    private let watcher: ClusterWatcher

    private init(superuser: PostgresSettings, port: UInt16, folder: String, watcher: ClusterWatcher) {
        self.superuser = superuser
        self.port = port
        self.folder = folder
        self.watcher = watcher
    }

    /// Whether a server can be started here.
    package static var isInstalled: Bool { ServerPrograms.postgres != nil }

    /// Makes and starts a cluster.
    ///
    /// - Parameters:
    ///   - settings: Lines for postgresql.conf.
    ///   - prepare: Is called with the folder before the start, to put files into it.
    /// - Returns: A running cluster that nobody else uses.
    /// - Throws: What the server's programs complained of.
    package static func start(
        settings: [String] = [],
        prepare: @Sendable (_ folder: String) async throws -> Void = { _ in }
    ) async throws -> PostgresCluster {
        guard let programs = ServerPrograms.postgres else { throw ServerPrograms.Missing(name: "PostgreSQL") }
        let folder = try programs.makeFolder(prefix: "veredus-postgres")
        let watcher = try ClusterWatcher(programs: programs, folder: folder)
        let password = (0..<24).map { _ in String("abcdefghijkmnpqrstuvwxyz23456789".randomElement() ?? "x") }.joined()
        let passwordFile = "\(folder)/password"
        try programs.write(password + "\n", to: passwordFile)
        try await programs.run(
            "initdb",
            "--no-sync",
            "-U",
            "postgres",
            "-A",
            "scram-sha-256",
            "--pwfile",
            passwordFile,
            "-E",
            "UTF8",
            "--locale",
            "C.UTF-8",
            "-D",
            "\(folder)/data"
        )
        let port = try LoopbackPorts.free(1)[0]
        try programs.append(
            """
            listen_addresses = '127.0.0.1'
            port = \(port)
            unix_socket_directories = '\(folder)'
            max_connections = 200
            track_commit_timestamp = on
            shared_buffers = 64MB
            log_min_messages = warning
            \(settings.joined(separator: "\n"))

            """,
            to: "\(folder)/data/postgresql.conf"
        )
        try await prepare(folder)
        let url = "postgresql://postgres:\(password)@127.0.0.1:\(port)/postgres"
        var superuser = try PostgresSettings(parsing: url)
        // A machine busy with other tests is slow to answer.
        superuser.connectTimeout = .seconds(60)
        let cluster = PostgresCluster(
            superuser: superuser,
            port: port,
            folder: folder,
            watcher: watcher
        )
        try await cluster.start()
        return cluster
    }

    /// Starts it again after ``stop(_:)``.
    package func start() async throws {
        try await control("start", "-l", "\(folder)/log", "-t", "60")
    }

    package func stop(_ mode: StopMode) async throws {
        try await control("stop", "-m", mode.rawValue)
    }

    /// Runs a program as the user that the server runs as, for example to make certificates in ``folder``.
    package static func runAsServer(_ command: [String]) async throws {
        guard let programs = ServerPrograms.postgres else { throw ServerPrograms.Missing(name: "PostgreSQL") }
        try await programs.run(command)
    }

    private func control(_ command: String, _ arguments: String...) async throws {
        guard let programs = ServerPrograms.postgres else { throw ServerPrograms.Missing(name: "PostgreSQL") }
        try await programs.run(["pg_ctl", command, "-w", "-D", "\(folder)/data"] + arguments)
    }
}

/// Stops a cluster and removes its folder when this process is gone: a shell that waits for the end of a pipe.
private final class ClusterWatcher: Sendable {
    private let lifeline: Int32
    private let shell: ChildProcess

    init(programs: ServerPrograms, folder: String) throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(ends[0]) }
        let script = "cat; \"$0\" stop -D \"$1/data\" -m immediate; rm -rf \"$1\""
        lifeline = ends[1]
        shell = try programs.spawn(
            ["/bin/sh", "-c", script, programs.path(of: "pg_ctl"), folder],
            input: .descriptor(ends[0])
        )
    }

    deinit {
        close(lifeline)
        shell.waitUntilExit()
    }
}
