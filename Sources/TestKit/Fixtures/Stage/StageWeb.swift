import DatabaseClient
import Foundation

// The web program, as a process.
extension Stage {
    /// The addresses of a started web program.
    package struct Web: Sendable {
        package let program: Program
        package let port: Int
        /// `http://127.0.0.1:…`: pixels, links and pages of messages, and the dashboard as well.
        package let base: String
    }

    /// Starts `veredus-web` and waits until it listens.
    ///
    /// The messages of this stage still name `https://t.example`: a test appends a token to `base` itself.
    package func startWeb(_ settings: [String: String] = [:]) async throws -> Web {
        let port = try LoopbackPorts.free(1)[0]
        let base = "http://127.0.0.1:\(port)"
        var environment = [
            "VEREDUS_TRACKING_URL": base, "VEREDUS_DASHBOARD_URL": base, "VEREDUS_WEB_LISTEN": "127.0.0.1:\(port)",
        ]
        environment.merge(settings) { $1 }
        let program = try start("veredus-web", role: .web, settings: environment)
        try await program.process.listens(on: port, log: program.logPath)
        return Web(program: program, port: Int(port), base: base)
    }
}
