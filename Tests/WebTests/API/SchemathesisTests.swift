import Foundation
import HTTPTypes
import TestKit
import Testing

@testable import Web

private let isSchemathesisAvailable: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return environment["REQUIRE_SERVERS"] == "1"
        || PrivateDatabase.isAvailable && environment["VEREDUS_TEST_PYTHON"] != nil
}()

/// A second opinion: Schemathesis reads our document and asks the real program all sorts of things by it.
@Suite(.enabled(if: isSchemathesisAvailable, "Schemathesis is not installed: ./dev test installs it"))
struct SchemathesisTests {
    /// What the document cannot rule out (an address that is none, a cursor that we have not given) is answered with
    /// 422, and what is not possible now with 409; both are taken for answers to valid requests, 400 is not.
    private static let settings = """
        [generation]
        allow-x00 = false

        [checks.positive_data_acceptance]
        expected-statuses = ["2xx", "401", "403", "404", "409", "422"]
        """

    @Test(.timeLimit(.minutes(4)))
    func `the program keeps to its document`() async throws {
        let python = try #require(ProcessInfo.processInfo.environment["VEREDUS_TEST_PYTHON"], "./dev test sets it")
        let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-st-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Self.settings.write(toFile: "\(folder)/settings.toml", atomically: true, encoding: .utf8)
        try await APIFixture.with { fixture in
            // Something to be found.
            try await fixture.importContacts(3)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            try await WebServer.with(fixture.database) { server in
                let outcome = try await ChildProcess.run(
                    [
                        python, "-m", "schemathesis.cli", "--config-file", "\(folder)/settings.toml", "run",
                        "http://localhost:\(server.port)/api/v1/openapi.json",
                        "--header", "Authorization: Bearer \(fixture.key)", "--checks", "all", "--max-examples", "5",
                        "--max-time", "25", "--seed", "1", "--no-shrink", "--generation-database", "none",
                        "--no-color",
                    ],
                    folder: folder,
                    within: .seconds(180)
                )
                #expect(outcome.succeeded, "\(outcome.output.suffix(6_000))\n\(outcome.errors.suffix(2_000))")
                let log = try ChildProcess.text(of: server.logPath)
                #expect(!log.contains("the API failed"), "\(log.suffix(2_000))")
            }
        }
    }
}
