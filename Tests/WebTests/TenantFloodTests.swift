import Core
import Database
import DatabaseClient
import Foundation
import Hummingbird
import HummingbirdTesting
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import Web

/// No tenant holds up a recipient, a load balancer or another tenant.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(5)))
struct TenantFloodTests {
    /// Letters that once took minutes of every thread of the program, and the status that each has now.
    static let messages: [(html: String, extra: String, status: Int)] = [
        (String(repeating: "{{a}}", count: 100_000), "", 422),
        (String(repeating: "<a href='https://a.example/{{a}}'>x</a>", count: 20_000), "", 422),
        (
            String(repeating: " ", count: 100_000) + "{{>p}}\\n",
            #""p": "\#(String(repeating: #"\n"#, count: 100_000))""#, 422
        ),
        // As much as a message may have.
        (String(repeating: "<p>{{a}}<a href='https://a.example/'>x</a> &amp; words", count: 9_000), "", 201),
    ]

    private static func body(_ message: (html: String, extra: String, status: Int)) -> String {
        """
        {"list": 1, "name": "Flood", "from": {"address": "stables@example.net"}, "subject": "Salve",
         "html": "\(message.html)", "partials": {\(message.extra)}, "defaults": {"a": "x"}}
        """
    }

    @Test func `pixels, opt-outs and health answer while a tenant floods the program with messages`() async throws {
        try await PrivateDatabase.with { database in
            let admin = PostgresPool(settings: database.settings(role: .admin), name: "office", size: 2)
            let office = AccountDatabase(pool: admin, actor: "test")
            let account = try await office.createAccount(named: "acme")
            _ = try await office.createList(named: "news", account: account)
            let key = try await APIFixture.key(office, APIScope.allCases, account: account)
            await admin.close()
            let secret = [UInt8](repeating: 0x5A, count: 32)
            let ring = try KeyRing(
                keys: [TokenKey(id: 1, secret: secret)],
                signing: 1,
                identity: AddressHashKey(secret: secret)
            )
            // Of a message that is not there: it is looked up, and that is enough.
            let token = String(
                decoding: ring.sign(.unsubscribe(DeliveryKey(campaign: 9, seq: 9))),
                as: UTF8.self
            )
            try await WebServer.with(database) { server in
                let flood = Flood()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (index, message) in Self.messages.enumerated() {
                        let body = Self.body(message)
                        let request = Self.post("/api/v1/campaigns", body, key: key, host: "localhost:\(server.port)")
                        group.addTask {
                            repeat {
                                flood.note(try await RawHTTP.send(request, port: server.port).status, index)
                            } while message.status == 201 && !flood.isOver
                        }
                    }
                    defer { flood.end() }
                    var slowest = Duration.zero
                    for _ in 0..<5 {
                        for (path, status) in [
                            ("/healthz", 200), ("/readyz", 200), ("/u/\(token)", 404), ("/o/x.gif", 200),
                        ] {
                            let start = ContinuousClock.now
                            let answer = try await RawHTTP.ask(path, port: server.port, host: "news.example.net")
                            slowest = max(slowest, ContinuousClock.now - start)
                            #expect(answer.status == status, "\(path)")
                        }
                    }
                    #expect(slowest < .seconds(5), "a debug build on a busy machine; it was more than 90 s")
                    flood.end()
                    try await group.waitForAll()
                }
                for (index, message) in Self.messages.enumerated() {
                    let seen = flood.statuses(index)
                    // On a busy machine the largest message may take longer than it may.
                    #expect(
                        !seen.isEmpty && seen.isSubset(of: [message.status, 422, 503]),
                        "message \(index): \(seen)"
                    )
                }
            }
        }
    }

    private static func post(_ path: String, _ body: String, key: String, host: String) -> String {
        """
        POST \(path) HTTP/1.1\r
        Host: \(host)\r
        Authorization: Bearer \(key)\r
        Content-Type: application/json\r
        Content-Length: \(body.utf8.count)\r
        Connection: close\r
        \r
        \(body)
        """
    }

    @Test func `opt-outs and health have connections of their own when tenants have taken all of theirs`() async throws
    {
        try await PrivateDatabase.with { database in
            let pool = PostgresPool(settings: database.settings(role: .web), name: "web", size: 1)
            let recipients = PostgresPool(settings: database.settings(role: .web), name: "readers", size: 1)
            let parts = try APIFixture.parts(pool: pool, recipientPool: recipients)
            let token = String(
                decoding: parts.keys.sign(.unsubscribe(DeliveryKey(campaign: 9, seq: 9))),
                as: UTF8.self
            )
            let app = Application(responder: AtHost(inner: Site(parts: parts).responder()), logger: parts.log)
            try await pool.withConnection { _ in
                try await app.test(.router) { client in
                    let page = try await client.execute(uri: "/u/\(token)", method: .get)
                    #expect(page.status == .notFound, "looked up, and not there")
                    let ready = try await client.execute(uri: "/readyz", method: .get)
                    #expect(ready.status == .ok)
                }
            }
            await pool.close()
            await recipients.close()
        }
    }

    @Test func `a refusal says what is too much, where, and what to do`() async throws {
        try await APIFixture.with { desk in
            for message in Self.messages.prefix(3) {
                let answer = try await desk.send(.post, "/campaigns", Self.body(message))
                #expect(answer.status == 422)
                let detail = answer["errors.0.detail"] ?? ""
                #expect(detail.contains("more than") || detail.contains("larger than"), "\(detail)")
                #expect(detail.contains("; "), "what to do: \(detail)")
            }
        }
    }
}

/// What a flood of requests brought, by the message that each had.
private final class Flood: Sendable {
    private let state = Mutex((isOver: false, statuses: [Int: Set<Int>]()))

    var isOver: Bool { state.withLock { $0.isOver } }

    func end() { state.withLock { $0.isOver = true } }

    func note(_ status: Int, _ message: Int) { state.withLock { _ = $0.statuses[message, default: []].insert(status) } }

    func statuses(_ message: Int) -> Set<Int> { state.withLock { $0.statuses[message] ?? [] } }
}

/// Gives a request the host that messages name.
private struct AtHost<Inner: HTTPResponder>: HTTPResponder where Inner.Context == WebContext {
    let inner: Inner

    func respond(to request: Request, context: WebContext) async throws -> Response {
        var head = request.head
        head.authority = "news.example.net"
        return try await inner.respond(to: Request(head: head, body: request.body), context: context)
    }
}
