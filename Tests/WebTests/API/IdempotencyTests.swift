import Core
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct IdempotencyTests {
    private static let field = HTTPField.Name.unchecked("Idempotency-Key")

    @Test func `the same key eight times at once makes one campaign`() async throws {
        try await APIFixture.with { fixture in
            let answers = try await withThrowingTaskGroup(of: APIFixture.Answer.self) { group in
                for _ in 1...8 {  // as many as may be under way
                    group.addTask {
                        try await fixture.send(.post, "/campaigns", APIFixture.campaign, [Self.field: "one"])
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 201 || $0.status == 409 }, "\(answers.map(\.status))")
            var made: [APIFixture.Answer] = []
            for answer in answers where answer.status != 409 { made.append(answer) }
            var fresh = 0
            for answer in made where answer.headers[.unchecked("Idempotency-Replayed")] == nil { fresh += 1 }
            #expect(fresh == 1)
            #expect(Set(made.map(\.text)).count == 1, "the same answer")
            for answer in answers where answer.status == 409 {
                #expect(answer["type"] == "urn:veredus:problem:in-progress")
                #expect(answer.headers[.retryAfter] == "1")
            }
            #expect(try await fixture.sql("SELECT count(*)::text FROM campaigns") == ["1"])
            let again = try await fixture.send(.post, "/campaigns", APIFixture.campaign, [Self.field: "one"])
            #expect(again.status == 201)
            #expect(again.headers[.location] == "/api/v1/campaigns/1")
            #expect(again.headers[.unchecked("Idempotency-Replayed")] == "true")
        }
    }

    @Test func `a key is for one request`() async throws {
        try await APIFixture.with { fixture in
            _ = try await fixture.send(.post, "/lists", #"{"name": "a"}"#, [Self.field: "k"])
            let other = try await fixture.send(.post, "/lists", #"{"name": "b"}"#, [Self.field: "k"])
            #expect(other.status == 422)
            #expect(other["type"] == "urn:veredus:problem:idempotency-key-reused")
            let elsewhere = try await fixture.send(.post, "/campaigns", APIFixture.campaign, [Self.field: "k"])
            #expect(elsewhere.status == 422)
            let stranger = try await APIFixture.key(fixture.fixture, APIScope.allCases, account: APIFixture.other)
            let theirs = try await fixture.send(.post, "/lists", #"{"name": "b"}"#, key: stranger, [Self.field: "k"])
            #expect(theirs.status == 201, "another account's key is another key")
            for wrong in ["", "a b", String(repeating: "x", count: 201), "é"] {
                let answer = try await fixture.send(.post, "/lists", #"{"name": "c"}"#, [Self.field: wrong])
                #expect(answer.status == 400, "\(wrong)")
            }
        }
    }

    @Test func `a refusal is not kept, and a day later the key is new`() async throws {
        try await APIFixture.with { fixture in
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            let refused = try await fixture.send(.post, "/campaigns/1/start", nil, [Self.field: "s"])
            #expect(refused.status == 409)
            try await fixture.importContacts(1)
            let started = try await fixture.send(.post, "/campaigns/1/start", nil, [Self.field: "s"])
            #expect(started.status == 200)
            _ = try await fixture.send(.post, "/campaigns/1/cancel")
            let again = try await fixture.send(.post, "/campaigns/1/start", nil, [Self.field: "s"])
            #expect(again.text == started.text, "the first answer, although the campaign is being cancelled")
            #expect(try await fixture.sql("SELECT state::text FROM campaigns") == ["4"])
            try await fixture.sql("UPDATE idempotency_keys SET created_at = now() - interval '24 hours' RETURNING ''")
            let later = try await fixture.send(.post, "/campaigns/1/start", nil, [Self.field: "s"])
            #expect(later["type"] == "urn:veredus:problem:wrong-state")
            _ = try await fixture.send(.post, "/lists", #"{"name": "a"}"#, [Self.field: "t"])
            #expect(try await fixture.sql("SELECT key FROM idempotency_keys") == ["t"], "old ones go")
        }
    }
}
