import DatabaseClient
import Foundation
import TestKit

@testable import Web

/// The real program on a port of its own.
struct WebServer: Sendable {
    let port: Int
    let process: ChildProcess
    let logPath: String

    /// Lends the program, with a log-in to a database and the dashboard at its own address.
    static func with(
        _ database: PrivateDatabase,
        scheme: String = "http",
        _ changes: [String: String] = [:],
        _ body: (WebServer) async throws -> Void
    ) async throws {
        let port = Int(try LoopbackPorts.free(1)[0])
        let log = FileManager.default.temporaryDirectory.appending(path: "veredus-web-\(UUID().uuidString).log").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        var environment = [
            "VEREDUS_DATABASE_URL": database.url(role: .web),
            "VEREDUS_AMQP_URL": "amqp://guest:guest@127.0.0.1:1",
            "VEREDUS_ADDRESS_KEY": "1:\(String(repeating: "5a", count: 32))",
            "VEREDUS_TOKEN_KEYS": "1:\(String(repeating: "5a", count: 32))",
            "VEREDUS_TRACKING_URL": "https://news.example.net",
            "VEREDUS_DASHBOARD_URL": "\(scheme)://localhost:\(port)",
            "VEREDUS_BOUNCE_DOMAIN": "bounces.example.net",
            "VEREDUS_WEB_LISTEN": "127.0.0.1:\(port)",
            "VEREDUS_WEB_DRAIN": "0",
            "VEREDUS_API_PER_MINUTE": "1000000",
        ]
        environment.merge(changes) { $1 }
        let process = try ChildProcess(
            [products.appending(path: "veredus-web").path],
            environment: environment,
            output: .file(log)
        )
        defer { process.kill() }
        try await process.listens(on: UInt16(port), log: log)
        try await body(WebServer(port: port, process: process, logPath: log))
    }

    /// Where the build puts the programs.
    private static let products: URL = {
        let folder = Bundle.main.bundleURL
        return folder.pathExtension == "xctest" ? folder.deletingLastPathComponent() : folder
    }()

    /// One request, and all that comes back until the connection is closed.
    func ask(_ line: String, host: String? = nil, _ fields: String...) throws -> String {
        let client = try RawClient(port: port)
        let head = ["\(line) HTTP/1.1", "Host: \(host ?? "localhost:\(port)")", "Connection: close"] + fields
        client.send(head.joined(separator: "\r\n") + "\r\n\r\n")
        return client.rest() ?? "nothing in 20 s"
    }
}
