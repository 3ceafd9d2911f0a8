import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import TestKit

@testable import Web

/// The web side on a database of its own, with people, campaigns and another account; no server in between.
struct WebFixture: Sendable {
    static let url = "https://mail.example.net"
    static let password = "a long sentence of words"
    /// A name that would be a script, and a formula, wherever it is not text.
    static let nasty = "=<script>alert(1)</script>\"'&"

    let database: PrivateDatabase
    let parts: WebParts
    let client: any TestClientProtocol

    /// Users: ann (owner), ed (editor), vic (viewer) of acme; otto (owner) of other; ada (admin), sue (support), bil
    /// (billing), mar (marketing) of the service. Campaign 1 of acme runs, 2 is other's, 3 is a draft of acme's.
    static func with(_ body: @Sendable (WebFixture) async throws -> Void) async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(seed)
            let hash = try PasswordHash(password, cost: .init(logRounds: 4), salt: Array(repeating: 7, count: 16))
                .stored
            try await superuser.execute("UPDATE users SET password = '\(hash)', password_set_at = now()")
            await superuser.close()
            let pool = PostgresPool(settings: database.settings(role: .web), name: "web-test", size: 4)
            let parts = try Self.parts(pool)
            let site = Site(parts: parts, passwords: PasswordHasher(cost: .init(logRounds: 4)))
            let application = Application(responder: Named(inner: site.responder()))
            try await application.test(.router) { client in
                try await body(WebFixture(database: database, parts: parts, client: client))
            }
            await pool.close()
        }
    }

    static func parts(_ pool: PostgresPool) throws -> WebParts {
        let values: [SettingName: String] = [.trackingURL: "https://news.example.net", .dashboardURL: url]
        var reader = SettingsReader(values: values.mapValues { SettingText(text: $0, origin: "test") }) {
            path throws(SettingsReader.UnreadableFile) in throw .init(reason: path)
        }
        let settings = WebSettings(reading: &reader)
        try reader.finish()
        let secret = Array(repeating: UInt8(7), count: 32)
        return WebParts(
            settings: settings,
            pool: pool,
            recipientPool: pool,
            publisher: DeafPublisher(),
            keys: try KeyRing(
                keys: [TokenKey(id: 1, secret: secret)],
                signing: 1,
                identity: try AddressHashKey(secret: secret)
            ),
            addressKey: 1,
            proxies: try TrustedProxies([]),
            drain: Drain(seconds: 0),
            tracking: Tracking(
                buffer: EventBuffer(capacity: 10),
                links: LinkCache(TrackedLinkStore(pool), log: Logger(label: "test"))
            ),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Runs SQL as superuser, and returns the first column of each row as text.
    @discardableResult
    func sql(_ sql: String) async throws -> [String] {
        let connection = try await database.connect()
        let rows = try await connection.rows(Statement("test-\(sql.hashValue)", sql)) {
            try $0.optionalText(0) ?? "NULL"
        }
        await connection.close()
        return rows
    }

    func execute(_ sql: String) async throws {
        let connection = try await database.connect()
        try await connection.execute(sql)
        await connection.close()
    }

    /// A browser that has signed in.
    func browser(_ login: String) async throws -> Visitor {
        var browser = Visitor(web: self)
        try await browser.signIn(login)
        return browser
    }

    private static let seed = """
        INSERT INTO accounts (name) VALUES ('acme'), ('other');
        INSERT INTO users (account_id, login, role) VALUES
            (1, 'ann', 'owner'), (1, 'ed', 'editor'), (1, 'vic', 'viewer'), (2, 'otto', 'owner'),
            (NULL, 'ada', 'admin'), (NULL, 'sue', 'support'), (NULL, 'bil', 'billing'), (NULL, 'mar', 'marketing');
        INSERT INTO lists (account_id, name) VALUES (1, 'news \(nasty.replacingQuotes)'), (2, 'theirs');
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
        VALUES (1, 'first@real.example', 'first@real.example', 1, sha256('1'), 1, '=cmd|x', '{"name": "Realname"}'),
               (1, 'b@real.example', 'b@real.example', 1, sha256('2'), 1, 'real.example', '{}'),
               (2, 'o@theirs.example', 'o@theirs.example', 1, sha256('3'), 1, 'theirs.example', '{}');
        INSERT INTO list_members (list_id, contact_id, account_id, source)
        VALUES (1, 1, 1, 'form'), (1, 2, 1, 'form'), (2, 3, 2, 'form');
        INSERT INTO campaigns (account_id, list_id, name, state, version, audience, started_at, expires_at)
        VALUES (1, 1, '\(nasty.replacingQuotes)', 2, 1, 2, now() - interval '1 minute', now() + interval '1 day'),
               (2, 2, 'theirs', 2, 1, 1, now(), now() + interval '1 day'),
               (1, 1, 'draft', 0, NULL, 0, NULL, NULL);
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, settings)
        SELECT campaign_id, 1, account_id, 'Salve \(nasty.replacingQuotes)',
               '<p>Salve {{name}}</p><script>alert(2)</script><a href="https://shop.example/">shop</a>',
               '{"from": {"address": "a@veredus.example"}}'
        FROM campaigns;
        INSERT INTO campaign_lanes VALUES (1, 1, 1, 1, 2, 2), (2, 1, 2, 1, 1, 1);
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state, code, reason)
        VALUES (1, 1, 1, 1, 1, 1, 4, 550, 1), (1, 2, 1, 2, 1, 1, 0, 0, 0), (2, 1, 2, 3, 2, 1, 0, 0, 0);
        INSERT INTO counters (campaign_id, lane_id, writer, failed, pending) VALUES (1, 1, 0, 1, 1), (2, 1, 0, 0, 1);
        INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
        VALUES (1, 1, 1, 1, 3, 4, 550, '5.1.1 first@real.example is unknown');
        INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope) VALUES
            (1, 2, 1, 3, 'line 7: \(nasty.replacingQuotes)', 'w', 'jobs.default', 'v1 1 1 1'),
            (2, 1, 2, 3, 'theirs', 'w', 'jobs.default', 'v1 2 1 1');
        INSERT INTO campaign_samples
        SELECT 1, now() - n * interval '10 seconds', 1, 80 * n, 20, 30 - n % 7, 4800 - 80 * n, 60 - n, 0, 0, 0, 0, 0
        FROM generate_series(0, 59) AS n;
        INSERT INTO workers (incarnation, name, slots, lanes, alive_until)
        VALUES (255, 'worker \(nasty.replacingQuotes)', 10, '{default}', now() + interval '1 hour');
        """
}

extension String {
    fileprivate var replacingQuotes: String {
        split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
    }
}

/// Gives a request the host that a browser would name.
struct Named<Inner: HTTPResponder>: HTTPResponder where Inner.Context == WebContext {
    let inner: Inner

    func respond(to request: Request, context: WebContext) async throws -> Response {
        var head = request.head
        head.authority = request.headers[.testHost] ?? authority(of: WebFixture.url)
        return try await inner.respond(to: Request(head: head, body: request.body), context: context)
    }
}

/// A broker that is away.
struct DeafPublisher: JobPublisher {
    struct Away: Error {}
    func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome] { throw Away() }
    func depth(of queue: String) async throws -> Int { throw Away() }
    func declare(_ queues: [String]) async throws {}
}

/// Keeps a cookie, and sends forms as a page of ours does.
struct Visitor: Sendable {
    let web: WebFixture
    var cookie: String?

    enum FormToken: Sendable {
        case own, none
        case other(String)
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String

        var location: String? { headers[.location] }
    }

    mutating func signIn(_ login: String, password: String = WebFixture.password) async throws {
        let answer = try await post("/sign-in", ["login": login, "password": password], token: .none)
        if let cookie = Self.cookie(answer) { self.cookie = cookie }
    }

    /// What an answer sets, as it is sent back.
    static func cookie(_ answer: Answer) -> String? {
        answer.headers[.setCookie].map { String($0.prefix { $0 != ";" }) }
    }

    func get(_ path: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, path, headers, body: nil)
    }

    /// Sends a form.
    @discardableResult
    func post(
        _ path: String,
        _ fields: [String: String] = [:],
        token: FormToken = .own,
        _ headers: HTTPFields = [.secFetchSite: "same-origin"]
    ) async throws -> Answer {
        var fields = fields
        switch token {
        case .none: break
        case .other(let other): fields["token"] = other
        case .own: if let own = ownToken { fields["token"] = own }
        }
        let body = fields.map { "\($0.key)=\(Self.escaped($0.value))" }.joined(separator: "&")
        var headers = headers
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await send(.post, path, headers, body: body)
    }

    /// What the session's forms bear.
    var ownToken: String? {
        cookie.flatMap { $0.split(separator: "=").last }.flatMap { SecretToken($0) }?.derived("form")
    }

    private func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ headers: HTTPFields,
        body: String?
    ) async throws -> Answer {
        var headers = headers
        if let cookie { headers[.cookie] = cookie }
        return try await web.client.execute(
            uri: path,
            method: method,
            headers: headers,
            body: body.map { ByteBuffer(string: $0) }
        ) { response in
            Answer(
                status: response.status.code,
                headers: response.headers,
                text: String(buffer: response.body)
            )
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }.joined()
    }
}

extension HTTPField.Name {
    static let testHost = unchecked("X-Test-Host")
}
