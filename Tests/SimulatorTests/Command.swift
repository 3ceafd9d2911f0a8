import Foundation
import Testing

/// Runs a program to its end.
enum Command {
    struct Outcome {
        let status: Int32
        let output: String
        let errors: String
    }

    /// The first of the arguments is the program, looked up on the PATH; `input` is what it reads.
    static func run(_ arguments: [String], input: String = "") async throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = errors
        // The output of what is run here fits into a pipe.
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
                try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                try standardInput.fileHandleForWriting.close()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: output.fileHandleForReading.availableData, as: UTF8.self),
            errors: String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        )
    }

    /// Whether all of these are on the PATH; always, if tests may not be skipped.
    static func has(_ programs: String...) -> Bool {
        if ProcessInfo.processInfo.environment["REQUIRE_SERVERS"] == "1" { return true }
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return programs.allSatisfy { program in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        }
    }
}

/// A key and a certificate for `localhost`, made by openssl, in a folder of their own.
struct Certificate {
    let folder: URL
    var certificatePath: String { folder.appending(path: "certificate.pem").path }
    var keyPath: String { folder.appending(path: "key.pem").path }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "certificate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let outcome = try await Command.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", keyPath, "-out", certificatePath,
        ])
        try #require(outcome.status == 0, "\(outcome.errors)")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
