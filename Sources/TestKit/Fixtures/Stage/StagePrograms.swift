import Core
import DatabaseClient
import Foundation
import MailSimulator
import Synchronization

// The real programs, as processes.
extension Stage {
    /// Starts a producer.
    package func startProducer(_ settings: [String: String] = [:]) throws -> Program {
        try start("veredus-producer", role: .producer, settings: settings)
    }

    /// Starts a worker.
    package func startWorker(connections: Int = 10, lanes: String = "default", _ settings: [String: String] = [:])
        throws
        -> Program
    {
        var settings = settings
        settings["VEREDUS_SMTP_CONNECTIONS"] = "\(connections)"
        settings["VEREDUS_LANES"] = lanes
        return try start("veredus-worker", role: .worker, settings: settings)
    }

    /// Starts a program by its name, with the settings of its role and additional ones.
    package func start(_ name: String, role: StatementRole, settings: [String: String]) throws -> Program {
        var environment = settingsForAll(role)
        environment["VEREDUS_LOST_AFTER"] = "2"
        environment["VEREDUS_RETRY_FIRST"] = "0.2"
        environment.merge(settings) { $1 }
        let number = running.withLock { $0.count }
        let logPath = folder.appendingPathComponent("\(name)-\(number).log").path
        let process = try ChildProcess(
            [Self.products.appendingPathComponent(name).path],
            environment: environment,
            output: .file(logPath)
        )
        let program = Program(name: name, process: process, logPath: logPath)
        guardian.watch(process.pid)
        running.withLock { $0.append(program) }
        return program
    }

    /// Runs the operator's tool to its end.
    package func tool(_ arguments: String...) async throws -> ChildProcess.Outcome { try await tool(arguments) }

    package func tool(_ arguments: [String], _ settings: [String: String] = [:]) async throws -> ChildProcess.Outcome {
        try await ChildProcess.run(
            [Self.products.appendingPathComponent("veredus").path] + arguments,
            environment: settingsForAll(.admin).merging(settings) { $1 }
        )
    }

    /// Starts it, to be killed or interrupted.
    package func startTool(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            [Self.products.appendingPathComponent("veredus").path] + arguments,
            environment: settingsForAll(.admin)
        )
    }

    func settingsForAll(_ role: StatementRole) -> [String: String] {
        [
            "VEREDUS_DATABASE_URL": "\(database.url(role: role))?sslmode=disable",
            "VEREDUS_AMQP_URL": brokerURL,
            "VEREDUS_QUEUE_TYPE": "classic",
            "VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(simulator.port)",
            "VEREDUS_SMTP_STARTTLS": "off",
            "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "ab", count: Self.tokenSecret.count))",
            "VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "cd", count: Self.identitySecret.count))",
            "VEREDUS_TRACKING_URL": "https://t.example",
            "VEREDUS_BOUNCE_DOMAIN": "bounces.example",
            "VEREDUS_EHLO_NAME": "sender.example",
            "SWIFT_BACKTRACE": "enable=no",
        ]
    }

    private static let tokenSecret = [UInt8](repeating: 0xAB, count: 32)
    private static let identitySecret = [UInt8](repeating: 0xCD, count: 32)

    /// The programs' keys, to read their tokens.
    package static func keys() throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: 1, secret: tokenSecret)],
            signing: 1,
            identity: AddressHashKey(secret: identitySecret)
        )
    }

    /// The folder that holds the programs: the one of the test bundle, or of the running program.
    package static var products: URL {
        let bundle = Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
        return bundle?.deletingLastPathComponent()
            ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    }

    /// The programs' logs, for a failure's report.
    package func tellLogs() {
        for program in running.withLock({ $0 }) {
            let words = (try? String(contentsOfFile: program.logPath, encoding: .utf8)) ?? ""
            FileHandle.standardError.write(Data("--- \(program.name)\n\(words.suffix(3_000))\n".utf8))
        }
    }
}
