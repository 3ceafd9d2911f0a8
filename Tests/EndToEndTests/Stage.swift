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
    private let superuser: PostgresConnection
    private let virtualHost: String
    private let brokerURL: String
    private let folder: URL
    private let running = Mutex<[Program]>([])

    /// A program that this stage started.
    struct Program: Sendable {
        let name: String
        let process: Process
        let logPath: String

        var isRunning: Bool { process.isRunning }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }
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
        superuser: PostgresConnection,
        virtualHost: String,
        brokerURL: String,
        folder: URL
    ) {
        self.database = database
        self.simulator = simulator
        self.superuser = superuser
        self.virtualHost = virtualHost
        self.brokerURL = brokerURL
        self.folder = folder
    }

    /// Sets a stage, runs a scenario on it and clears it away.
    static func with(
        _ configuration: MailSimulator.Configuration = .init(),
        _ scenario: (Stage) async throws -> Void
    ) async throws {
        let stage = try await Stage.set(configuration)
        do {
            try await scenario(stage)
        } catch {
            stage.tellLogs()
            try await stage.clear()
            throw error
        }
        try await stage.clear()
    }

    private static func set(_ configuration: MailSimulator.Configuration) async throws -> Stage {
        let environment = ProcessInfo.processInfo.environment
        guard let broker = environment["VEREDUS_TEST_AMQP_URL"] else {
            throw Missing(description: "VEREDUS_TEST_AMQP_URL is not set: run the tests with ./dev test")
        }
        let database = try await PrivateDatabase.fresh()
        let virtualHost = database.name
        try control(["add_vhost", virtualHost])
        let user = URLComponents(string: broker)?.user ?? "guest"
        try control(["set_permissions", "-p", virtualHost, user, ".*", ".*", ".*"])
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("veredus-\(database.name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let root = broker.split(separator: "/", omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
        return Stage(
            database: database,
            simulator: try await MailSimulator.start(configuration),
            superuser: try await database.connect(),
            virtualHost: virtualHost,
            brokerURL: "\(root)/\(virtualHost)",
            folder: folder
        )
    }

    private func clear() async throws {
        for program in running.withLock({ $0 }) where program.isRunning { program.send(SIGKILL) }
        for program in running.withLock({ $0 }) { program.process.waitUntilExit() }
        try await simulator.stop()
        await superuser.close()
        try await database.drop()
        try Self.control(["delete_vhost", virtualHost])
        try FileManager.default.removeItem(at: folder)
    }

    /// Runs `rabbitmqctl` against the broker of the tests.
    static func control(_ arguments: [String]) throws {
        guard let command = ProcessInfo.processInfo.environment["VEREDUS_TEST_RABBITMQCTL"] else {
            throw Missing(description: "VEREDUS_TEST_RABBITMQCTL is not set: run the tests with ./dev test")
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command)
        process.arguments = ["-q"] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Missing(description: "rabbitmqctl \(arguments.first ?? "") failed: \(process.terminationStatus)")
        }
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
            "SWIFT_BACKTRACE": "enable=no",
        ]
        environment.merge(settings) { $1 }
        let number = running.withLock { $0.count }
        let logPath = folder.appendingPathComponent("\(name)-\(number).log").path
        guard FileManager.default.createFile(atPath: logPath, contents: nil),
            let log = FileHandle(forWritingAtPath: logPath)
        else { throw Missing(description: "no log at \(logPath)") }
        let process = Process()
        process.executableURL = Self.products.appendingPathComponent(name)
        process.environment = environment
        process.standardOutput = log
        process.standardError = log
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let program = Program(name: name, process: process, logPath: logPath)
        running.withLock { $0.append(program) }
        return program
    }

    /// The folder that holds the programs: the one of the test bundle.
    private static var products: URL {
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
