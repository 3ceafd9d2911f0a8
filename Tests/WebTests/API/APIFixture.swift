import Core
import Database
import DatabaseClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Templates
import TestKit
import Testing

@testable import Web

/// Web parts on a database of their own, with two accounts: acme, which has the list news (1), and other, which has the
/// list theirs (2).
struct APIFixture: Sendable {
    /// What came back.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        /// Null when it is no JSON.
        var json: MergeValue { (try? MergeValue(json: body)) ?? .null }
        /// The text or number at a path of fields, `list.id`; of list items by number, `items.0.id`.
        subscript(path: String) -> String? {
            var value: MergeValue? = json
            for part in path.split(separator: ".") {
                if case .list(let items) = value, let index = Int(part) {
                    value = items.indices.contains(index) ? items[index] : nil
                } else {
                    value = value?.field(MergeText(String(part)))
                }
            }
            switch value {
            case .text(let text), .number(let text): return text.string
            case .bool(let flag): return String(flag)
            default: return nil
            }
        }
        func count(_ name: String) -> Int? {
            guard case .list(let items) = json.field(MergeText(name)) else { return nil }
            return items.count
        }
    }

    let database: PrivateDatabase
    let fixture: AccountDatabase
    let parts: WebParts
    let client: any TestClientProtocol
    /// Of acme, with every scope.
    let key: String

    static let acme: AccountID = 1
    static let other: AccountID = 2

    static func with(
        settings: [SettingName: String] = [:],
        _ body: @escaping @Sendable (APIFixture) async throws -> Void
    ) async throws {
        try await PrivateDatabase.with { database in
            let admin = PostgresPool(settings: database.settings(role: .admin), name: "office", size: 2)
            let pool = PostgresPool(settings: database.settings(role: .web), name: "web", size: 6)
            let fixture = AccountDatabase(pool: admin, actor: "test")
            for (account, list) in [("acme", "news"), ("other", "theirs")] {
                let id = try await fixture.createAccount(named: account)
                _ = try await fixture.createList(named: list, account: id)
            }
            let parts = try parts(pool: pool, settings: settings)
            let key = try await Self.key(fixture, APIScope.allCases, account: acme)
            let app = Application(responder: Site(parts: parts).responder(), logger: parts.log)
            try await app.test(.router) { client in
                try await body(
                    APIFixture(database: database, fixture: fixture, parts: parts, client: client, key: key)
                )
            }
            await pool.close()
            await admin.close()
        }
    }

    /// What a program would have made of its settings.
    static func parts(
        pool: PostgresPool,
        recipientPool: PostgresPool? = nil,
        settings changes: [SettingName: String] = [:]
    ) throws -> WebParts {
        var texts: [SettingName: String] = [
            .trackingURL: "https://news.example.net", .dashboardURL: "http://localhost",
            .apiPerMinute: "100000",
        ]
        texts.merge(changes) { $1 }
        var reader = SettingsReader(values: texts.mapValues { SettingText(text: $0, origin: "test") }) { _ in "" }
        let settings = WebSettings(reading: &reader)
        try reader.finish()
        let secret = [UInt8](repeating: 0x5A, count: 32)
        var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        log.logLevel = .critical
        return WebParts(
            settings: settings,
            pool: pool,
            recipientPool: recipientPool ?? pool,
            publisher: NoBroker(),
            keys: try KeyRing(
                keys: [TokenKey(id: 1, secret: secret)],
                signing: 1,
                identity: AddressHashKey(secret: secret)
            ),
            addressKey: 1,
            proxies: try TrustedProxies(settings.trustedProxies),
            drain: Drain(seconds: settings.drainSeconds),
            tracking: Tracking(
                buffer: EventBuffer(capacity: 10),
                links: LinkCache(TrackedLinkStore(pool), log: Logger(label: "test"))
            ),
            log: log
        )
    }

    static func key(
        _ fixture: AccountDatabase,
        _ scopes: [APIScope],
        expiry: Double? = nil,
        account: AccountID
    ) async throws -> String {
        var random = SystemRandomNumberGenerator()
        let key = APIKey(using: &random)
        _ = try await fixture.createAPIKey(key, named: "test", scopes: scopes, expiry: expiry, account: account)
        return key.text
    }

    /// Sends a request below `/api/v1`.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: String? = nil,
        key: String? = nil,
        _ headers: HTTPFields = [:]
    ) async throws -> Answer {
        var fields = headers
        if fields[.authorization] == nil { fields[.authorization] = "Bearer \(key ?? self.key)" }
        if body != nil, fields[.contentType] == nil { fields[.contentType] = "application/json" }
        let response = try await client.execute(
            uri: path.hasPrefix("/api") ? path : "/api/v1\(path)",
            method: method,
            headers: fields,
            body: body.map { ByteBuffer(string: $0) }
        )
        return Answer(
            status: response.status.code,
            headers: response.headers,
            body: Array(response.body.readableBytesView)
        )
    }

    /// Runs SQL as superuser; the first column of each row as text.
    @discardableResult
    func sql(_ sql: String) async throws -> [String] {
        let connection = try await database.connect()
        let rows = try await connection.rows(Statement("test-\(abs(sql.hashValue))", sql)) {
            try $0.optionalText(0) ?? "NULL"
        }
        await connection.close()
        return rows
    }

    /// The audit log's actions and subjects.
    func audit() async throws -> [String] {
        try await sql("SELECT action || ' ' || subject FROM audit ORDER BY audit_id")
    }

    static let campaign = """
        {"list": 1, "name": "Fresh horses", "from": {"name": "The stables", "address": "stables@example.net"},
         "subject": "Salve {{name}}", "html": "<p>Salve {{name}}</p>", "defaults": {"name": "friend"}}
        """

    /// Stores contacts c1… on the list news.
    func importContacts(_ count: Int) async throws {
        let contacts = (1...count).map { #"{"email": "c\#($0)@example.org", "attributes": {"name": "C\#($0)"}}"# }
        let answer = try await send(
            .post,
            "/contacts",
            #"{"list": 1, "source": "test", "contacts": [\#(contacts.joined(separator: ","))]}"#
        )
        #expect(answer.status == 200, "\(answer.text)")
    }
}

/// Nobody listens.
struct NoBroker: JobPublisher {
    func publish(_ bodies: [[UInt8]], to queue: String) async -> [PublishOutcome] {
        bodies.map { _ in .refused(reason: "no broker in this test") }
    }

    func depth(of queue: String) async -> Int { 0 }

    func declare(_ queues: [String]) async {}
}
