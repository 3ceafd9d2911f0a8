import Bootstrap
import DatabaseClient
import Foundation
import Synchronization
import TestKit

@testable import Admin

/// The tool as a person uses it: command lines in, text and an exit code out, on a database of its own.
final class Tool: Sendable {
    /// What one command line gave back.
    struct Outcome: Sendable {
        let status: Int32
        let output: String
        let errors: String

        /// The value of a JSON member, as it is written.
        func json(_ name: String) -> String? {
            guard let start = output.range(of: "\"\(name)\":") else { return nil }
            let rest = output[start.upperBound...]
            guard rest.hasPrefix("\"") else { return String(rest.prefix { $0 != "," && $0 != "}" && $0 != "]" }) }
            return String(rest.dropFirst().prefix { $0 != "\"" })
        }
    }

    static let addressKey = String(repeating: "5a", count: 32)

    let database: PrivateDatabase
    let folder: String
    let environment: [String: String]

    private init(_ database: PrivateDatabase) {
        self.database = database
        folder = "/tmp/veredus-admin-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        mkdir(folder, 0o700)
        environment = [
            "VEREDUS_DATABASE_URL": database.url(role: .admin),
            "VEREDUS_ADDRESS_KEY": "1:\(Self.addressKey)",
            "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "a5", count: 32))",
            "VEREDUS_TRACKING_URL": "https://t.example",
            "VEREDUS_BOUNCE_DOMAIN": "bounces.example",
            "VEREDUS_EHLO_NAME": "sender.example",
            "VEREDUS_SMTP_URL": "smtp://127.0.0.1:1",
            "VEREDUS_SMTP_STARTTLS": "off",
            "VEREDUS_AMQP_URL": "amqp://guest:guest@127.0.0.1:1",
        ]
    }

    /// Lends a tool with an account `acme` that has a list `news`.
    static func with(_ body: @Sendable (Tool) async throws -> Void) async throws {
        try await PrivateDatabase.with { database in
            let tool = Tool(database)
            defer { tool.removeFolder() }
            await tool.run("account", "create", "acme")
            await tool.run("list", "create", "--account", "acme", "news")
            try await body(tool)
        }
    }

    /// Lends a tool on a database without tables.
    static func withEmptyDatabase(_ body: @Sendable (Tool) async throws -> Void) async throws {
        let database = try await PrivateDatabase.empty()
        let tool = Tool(database)
        defer { tool.removeFolder() }
        try await body(tool)
        try await database.drop()
    }

    @discardableResult
    func run(_ arguments: String...) async -> Outcome { await run(arguments) }

    /// Runs a command line with a changed environment; `nil` takes a setting away. With an answer a person sits at the
    /// terminal, who gives it to every question.
    @discardableResult
    func run(
        _ arguments: [String],
        setting changes: [String: String?] = [:],
        answering answer: Bool? = nil,
        onOutput: @escaping @Sendable (String) -> Void = { _ in }
    ) async -> Outcome {
        let output = Mutex<[UInt8]>([])
        let errors = Mutex<[UInt8]>([])
        let console = Console(
            write: { bytes in
                output.withLock { $0 += bytes }
                onOutput(String(decoding: bytes, as: UTF8.self))
            },
            writeError: { bytes in errors.withLock { $0 += bytes } },
            isOutputTerminal: false,
            isErrorTerminal: false,
            ask: answer.map { answer -> @Sendable (String) -> Bool in { _ in answer } }
        )
        var environment = environment
        for (name, value) in changes { environment[name] = value }
        let commandEnvironment = CommandEnvironment(environment: environment, console: console)
        let status = await CommandEnvironment.$current.withValue(commandEnvironment) { await Veredus.run(arguments) }
        return Outcome(
            status: status,
            output: String(decoding: output.withLock { $0 }, as: UTF8.self),
            errors: String(decoding: errors.withLock { $0 }, as: UTF8.self)
        )
    }

    /// Writes a file into the tool's folder; returns its path.
    @discardableResult
    func file(_ name: String, _ text: String) -> String { file(name, bytes: Array(text.utf8)) }

    @discardableResult
    func file(_ name: String, bytes: [UInt8]) -> String {
        let path = "\(folder)/\(name)"
        var parent = folder
        for part in name.split(separator: "/").dropLast() {
            parent += "/\(part)"
            mkdir(parent, 0o700)
        }
        guard let file = fopen(path, "w") else { return path }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        return path
    }

    func text(of path: String) -> String? { try? readSmallFile(path) }

    /// Runs SQL as superuser, and returns the first column of each row as text.
    func sql(_ sql: String) async throws -> [String] {
        let connection = try await database.connect()
        let rows = try await connection.rows(Statement("test-\(sql.hashValue)", sql)) { row in
            try row.optionalText(0) ?? "NULL"
        }
        await connection.close()
        return rows
    }

    /// Waits until a question is answered with true.
    func wait(for question: String) async throws {
        let connection = try await database.connect()
        let statement = Statement("test-wait", question)
        try await eventually(question) { try await connection.rows(statement, []) { try $0.bool(0) } == [true] }
        await connection.close()
    }

    private func removeFolder() { try? FileManager.default.removeItem(atPath: folder) }
}
