import Foundation
import TestKit
import Testing

/// Programs that are not ours.
enum Command {
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
        let outcome = try await ChildProcess.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            "-keyout", keyPath, "-out", certificatePath,
        ])
        try #require(outcome.succeeded, "\(outcome.errors)")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
