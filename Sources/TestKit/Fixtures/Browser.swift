import Foundation

/// Chromium, driven by the Python scripts of Tests/Browser, for behaviour that needs a real browser.
package enum Browser {
    /// The tests' own Python, with the packages of scripts/requirements.txt.
    package static var python: String? { executable(root.appending(path: ".local/venv/bin/python").path) }

    /// Debian's package `chromium`.
    package static var chromium: String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.lazy.compactMap { executable("\($0)/chromium") }.first
    }

    /// Whether tests in a browser are to run: with `REQUIRE_SERVERS=1` always, and then they fail without one.
    package static var isAvailable: Bool {
        ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1" || python != nil && chromium != nil
    }

    /// Runs a script of Tests/Browser to its end.
    package static func run(
        _ script: String,
        _ arguments: [String],
        input: String = "",
        within limit: Duration = .seconds(120)
    ) async throws -> ChildProcess.Outcome {
        try await ChildProcess.run(command(script, arguments), folder: folder, input: input, within: limit)
    }

    /// Starts a script, for a test that does something meanwhile; it reads the file `input` and prints to
    /// `output`.
    package static func start(
        _ script: String,
        _ arguments: [String],
        input: String? = nil,
        output: String
    ) throws -> ChildProcess {
        let file = try input.map { try FileHandle(forReadingFrom: URL(filePath: $0)) }
        return try ChildProcess(
            command(script, arguments),
            folder: folder,
            input: file.map { .descriptor($0.fileDescriptor) } ?? .null,
            output: .file(output)
        )
    }

    private static func command(_ script: String, _ arguments: [String]) throws -> [String] {
        guard let python else {
            throw Stage.Missing(description: "no .local/venv/bin/python: run the tests with ./dev test")
        }
        return [python, "-u", script] + arguments
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appending(path: "Tests/Browser").path

    private static func executable(_ path: String) -> String? {
        FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }
}
