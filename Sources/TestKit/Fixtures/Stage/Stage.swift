import Database
import DatabaseClient
import Foundation
import MailSimulator
import Synchronization

/// Everything a campaign needs, for one scenario: a database of its own, a virtual host of its own in the broker, a
/// mail simulator, and the real programs as processes.
package final class Stage: Sendable {
    package let database: PrivateDatabase
    package let simulator: MailSimulator
    /// The operator's access.
    package let admin: AccountDatabase
    /// Superuser access, to set up and inspect.
    package let superuser: PostgresPool
    /// The broker's address for the programs.
    package let brokerURL: String
    private let virtualHost: String
    package let folder: URL
    /// Ends the programs when this process ends, however it ends.
    let guardian: ProcessGuardian
    let running = Mutex<[Program]>([])

    /// Servers of a scenario's own, for one that stops or wipes them; `nil` is the one that all tests share.
    package struct Servers: Sendable {
        package var cluster: PostgresCluster?
        package var broker: PrivateBroker?

        package init(cluster: PostgresCluster? = nil, broker: PrivateBroker? = nil) {
            self.cluster = cluster
            self.broker = broker
        }
    }

    /// A lease short enough to be lost within a test.
    package static let shortLease = ["VEREDUS_LEASE": "5"]

    /// A program that this stage started.
    package struct Program: Sendable {
        package let name: String
        package let process: ChildProcess
        package let logPath: String

        package var isRunning: Bool { process.isRunning }

        /// The end of what it logged, for a failure's report.
        package var lastWords: String {
            String(((try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "").suffix(2_000))
        }

        package func send(_ signal: Int32) { process.send(signal) }

        /// Ends it as a crash of the machine would.
        package func crash() { process.kill() }

        /// Waits for its end.
        package func exit(within limit: Duration) async throws -> ChildProcess.End {
            try await process.exit(within: limit)
        }
    }

    /// A requirement of a test that this machine lacks.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    /// Whether scenarios are to run: with `REQUIRE_SERVERS=1` always, and then they fail without servers.
    package static var isAvailable: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["REQUIRE_SERVERS"] == "1" || environment["VEREDUS_TEST_AMQP_URL"] != nil
    }

    private init(
        database: PrivateDatabase,
        simulator: MailSimulator,
        virtualHost: String,
        brokerURL: String,
        folder: URL
    ) throws {
        self.database = database
        self.simulator = simulator
        let pool = PostgresPool(settings: database.settings(role: .admin), name: "admin", size: 2)
        admin = AccountDatabase(pool: pool, actor: "test")
        superuser = PostgresPool(settings: database.superuserSettings, name: "stage", size: 4)
        self.virtualHost = virtualHost
        self.brokerURL = brokerURL
        self.folder = folder
        guardian = try ProcessGuardian(folder: folder.path)
    }

    /// Creates a stage, with the ``Oracle`` in its database, runs a scenario on it and removes it.
    package static func with(
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
        let superuser = try await database.connect(name: "oracle")
        try await Oracle.install(on: superuser)
        await superuser.close()
        return try Stage(
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
        for program in running.withLock({ $0 }) {
            program.crash()
            guardian.forget(program.process.pid)
        }
        try await simulator.stop()
        await admin.pool.close()
        await superuser.close()
        try await database.drop()
        if brokerURL.hasSuffix("/\(virtualHost)") {
            // Its end is not awaited, but it must be reaped.
            let farewell = try ChildProcess(Self.rabbitmqctl() + ["delete_vhost", virtualHost])
            Task { try await farewell.exit() }
        }
        try FileManager.default.removeItem(at: folder)
    }

    /// Changes a queue without the programs: `purge_queue`, `delete_queue`.
    package func control(_ command: String, queue: String) async throws {
        try await Self.control(["-p", virtualHost, command, queue])
    }

    /// Runs `rabbitmqctl` against the broker of the tests.
    ///
    /// Erlang gives two nodes seven seconds to greet each other, which a busy machine may exceed: then nothing was done,
    /// and it is asked again.
    package static func control(_ arguments: [String]) async throws {
        var outcome = try await ChildProcess.run(rabbitmqctl() + arguments)
        for _ in 1...2 where outcome.errors.contains("Erlang distribution failed") {
            outcome = try await ChildProcess.run(rabbitmqctl() + arguments)
        }
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
