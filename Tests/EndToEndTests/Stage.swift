import Foundation
import MailSimulator
import Postgres
import Shared
import Synchronization
import TestKit

/// Everything a campaign needs, for one scenario: a database of its own, a virtual host of its own in the broker, a
/// simulated mail world, and the real programs as processes.
final class Stage: Sendable {
    let database: PrivateDatabase
    let simulator: MailSimulator
    /// The operator's side.
    let admin: AdminDatabase
    /// What a scenario sets up and looks at, as superuser.
    let superuser: PostgresPool
    /// Where the programs find their queues.
    let brokerURL: String
    private let virtualHost: String
    private let folder: URL
    private let running = Mutex<[Program]>([])

    /// Servers of a scenario's own, for one that stops or wipes them; `nil` is the one that all tests share.
    struct Servers: Sendable {
        var cluster: PostgresCluster?
        var broker: PrivateBroker?
    }

    /// For a worker that is to lose its lease in a test's time.
    static let shortLease = ["VEREDUS_LEASE": "5"]

    /// A program that this stage started.
    struct Program: Sendable {
        let name: String
        let process: ChildProcess
        let logPath: String

        var isRunning: Bool { process.isRunning }

        func send(_ signal: Int32) { process.send(signal) }

        /// Ends it as a crash of the machine would.
        func crash() { process.kill() }

        /// Waits for its end.
        func exit(within limit: Duration) async throws -> ChildProcess.End { try await process.exit(within: limit) }
    }

    /// What a test needs and this machine does not have.
    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    /// Whether scenarios are to run: with `REQUIRE_SERVERS=1` always, and then they fail without servers.
    static var isAvailable: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["REQUIRE_SERVERS"] == "1" || environment["VEREDUS_TEST_AMQP_URL"] != nil
    }

    private init(
        database: PrivateDatabase,
        simulator: MailSimulator,
        virtualHost: String,
        brokerURL: String,
        folder: URL
    ) {
        self.database = database
        self.simulator = simulator
        let pool = PostgresPool(settings: database.settings(role: .admin), name: "admin", size: 2)
        admin = AdminDatabase(pool: pool, actor: "test")
        superuser = PostgresPool(settings: database.superuserSettings, name: "stage", size: 2)
        self.virtualHost = virtualHost
        self.brokerURL = brokerURL
        self.folder = folder
    }

    /// Sets a stage, runs a scenario on it and clears it away.
    static func with(
        _ configuration: MailSimulator.Configuration = .init(),
        on servers: Servers = Servers(),
        _ scenario: (Stage) async throws -> Void
    ) async throws {
        let stage = try await Stage.set(configuration, servers)
        do {
            try await scenario(stage)
        } catch {
            stage.tellLogs()
            try await stage.clear()
            throw error
        }
        try await stage.clear()
    }

    private static func set(_ configuration: MailSimulator.Configuration, _ servers: Servers) async throws -> Stage {
        let database = try await PrivateDatabase.fresh(on: servers.cluster)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("veredus-\(database.name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return Stage(
            database: database,
            simulator: try await MailSimulator.start(configuration),
            virtualHost: database.name,
            brokerURL: try await url(of: servers.broker, virtualHost: database.name),
            folder: folder
        )
    }

    private static func url(of broker: PrivateBroker?, virtualHost: String) async throws -> String {
        if let broker { return broker.url }
        return try await addVirtualHost(virtualHost)
    }

    /// A virtual host of its own in the broker of the tests.
    ///
    /// - Returns: Its URL.
    private static func addVirtualHost(_ name: String) async throws -> String {
        guard let broker = ProcessInfo.processInfo.environment["VEREDUS_TEST_AMQP_URL"] else {
            throw Missing(description: "VEREDUS_TEST_AMQP_URL is not set: run the tests with ./dev test")
        }
        let user = URLComponents(string: broker)?.user ?? "guest"
        // add_vhost and set_permissions in one: each call of rabbitmqctl takes a second.
        let all = Array(repeating: "<<\".*\">>", count: 3).joined(separator: ", ")
        try await control([
            "eval",
            "ok = rabbit_vhost:add(<<\"\(name)\">>, <<\"test\">>), rabbit_auth_backend_internal:set_permissions("
                + "<<\"\(user)\">>, <<\"\(name)\">>, \(all), <<\"test\">>).",
        ])
        return broker.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
            + "/\(name)"
    }

    private func clear() async throws {
        for program in running.withLock({ $0 }) { program.crash() }
        try await simulator.stop()
        await admin.pool.close()
        await superuser.close()
        try await database.drop()
        if brokerURL.hasSuffix("/\(virtualHost)") {
            // Nobody waits for it, but it must be reaped.
            let farewell = try ChildProcess(Self.rabbitmqctl() + ["delete_vhost", virtualHost])
            Task { try await farewell.exit() }
        }
        try FileManager.default.removeItem(at: folder)
    }

    /// Does something to a queue behind everybody's back: `purge_queue`, `delete_queue`.
    func control(_ command: String, queue: String) async throws {
        try await Self.control(["-p", virtualHost, command, queue])
    }

    /// Runs `rabbitmqctl` against the broker of the tests.
    static func control(_ arguments: [String]) async throws {
        let outcome = try await ChildProcess.run(rabbitmqctl() + arguments)
        guard outcome.succeeded else {
            throw Missing(description: "rabbitmqctl \(arguments.first ?? "") failed: \(outcome.errors)")
        }
    }

    private static func rabbitmqctl() throws -> [String] {
        guard let command = ProcessInfo.processInfo.environment["VEREDUS_TEST_RABBITMQCTL"] else {
            throw Missing(description: "VEREDUS_TEST_RABBITMQCTL is not set: run the tests with ./dev test")
        }
        return [command, "-q"]
    }
}

// Programs.
extension Stage {
    /// Starts a producer.
    func startProducer(_ settings: [String: String] = [:]) throws -> Program {
        try start("veredus-producer", role: .producer, settings: settings)
    }

    /// Starts a worker.
    func startWorker(connections: Int = 10, lanes: String = "default", _ settings: [String: String] = [:]) throws
        -> Program
    {
        var settings = settings
        settings["VEREDUS_SMTP_CONNECTIONS"] = "\(connections)"
        settings["VEREDUS_LANES"] = lanes
        return try start("veredus-worker", role: .worker, settings: settings)
    }

    private func start(_ name: String, role: StatementRole, settings: [String: String]) throws -> Program {
        var environment = [
            "VEREDUS_DATABASE_URL": "\(database.url(role: role))?sslmode=disable",
            "VEREDUS_AMQP_URL": brokerURL,
            "VEREDUS_QUEUE_TYPE": "classic",
            "VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(simulator.port)",
            "VEREDUS_SMTP_STARTTLS": "off",
            "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "ab", count: 32))",
            "VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "cd", count: 32))",
            "VEREDUS_TRACKING_URL": "https://t.example",
            "VEREDUS_BOUNCE_DOMAIN": "bounces.example",
            "VEREDUS_EHLO_NAME": "sender.example",
            "VEREDUS_RETRY_FIRST": "0.2",
            "VEREDUS_LOST_AFTER": "2",
            "SWIFT_BACKTRACE": "enable=no",
        ]
        environment.merge(settings) { $1 }
        let number = running.withLock { $0.count }
        let logPath = folder.appendingPathComponent("\(name)-\(number).log").path
        let process = try ChildProcess(
            [Self.products.appendingPathComponent(name).path],
            environment: environment,
            output: .file(logPath)
        )
        let program = Program(name: name, process: process, logPath: logPath)
        running.withLock { $0.append(program) }
        return program
    }

    /// The folder that holds the programs: the one of the test bundle.
    static var products: URL {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        return bundle?.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    /// What the programs logged, for a failure's report.
    func tellLogs() {
        for program in running.withLock({ $0 }) {
            let words = (try? String(contentsOfFile: program.logPath, encoding: .utf8)) ?? ""
            FileHandle.standardError.write(Data("--- \(program.name)\n\(words.suffix(3_000))\n".utf8))
        }
    }
}
