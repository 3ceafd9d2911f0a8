import Core
import Database
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APIKeyTests {
    @Test func `a key is told by its form, and stored as its hash alone`() async throws {
        var random = SystemRandomNumberGenerator()
        let key = APIKey(using: &random)
        #expect(APIKey(key.text)?.hash == key.hash)
        #expect(key.text.hasPrefix(key.prefix + "_"))
        #expect(APIKey(key.text.uppercased()) == nil)
        #expect(APIKey(String(key.text.dropLast())) == nil)
        #expect(APIKey("xrd" + key.text.dropFirst(3)) == nil)
        try await APIFixture.with { fixture in
            let stored = try await fixture.sql("SELECT row_to_json(k)::text FROM api_keys k")
            #expect(stored.count == 1)
            #expect(!stored[0].contains(fixture.key.suffix(48)))
        }
    }

    @Test func `nobody comes in without a key that counts`() async throws {
        try await APIFixture.with { fixture in
            let expired = try await APIFixture.key(
                fixture.fixture,
                [.readCampaigns],
                expiry: 1,
                account: APIFixture.acme
            )
            let revoked = try await APIFixture.key(fixture.fixture, [.readCampaigns], account: APIFixture.acme)
            let prefix = try #require(APIKey(revoked)).prefix
            #expect(try await fixture.send(.get, "/account", key: revoked).status == 200)
            #expect(try await fixture.fixture.revokeAPIKey(prefix, account: APIFixture.other, reason: "") == false)
            #expect(try await fixture.fixture.revokeAPIKey(prefix, account: APIFixture.acme, reason: "lost") == true)
            var random = SystemRandomNumberGenerator()
            let table: [(field: String, because: Comment)] = [
                ("Bearer \(expired)", "expired"), ("Bearer \(revoked)", "revoked"),
                ("Bearer \(APIKey(using: &random).text)", "never made"), ("Bearer ", "empty"),
                (
                    "Bearer \(fixture.key.dropLast())\(fixture.key.hasSuffix("0") ? "1" : "0")",
                    "another secret with the same beginning"
                ),
                (fixture.key, "no scheme"), ("Basic \(fixture.key)", "another scheme"),
            ]
            for row in table {
                let answer = try await fixture.send(.get, "/account", nil, [.authorization: row.field])
                #expect(answer.status == 401, row.because)
                #expect(answer["type"] == "urn:veredus:problem:unauthorized", row.because)
                #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true, row.because)
            }
            #expect(
                try await fixture.send(.get, "/account", nil, [.authorization: "bearer \(fixture.key)"]).status == 200
            )
            let log = try await fixture.audit()
            #expect(log.contains("api-key.revoke \(prefix)"))
            #expect(log.contains("api-key.create \(prefix)"))
        }
    }

    @Test func `a key opens what its scopes say, and one account`() async throws {
        try await APIFixture.with { fixture in
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            let parameters = ["list": "1", "contact": "1", "campaign": "1"]
            for route in APIRoute.all where !route.scopes.isEmpty {
                let path = parameters.reduce(route.path) { $0.replacing("{\($1.key)}", with: $1.value) }
                let others = APIScope.allCases.filter { !route.scopes.contains($0) }
                let key = try await APIFixture.key(fixture.fixture, others, account: APIFixture.acme)
                let answer = try await fixture.send(route.method, path, route.body == .none ? nil : "{}", key: key)
                #expect(answer.status == 403, "\(route.method) \(path): \(answer.text)")
                #expect(answer.headers[.wwwAuthenticate]?.contains(route.scopes[0].rawValue) == true)
            }
        }
    }

    @Test func `what is another account's is not there`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(1)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            let stranger = try await APIFixture.key(fixture.fixture, APIScope.allCases, account: APIFixture.other)
            let before = try await fixture.audit()
            let state = try await fixture.sql("SELECT state::text FROM campaigns")
            let parameters = ["list": "1", "contact": "1", "campaign": "1"]
            for route in APIRoute.all where route.path.contains("{") {
                let path = parameters.reduce(route.path) { $0.replacing("{\($1.key)}", with: $1.value) }
                let body = route.body == .required ? #"{"subject": "mine"}"# : nil
                let answer = try await fixture.send(route.method, path, body, key: stranger)
                #expect(answer.status == 404, "\(route.method) \(path): \(answer.text)")
                #expect(answer["type"] == "urn:veredus:problem:not-found")
            }
            let intrusions: [(path: String, body: String)] = [
                ("/campaigns", APIFixture.campaign),
                ("/contacts", #"{"list": 1, "source": "x", "contacts": [{"email": "x@example.org"}]}"#),
                ("/suppressions", #"{"email": "x@example.org", "scope": "list", "list": 1, "note": "x"}"#),
            ]
            for row in intrusions {
                let answer = try await fixture.send(.post, row.path, row.body, key: stranger)
                #expect(answer.status == 422, "\(row.path): \(answer.text)")
                #expect(answer["errors.0.pointer"] == "/list")
            }
            #expect(try await fixture.send(.get, "/contacts?list=1", key: stranger).status == 422)
            #expect(try await fixture.audit() == before)
            // From here on the stranger looks at contacts of its own, which is audited.
            for path in ["/contacts", "/campaigns", "/suppressions", "/dead-letters"] {
                #expect(try await fixture.send(.get, path, key: stranger).count("items") == 0)
            }
            #expect(try await fixture.sql("SELECT state::text FROM campaigns") == state)
            #expect(try await fixture.send(.get, "/account", key: stranger)["name"] == "other")
        }
    }

    @Test func `a key that asks too often waits, and others do not`() async throws {
        try await APIFixture.with(settings: [.apiPerMinute: "3"]) { fixture in
            let second = try await APIFixture.key(fixture.fixture, [.readCampaigns], account: APIFixture.acme)
            for left in ["2", "1", "0"] {
                let answer = try await fixture.send(.get, "/account")
                #expect(answer.status == 200)
                #expect(answer.headers[.unchecked("RateLimit")]?.contains("r=\(left);") == true)
            }
            let answer = try await fixture.send(.get, "/account")
            #expect(answer.status == 429)
            #expect(answer["type"] == "urn:veredus:problem:too-many-requests")
            #expect(answer.headers[.retryAfter].flatMap { Int($0) }.map { (1...20).contains($0) } == true)
            #expect(try await fixture.send(.get, "/account", key: second).status == 200)
        }
    }

    @Test func `whoever tries keys is stopped before the database is asked`() async throws {
        try await APIFixture.with { fixture in
            var random = SystemRandomNumberGenerator()
            var statuses: [Int] = []
            for _ in 1...32 {
                statuses.append(try await fixture.send(.get, "/account", key: APIKey(using: &random).text).status)
            }
            #expect(statuses == [Int](repeating: 401, count: 30) + [429, 429])
            #expect(try await fixture.send(.get, "/account").status == 200, "a true key from there is let in")
        }
    }
}

struct TokenBucketTests {
    @Test func `a bucket gives what it has, then at its rate`() throws {
        var bucket = TokenBucket(capacity: 2, refilledIn: 60, now: 100)
        #expect(bucket.take(now: 100) == nil)
        #expect(bucket.take(now: 100) == nil)
        #expect(bucket.take(now: 100) == 30)
        #expect(bucket.take(now: 129.5).map { abs($0 - 0.5) < 0.001 } == true)
        #expect(bucket.take(now: 130) == nil)
        #expect(bucket.take(now: 90) != nil, "a clock that goes back gives nothing")
        #expect(!bucket.isFull(now: 189))
        #expect(bucket.isFull(now: 190))
    }
}
