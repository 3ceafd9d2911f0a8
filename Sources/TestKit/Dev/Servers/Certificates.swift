import Foundation
import TestKit

/// A certificate authority and a certificate for "localhost", so that TLS with verification can be tested.
struct Certificates: Sendable {
    private let folder: String
    private let log: String

    var authority: String { "\(folder)/ca.pem" }
    var certificate: String { "\(folder)/server.pem" }
    var key: String { "\(folder)/server.key" }

    init(_ project: Project) {
        folder = "\(project.local)/tls"
        log = "\(project.run)/openssl.log"
    }

    /// Makes them unless they are there: for 10 years; the authority's own key is discarded.
    func make() async throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: key) else { return }
        let draft = "\(folder).new"
        for old in [draft, folder] where files.fileExists(atPath: old) { try files.removeItem(atPath: old) }
        try files.createDirectory(
            atPath: draft,
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        let names = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n"
        try names.write(toFile: "\(draft)/extensions", atomically: false, encoding: .utf8)
        let newKey = "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout"
        try await openssl(
            "\(newKey) ca.key -x509 -days 3650 -out ca.pem -addext basicConstraints=critical,CA:TRUE",
            ["-subj", "/CN=Veredus private servers"],
            in: draft
        )
        try await openssl("\(newKey) server.key -out server.csr", ["-subj", "/CN=localhost"], in: draft)
        try await openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions",
            ["-out", "server.pem"],
            in: draft
        )
        for name in try files.contentsOfDirectory(atPath: draft)
        where !["ca.pem", "server.pem", "server.key"].contains(name) {
            try files.removeItem(atPath: "\(draft)/\(name)")
        }
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: draft)
        for name in ["ca.pem", "server.pem"] {
            try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(draft)/\(name)")
        }
        try files.moveItem(atPath: draft, toPath: folder)
    }

    private func openssl(_ words: String, _ more: [String], in folder: String) async throws {
        let command = ["openssl"] + words.split(separator: " ").map(String.init) + more
        let outcome = try await ChildProcess.run(command, folder: folder)
        guard !outcome.succeeded else { return }
        try? outcome.errors.write(toFile: log, atomically: false, encoding: .utf8)
        throw Failure("openssl could not make a certificate for the private servers", "Read \(log)")
    }
}
