import Foundation

extension ChildProcess {
    /// The outcome of a program.
    package struct Outcome: Sendable {
        package let end: End
        package let output: String
        package let errors: String

        package var succeeded: Bool { end == .exit(0) }
    }

    /// Runs a program to its end.
    ///
    /// Its output goes through files, not pipes: a server that it leaves behind would keep a pipe open.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments; looked up on the PATH unless it is a full path.
    ///   - environment: `nil` for this process's.
    ///   - folder: Its working directory; `nil` for this process's.
    ///   - input: Its standard input.
    ///   - limit: How long it may take.
    /// - Returns: Its end and its output.
    /// - Throws: ``Failure`` when it is missing or takes too long.
    package static func run(
        _ command: [String],
        environment: [String: String]? = nil,
        folder: String? = nil,
        input: String = "",
        within limit: Duration = .seconds(120)
    ) async throws -> Outcome {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "veredus-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let (read, output, errors) = (
            scratch.appending(path: "input"), scratch.appending(path: "output"), scratch.appending(path: "errors")
        )
        try Data(input.utf8).write(to: read)
        let file = try FileHandle(forReadingFrom: read)
        let child = try ChildProcess(
            command[0].hasPrefix("/") ? command : ["/usr/bin/env"] + command,
            environment: environment,
            folder: folder,
            input: .descriptor(file.fileDescriptor),
            output: .file(output.path),
            errors: .file(errors.path)
        )
        let end = try await child.exit(within: limit)
        return Outcome(
            end: end,
            output: try text(of: output.path),
            errors: try text(of: errors.path)
        )
    }

    /// Whether the kernel has stopped it: state T.
    package var isStopped: Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
        return status.split(separator: ")").last?.hasPrefix(" T") ?? false
    }

    /// The contents of a program's output file.
    ///
    /// An empty file is not read: Foundation leaks the buffer for it, which the address sanitizer reports.
    package static func text(of path: String) throws -> String {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber
        return size == 0 ? "" : String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
}
