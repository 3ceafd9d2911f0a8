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
    ///
    /// Most requests name a real list, contact or campaign: an operation that only ever answers 404 is not tested.
    private static let settings = """
        [generation]
        allow-x00 = false

        [checks.positive_data_acceptance]
        expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

        [dictionaries]
        lists.values = [1]
        contacts.values = [1, 2, 3]
        drafts.values = [\(numbers(1...10))]
        running.values = [\(numbers(11...20))]
        paused.values = [\(numbers(21...30))]
        scheduled.values = [\(numbers(31...40))]

        [parameters]
        "path.list" = { dictionary = "lists", probability = 0.8 }
        "query.list" = { dictionary = "lists", probability = 0.8 }
        "body.list" = { dictionary = "lists", probability = 0.8 }
        "path.contact" = { dictionary = "contacts", probability = 0.8 }
        "path.campaign" = { dictionary = "drafts", probability = 0.8 }

        [[operations]]
        include-name = "POST /api/v1/campaigns/{campaign}/pause"
        parameters."path.campaign" = { dictionary = "running", probability = 0.8 }

        [[operations]]
        include-name = "POST /api/v1/campaigns/{campaign}/resume"
        parameters."path.campaign" = { dictionary = "paused", probability = 0.8 }

        [[operations]]
        include-name = [
            "POST /api/v1/campaigns/{campaign}/cancel", "POST /api/v1/campaigns/{campaign}/unschedule"
        ]
        parameters."path.campaign" = { dictionary = "scheduled", probability = 0.8 }
        """

    private static func numbers(_ range: ClosedRange<Int>) -> String {
        range.map(String.init).joined(separator: ", ")
    }

    @Test(.timeLimit(.minutes(4)))
    func `the program keeps to its document`() async throws {
        let python = try #require(ProcessInfo.processInfo.environment["VEREDUS_TEST_PYTHON"], "./dev test sets it")
        let folder = FileManager.default.temporaryDirectory.appending(path: "veredus-st-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Self.settings.write(toFile: "\(folder)/settings.toml", atomically: true, encoding: .utf8)
        try await APIFixture.with { fixture in
            try await Self.store(in: fixture)
            try await WebServer.with(fixture.database) { server in
                let outcome = try await ChildProcess.run(
                    [
                        python, "-m", "schemathesis.cli", "--config-file", "\(folder)/settings.toml", "run",
                        "http://localhost:\(server.port)/api/v1/openapi.json",
                        "--header", "Authorization: Bearer \(fixture.key)", "--checks", "all", "--max-examples", "5",
                        "--max-time", "25", "--seed", "1", "--no-shrink", "--generation-database", "none",
                        "--no-color", "--report", "har", "--report-har-path", "\(folder)/requests.har",
                    ],
                    folder: folder,
                    within: .seconds(180)
                )
                #expect(outcome.succeeded, "\(outcome.output.suffix(6_000))\n\(outcome.errors.suffix(2_000))")
                let log = try ChildProcess.text(of: server.logPath)
                #expect(!log.contains("the API failed"), "\(log.suffix(2_000))")
            }
        }
        let statuses = try Self.statuses(of: "\(folder)/requests.har")
        for route in APIRoute.all where !route.isPublic {
            let operation = "\(route.method) \(route.path)"
            let found = statuses[operation] ?? []
            #expect(found.contains { (200..<300).contains($0) }, "\(operation) answered \(found.sorted()) only")
        }
    }

    /// Contacts, and campaigns in each state that a request can start from.
    private static func store(in fixture: APIFixture) async throws {
        try await fixture.importContacts(3)
        for _ in 1...40 { _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign) }
        try await fixture.sql(
            """
            UPDATE campaigns SET state = CASE WHEN campaign_id <= 20 THEN 2 ELSE 3 END, version = 1, audience = 3,
                                 started_at = now()
            WHERE campaign_id BETWEEN 11 AND 30 RETURNING ''
            """
        )
        for campaign in 31...40 {
            let answer = try await fixture.send(
                .post,
                "/campaigns/\(campaign)/start",
                #"{"start_at": "2999-01-01T00:00:00Z"}"#
            )
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    /// The statuses that each operation answered with.
    private static func statuses(of archive: String) throws -> [String: Set<Int>] {
        struct Archive: Decodable {
            struct Log: Decodable { let entries: [Entry] }
            struct Entry: Decodable {
                struct Request: Decodable { let method: String, url: String }
                struct Response: Decodable { let status: Int }
                let request: Request
                let response: Response
            }
            let log: Log
        }
        let data = try Data(contentsOf: URL(filePath: archive))
        var statuses: [String: Set<Int>] = [:]
        for entry in try JSONDecoder().decode(Archive.self, from: data).log.entries {
            let path = entry.request.url.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" }.prefix { $0 != "?" }
            guard let method = HTTPRequest.Method(entry.request.method),
                let route = try? APIRoute.find(method, String(path)).route
            else { continue }
            statuses["\(route.method) \(route.path)", default: []].insert(entry.response.status)
        }
        return statuses
    }
}
