import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// Links of messages that `campaign send-test` sends.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutTestMessageTests {
    @Test func `a test message's links say that it is a test, and do nothing`() async throws {
        try await OptOutStage.with { stage in
            let before = try await stage.totals()
            let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
            for path in ["/u/", "/p/"] {
                let path = path + stage.token(1, -4711)
                let page = try await stage.execute(path, .get, headers: [.acceptLanguage: "de"])
                #expect(page.status == .ok)
                #expect(page.text.contains("Das ist eine Testnachricht"), "\(page.text)")
                for body in [
                    "List-Unsubscribe=One-Click", "action=unsubscribe", "action=marketing", "action=undo&proof=1",
                ] {
                    let answer = try await stage.execute(path, .post, headers: form, body: body)
                    #expect(answer.status == .ok, "\(body)")
                    #expect(answer.text.contains("This is a test message"), "\(body): \(answer.text)")
                }
            }
            #expect(try await stage.totals() == before)
        }
    }
}
