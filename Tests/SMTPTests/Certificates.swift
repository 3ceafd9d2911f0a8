import Foundation
import Testing

/// An authority and a server certificate that it signed, in a folder that goes with the last reference.
final class Certificates: Sendable {
    private let folder: URL

    var authority: String { folder.appending(path: "ca.pem").path }
    var certificate: String { folder.appending(path: "server.pem").path }
    var key: String { folder.appending(path: "server.key").path }

    /// Makes a certificate for a DNS name.
    init(for name: String = "localhost") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "veredus-smtp-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let newKey = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
        try run("\(newKey) -x509 -days 2 -subj '/CN=Test authority' -keyout ca.key -out ca.pem")
        try run("\(newKey) -subj '/CN=\(name)' -keyout server.key -out server.csr")
        try run(
            "printf 'subjectAltName=DNS:\(name)' > names && openssl x509 -req -days 2 -in server.csr -CA ca.pem"
                + " -CAkey ca.key -CAcreateserial -extfile names -out server.pem"
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func run(_ command: String) throws {
        let status = system("cd '\(folder.path)' && { \(command); } >/dev/null 2>&1")
        try #require(status == 0, "\(command)")
    }
}
