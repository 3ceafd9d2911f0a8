import DatabaseClient
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APIErrorTests {
    struct Row: Sendable {
        let method: HTTPRequest.Method
        let path: String
        var body: String?
        var type = "application/json"
        let status: Int
        var pointer: String?
        let because: Comment
    }

    static let deep = String(repeating: "[", count: 40) + String(repeating: "]", count: 40)

    static let rows: [Row] = [
        Row(method: .get, path: "/nothing", status: 404, because: "no such path"),
        Row(method: .get, path: "/api", status: 404, because: "no version"),
        Row(method: .get, path: "/api/v2/account", status: 404, because: "no such version"),
        Row(method: .get, path: "/account/", status: 404, because: "one address for one thing"),
        Row(method: .get, path: "/campaigns/0", status: 404, because: "numbers begin with 1"),
        Row(method: .get, path: "/campaigns/01", status: 404, because: "a number is written in one way"),
        Row(method: .get, path: "/campaigns/-1", status: 404, because: "no number"),
        Row(method: .get, path: "/campaigns/99999999999", status: 404, because: "larger than any"),
        Row(method: .get, path: "/campaigns/1%20", status: 404, because: "nothing is decoded"),
        Row(method: .delete, path: "/account", status: 405, because: "the path is there, the method is not"),
        Row(method: .options, path: "/lists", status: 405, because: "no other site's scripts"),
        Row(method: .get, path: "/campaigns/1/start", status: 405, because: "a GET starts nothing"),
        Row(
            method: .post,
            path: "/lists",
            body: "name=x",
            type: "application/x-www-form-urlencoded",
            status: 415,
            because: "a form of another site"
        ),
        Row(
            method: .post,
            path: "/lists",
            body: #"{"name": "x"}"#,
            type: "text/plain",
            status: 415,
            because: "no JSON"
        ),
        Row(method: .post, path: "/lists", status: 400, because: "no body"),
        Row(method: .post, path: "/lists", body: "{", status: 400, because: "cut off"),
        Row(method: .post, path: "/lists", body: #"{"name": "a", "name": "b"}"#, status: 400, because: "a name twice"),
        Row(method: .post, path: "/lists", body: #"{"name": "\#(deep)"#, status: 400, because: "not closed"),
        Row(method: .post, path: "/lists", body: #"{"name": \#(deep)}"#, status: 400, because: "nested too deep"),
        Row(
            method: .post,
            path: "/lists",
            body: #"{"name": "a\u0000"}"#,
            status: 400,
            because: "PostgreSQL keeps none"
        ),
        Row(method: .post, path: "/lists", body: #"{"name": "\ud800"}"#, status: 400, because: "half a character"),
        Row(method: .post, path: "/lists", body: "{\"name\": \"x\"} {}", status: 400, because: "something follows"),
        Row(method: .post, path: "/lists", body: "[]", status: 400, pointer: "", because: "no object"),
        Row(
            method: .post,
            path: "/lists",
            body: #"{"name": "x", "color~/": 1}"#,
            status: 400,
            pointer: "/color~0~1",
            because: "an unknown field is named"
        ),
        Row(method: .post, path: "/lists", body: #"{"name": 1}"#, status: 400, pointer: "/name", because: "a number"),
        Row(method: .post, path: "/lists", body: #"{"name": null}"#, status: 400, pointer: "/name", because: "missing"),
        Row(method: .post, path: "/lists", body: #"{"name": " x"}"#, status: 422, pointer: "/name", because: "a blank"),
        Row(
            method: .post,
            path: "/lists",
            body: #"{"name": "\u202ex"}"#,
            status: 422,
            pointer: "/name",
            because: "turns the line around"
        ),
        Row(method: .post, path: "/lists", body: #"{"name": "news"}"#, status: 409, because: "is taken"),
        Row(method: .post, path: "/campaigns/1/pause", body: "{}", status: 400, because: "takes no body"),
        Row(method: .get, path: "/lists?color=red", status: 400, pointer: "color", because: "unknown parameter"),
        Row(method: .get, path: "/lists?limit=0", status: 400, pointer: "limit", because: "too few"),
        Row(method: .get, path: "/lists?limit=201", status: 400, pointer: "limit", because: "too many"),
        Row(method: .get, path: "/lists?limit=1&limit=2", status: 400, pointer: "limit", because: "twice"),
        Row(method: .get, path: "/lists?limit=%FF", status: 400, because: "not UTF-8"),
        Row(method: .get, path: "/lists?cursor=x", status: 422, pointer: "cursor", because: "made up"),
        Row(method: .get, path: "/campaigns?state=gone", status: 400, pointer: "state", because: "no such state"),
    ]

    @Test func `every refusal is a problem that says where and why`() async throws {
        try await APIFixture.with { fixture in
            for row in Self.rows {
                let answer = try await fixture.send(row.method, row.path, row.body, [.contentType: row.type])
                #expect(answer.status == row.status, "\(row.because): \(answer.text)")
                #expect(answer.headers[.contentType] == "application/problem+json", row.because)
                #expect(answer["status"] == String(row.status), row.because)
                for field in ["type", "title", "detail"] { #expect(answer[field]?.isEmpty == false, row.because) }
                if let pointer = row.pointer { #expect(answer["errors.0.pointer"] == pointer, row.because) }
                if row.status == 405 { #expect(answer.headers[.allow]?.isEmpty == false, row.because) }
            }
            #expect(try await fixture.send(.get, "/lists").count("items") == 1, "nothing was made")
        }
    }

    @Test func `a body has as many bytes as its route allows`() async throws {
        try await APIFixture.with { fixture in
            let name = String(repeating: "x", count: 64 << 10)
            let answer = try await fixture.send(.post, "/lists", #"{"name": "\#(name)"}"#)
            #expect(answer.status == 413)
            #expect(answer["type"] == "urn:veredus:problem:too-large")
        }
    }

    @Test func `all that is wrong is said at once`() async throws {
        try await APIFixture.with { fixture in
            let answer = try await fixture.send(
                .post,
                "/campaigns",
                #"{"list": "one", "name": 5, "from": {"address": 6, "nick": 1}, "kind": "spam", "html": "", "x": 1}"#
            )
            #expect(answer.status == 400)
            let pointers = (0..<(answer.count("errors") ?? 0)).compactMap { answer["errors.\($0).pointer"] }
            let expected = ["/from/address", "/from/nick", "/html", "/kind", "/list", "/name", "/subject", "/x"]
            #expect(pointers.sorted() == expected)
        }
    }

    @Test func `a page is asked for with HEAD as well`() async throws {
        try await APIFixture.with { fixture in
            let answer = try await fixture.send(.head, "/account")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func `without a database it says so, and when to come again`() async throws {
        try await APIFixture.with { fixture in
            await fixture.parts.pool.close()
            let answer = try await fixture.send(.get, "/account")
            #expect(answer.status == 503)
            #expect(answer.headers[.retryAfter] == "5")
        }
    }
}
