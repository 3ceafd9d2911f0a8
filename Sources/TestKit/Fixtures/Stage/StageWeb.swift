import Foundation
import Glibc
import Postgres

// The pages, as a process.
extension Stage {
    /// Where a started web program is found.
    package struct Web: Sendable {
        package let program: Program
        package let port: Int
        /// `http://127.0.0.1:…`: pixels, links and pages of letters, and the dashboard as well.
        package let base: String
    }

    /// Starts `veredus-web` and waits until it listens.
    ///
    /// The letters of this stage name `https://t.example` all the same: a test puts a token behind `base` itself.
    package func startWeb(_ settings: [String: String] = [:]) async throws -> Web {
        let port = try LoopbackPorts.free(1)[0]
        let base = "http://127.0.0.1:\(port)"
        var environment = [
            "VEREDUS_TRACKING_URL": base, "VEREDUS_DASHBOARD_URL": base, "VEREDUS_WEB_LISTEN": "127.0.0.1:\(port)",
        ]
        environment.merge(settings) { $1 }
        let program = try start("veredus-web", role: .web, settings: environment)
        let deadline = ContinuousClock.now + .seconds(60)
        while !Self.listens(port) {
            guard program.isRunning, ContinuousClock.now < deadline else {
                throw Missing(description: "veredus-web does not listen: \(program.lastWords)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        return Web(program: program, port: Int(port), base: base)
    }

    private static func listens(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
