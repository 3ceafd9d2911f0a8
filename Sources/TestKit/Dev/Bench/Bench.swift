import Foundation
import TestKit

/// `./dev bench`: measures Veredus on servers that start empty.
struct Bench: Sendable {
    enum Scenario: String, CaseIterable { case whole, fair, bounces, web, growth }

    static let optionNames = [
        "SCENARIO", "RECIPIENTS", "JOBS_PER_MESSAGE", "QUEUE_TYPE", "CONNECTIONS", "DELAY_MS", "OUTPUT",
        "BENCH_CONFIGURATION", "CAMPAIGNS", "ACCOUNTS", "OLD_DELIVERIES", "WORKERS", "MESSAGE_KIB", "DIVISOR",
        "SECONDS_EACH", "WEB_CONNECTIONS",
    ]
    private static let python = "/usr/bin/python3"

    let project: Project
    let queueType: QueueType
    let configuration: BuildConfiguration
    /// The path of the figures, without extension.
    let output: String
    var folder: String { "\(project.local)/bench" }
    /// The operator's.
    var tool: Tool { Tool(project: project, settings: "\(folder)/settings/admin.env") }

    /// Reads the options of a scenario.
    ///
    /// - Returns: The benchmark.
    static func command(_ project: Project, _ arguments: [String]) throws -> @Sendable () async throws -> Void {
        let options = try Options(optionNames, arguments, environment: project.environment)
        switch try options.choice("SCENARIO", default: Scenario.whole) {
        case .whole: return try WholeBench(project, options).run
        case .fair: return try FairBench(project, options).run
        case .bounces: return try BouncesBench(project, options).run
        case .web: return try WebBench(project, options).run
        case .growth: return try GrowthBench(project, options).run
        }
    }

    /// `name` is the figures' file's; a debug build's figures mean nothing, and are not kept with the others.
    init(_ project: Project, _ options: Options, name: String) throws {
        self.project = project
        queueType = try options.choice("QUEUE_TYPE", default: .quorum)
        configuration = try options.choice("BENCH_CONFIGURATION", default: .release)
        let kept = configuration == .release ? "Benchmarks/results/\(name)" : ".local/bench-debug/\(name)"
        output = options.text("OUTPUT") ?? kept
    }

    /// Runs a measurement on empty servers; they and what runs in `group` are gone at the end.
    func onFreshServers(_ measure: (_ servers: ServerAddresses, _ group: ProgramGroup) async throws -> Void)
        async throws
    {
        let lock = try project.onlyOne("bench")
        let servers = try await ServerFolder(.bench, of: project)
        guard let hold = try await FileLock.take(servers.lock, .exclusive, within: .seconds(60)) else {
            throw Failure("another process runs the servers in \(servers.path)", "Run: ./dev services-down")
        }
        hold.write(ProcessIdentity(of: getpid())?.text ?? "")
        try await PrivateServers.endLeftovers(in: servers, holding: hold)
        for path in [folder, servers.path] { try? FileManager.default.removeItem(atPath: path) }
        try makeFolders()
        Console.heading("Starting PostgreSQL and RabbitMQ (private, on 127.0.0.1)")
        let running = try await PrivateServers.start(.bench, in: servers, of: project, holding: hold)
        let group = try ProgramGroup("bench", of: project)
        let result = await Result { try await measure(running.addresses, group) }
        await group.stop()
        await shielded {
            Console.say("Stopping PostgreSQL and RabbitMQ")
            await running.stop()
            try? FileManager.default.removeItem(atPath: servers.path)
        }
        withExtendedLifetime(lock) {}
        try result.get()
        tellWritten()
    }

    func makeFolders() throws {
        for path in [folder, URL(fileURLWithPath: output).deletingLastPathComponent().path] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    func tellWritten() { Console.say("Written: \(output).json and \(output).txt") }

    /// Runs one of the scripts in Benchmarks with the settings of a role.
    func script(_ name: String, role: ProgramRole = .admin, _ arguments: [String]) async throws {
        try await Tool(project: project, settings: "\(folder)/settings/\(role.rawValue).env")
            .run([Self.python, "Benchmarks/\(name).py"] + arguments)
    }

    /// The arguments with which a script reads the database.
    func databaseArguments(_ servers: ServerAddresses) throws -> [String] {
        guard let psql = PostgresCluster.path(of: "psql") else {
            throw Failure("PostgreSQL's psql is missing", "As root, run: apt-get install postgresql-client")
        }
        return ["--psql", psql, "--database-url", try servers.superuserURL(Keys(project), database: "veredus")]
    }
}

extension Result where Failure == any Error {
    /// The result of an asynchronous function.
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
