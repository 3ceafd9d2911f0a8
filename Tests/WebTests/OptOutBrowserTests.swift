import Core
import Foundation
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// The pages in a real browser: Tests/Browser/optout_pages.py.
@Suite(
    .enabled(if: Browser.isAvailable, "no chromium, or no .local/venv"),
    .serialized,
    .timeLimit(.minutes(3))
)
struct OptOutBrowserTests {
    @Test func `a person needs one click, a machine that loads the page changes nothing`() async throws {
        try await Self.withServer { stage, base in
            let messages = [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (2, 7)] as [(CampaignID, Seq)]
            let outcome = try await Browser.run(
                "optout_pages.py",
                [base, "messages"] + messages.map { stage.token($0.0, $0.1) }
            )
            #expect(outcome.succeeded, "\(outcome.output)\(outcome.errors)")
            #expect(outcome.output.split(separator: "\n").count == messages.count)
            func said(_ contact: Int) async throws -> Int {
                try await stage.number(OptOutTests.listSuppressions(contact))
            }
            #expect(try await said(1) == 0, "only loaded")
            #expect(try await said(2) == 0, "by pointer, and taken back")
            #expect(try await said(3) == 1, "by touch")
            #expect(try await said(4) == 1, "by keyboard")
            #expect(try await said(5) == 1, "by the button, without JavaScript")
            #expect(try await said(6) == 0, "left another list, and took it back")
            #expect(try await said(7) == 0, "a receipt's page does nothing by itself")
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE action = 2") == 2)
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE action = 0") == 5)
        }
    }

    @Test func `while the database is away the page says so, and goes on by itself until it is done`() async throws {
        let port = try LoopbackPorts.free(1)[0]
        let base = "http://127.0.0.1:\(port)"
        try await OptOutStage.withProxy(trackingURL: base) { stage, proxy in
            let server = Task { try await stage.site.application().runService(gracefulShutdownSignals: []) }
            defer { server.cancel() }
            try await proxy.set(.refuse)
            proxy.endConnections()
            let output = FileManager.default.temporaryDirectory.appending(path: "optout-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: output) }
            let script = try Browser.start("optout_pages.py", [base, "outage", stage.token(1, 1)], output: output)
            try await eventually("the page says busy") {
                try ChildProcess.text(of: output).contains("busy") || !script.isRunning
            }
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
            try await proxy.set(.passOn)
            let end = try await script.exit(within: .seconds(90))
            let told = try ChildProcess.text(of: output)
            #expect(end == .exit(0), "\(told)")
            #expect(try await stage.number(OptOutTests.listSuppressions(1)) == 1)
        }
    }

    /// A stage behind a real server.
    private static func withServer(_ body: (OptOutStage, String) async throws -> Void) async throws {
        let port = try LoopbackPorts.free(1)[0]
        let base = "http://127.0.0.1:\(port)"
        try await OptOutStage.with(trackingURL: base) { stage in
            let server = Task { try await stage.site.application().runService(gracefulShutdownSignals: []) }
            defer { server.cancel() }
            try await body(stage, base)
        }
    }
}
