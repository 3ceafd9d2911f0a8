import DatabaseClient
import Foundation
import MailSimulator
import Synchronization

// The web program and the recorder, and the actions of readers.
extension Stage {
    /// Starts the web program with two hosts, as in production: one for messages and one for people. It trusts the
    /// client address that ``Web/ask(_:reader:method:fields:)`` gives.
    package func startWebWithHosts(_ settings: [String: String] = [:]) async throws -> Web {
        let hosts = [
            "VEREDUS_TRACKING_URL": "https://\(Web.messageHost)", "VEREDUS_DASHBOARD_URL": "https://d.example",
            "VEREDUS_WEB_TRUSTED_PROXIES": "127.0.0.1",
        ]
        return try await startWeb(hosts.merging(settings) { $1 })
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

    /// The logs of all programs of this stage.
    package func logs() -> String {
        running.withLock { $0 }.map { (try? String(contentsOfFile: $0.logPath, encoding: .utf8)) ?? "" }.joined()
    }

    /// The paths of a message's pixel and tracked links, in their order in the message.
    package static func trackedPaths(in message: AcceptedMessage) -> (pixel: String?, links: [String]) {
        let text = String(decoding: message.content ?? [], as: UTF8.self)
            .replacing("=\r\n", with: "").replacing("=3D", with: "=")
        let base = "https://\(Web.messageHost)"
        func paths(_ prefix: String) -> [String] {
            text.components(separatedBy: base + prefix).dropFirst().map { rest in
                prefix + rest.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
            }
        }
        return (paths("/o/").first, paths("/c/"))
    }
}

extension Stage.Web {
    /// The host that the messages of a stage name.
    package static let messageHost = "t.example"

    /// Sends a request to the messages' host as a reader's browser, from the reader's own address.
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
        return try await RawHTTP.ask(path, port: port, host: Self.messageHost, method: method, fields: fields)
    }
}
