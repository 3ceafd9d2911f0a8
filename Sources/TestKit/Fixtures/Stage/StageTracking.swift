import Foundation
import MailSimulator
import Postgres
import Shared
import Synchronization

// The web side and the recorder, and what readers do with their letters.
extension Stage {
    /// The web side, where it listens.
    package struct Web: Sendable {
        package let program: Program
        package let port: Int
        /// The host that letters name.
        package static let host = "t.example"

        /// Asks for something as a reader's browser does, from an address of the reader's own.
        ///
        /// `reader`: Different numbers are different households.
        package func ask(
            _ path: String,
            reader: Int,
            method: String = "GET",
            fields: [String: String] = [:]
        ) async throws -> RawHTTP.Answer {
            var fields = fields
            fields["X-Forwarded-For"] = "10.\(reader >> 16 & 255).\(reader >> 8 & 255).\(reader & 255)"
            return try await RawHTTP.ask(path, port: port, host: Self.host, method: method, fields: fields)
        }
    }

    /// Starts the web side, and waits until it answers.
    package func startWeb(_ settings: [String: String] = [:]) async throws -> Web {
        let port = Int(try LoopbackPorts.free(1)[0])
        var all = [
            "VEREDUS_WEB_LISTEN": "127.0.0.1:\(port)", "VEREDUS_DASHBOARD_URL": "https://d.example",
            "VEREDUS_WEB_TRUSTED_PROXIES": "127.0.0.1",
        ]
        all.merge(settings) { $1 }
        let program = try start("veredus-web", role: .web, settings: all)
        let deadline = ContinuousClock.now + .seconds(20)
        while (try? await RawHTTP.ask("/healthz", port: port, host: Web.host))?.status != 200 {
            guard ContinuousClock.now < deadline, program.isRunning else {
                throw Missing(description: "the web side does not answer: \(program.lastWords)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        return Web(program: program, port: port)
    }

    /// Starts a recorder that writes once a second.
    package func startRecorder(_ settings: [String: String] = [:]) throws -> Program {
        try start(
            "veredus-recorder",
            role: .recorder,
            settings: ["VEREDUS_FLUSH_SECONDS": "1"].merging(settings) { $1 }
        )
    }

    /// The recorders that run.
    package var recorders: [Program] {
        running.withLock { $0 }.filter { $0.name == "veredus-recorder" && $0.isRunning }
    }

    /// All that the programs of this stage have logged.
    package func logs() -> String {
        running.withLock { $0 }.map { (try? String(contentsOfFile: $0.logPath, encoding: .utf8)) ?? "" }.joined()
    }

    /// The paths of a letter's pixel and tracked links, in their order in the letter.
    package static func trackedPaths(in letter: AcceptedMessage) -> (pixel: String?, links: [String]) {
        let text = String(decoding: letter.content ?? [], as: UTF8.self)
            .replacing("=\r\n", with: "").replacing("=3D", with: "=")
        let base = "https://\(Web.host)"
        func paths(_ prefix: String) -> [String] {
            text.components(separatedBy: base + prefix).dropFirst().map { rest in
                prefix + rest.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            }
        }
        return (paths("/o/").first, paths("/c/"))
    }
}
