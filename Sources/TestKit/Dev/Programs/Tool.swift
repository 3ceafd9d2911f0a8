import Foundation
import TestKit

/// A program that is run to its end with a settings file.
struct Tool: Sendable {
    let project: Project
    let settings: String
    var more: [String: String] = [:]

    /// The operator's tool.
    private var veredus: String { project.program("veredus") }

    private func environment() throws -> [String: String] {
        try project.environment(with: settings).merging(more) { $1 }
    }

    /// Runs `veredus`, whose output is ours.
    func run(_ arguments: String...) async throws { try await run([veredus] + arguments) }

    /// Runs a command, whose output is ours.
    func run(_ command: [String]) async throws {
        guard try await start(command).exitOrEnd() == .exit(0) else {
            throw Failure("\(Self.words(command)) failed", "Read its message above")
        }
    }

    /// Starts a command, whose output is ours.
    private func start(_ command: [String]) throws -> ChildProcess {
        try ChildProcess(
            command,
            environment: try environment(),
            folder: project.root,
            output: .descriptor(STDOUT_FILENO),
            errors: .descriptor(STDERR_FILENO)
        )
    }

    func startVeredus(_ arguments: String...) throws -> ChildProcess { try start([veredus] + arguments) }

    /// Runs `veredus` quietly.
    func outcome(_ arguments: String...) async throws -> ChildProcess.Outcome {
        try await ChildProcess.run([veredus] + arguments, environment: try environment(), folder: project.root)
    }

    /// Runs `veredus … --json`.
    func json(_ arguments: String...) async throws -> JSONFigures {
        let command = arguments + ["--json"]
        let outcome = try await ChildProcess.run(
            [veredus] + command,
            environment: try environment(),
            folder: project.root
        )
        guard outcome.succeeded, let figures = JSONFigures(outcome.output) else {
            throw Failure(
                "veredus \(command.joined(separator: " ")) did not print JSON, but: \(outcome.output)\(outcome.errors)",
                "Report this"
            )
        }
        return figures
    }

    private static func words(_ command: [String]) -> String {
        ([URL(fileURLWithPath: command[0]).lastPathComponent] + command.dropFirst().prefix(2)).joined(separator: " ")
    }
}

/// The figures of a JSON report.
struct JSONFigures {
    let text: String
    private let fields: [String: Any]

    /// `nil` when it is not a JSON object.
    init?(_ text: String) {
        guard let fields = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
            return nil
        }
        self.text = text
        self.fields = fields
    }

    /// A whole number, by the path to it.
    func number(_ path: String...) throws -> Int {
        guard let number = value(path) as? NSNumber else { throw missing(path) }
        return number.intValue
    }

    func string(_ path: String...) throws -> String {
        guard let string = value(path) as? String else { throw missing(path) }
        return string
    }

    func bool(_ path: String...) throws -> Bool {
        guard let bool = value(path) as? Bool else { throw missing(path) }
        return bool
    }

    private func value(_ path: [String]) -> Any? {
        path.dropLast().reduce(fields) { ($0?[$1] as? [String: Any]) }?[path.last ?? ""]
    }

    private func missing(_ path: [String]) -> Failure {
        Failure("there is no \(path.joined(separator: ".")) in: \(text)", "Report this")
    }
}
