import Bootstrap
import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import TestKit
import Testing

@testable import Web

/// Messages whose recipients opt out, on a database of its own, behind the tracking host.
///
/// Account 1 "Acme" has the lists 1 "News" and 2 "Offers", and contacts 1 to 20 on both. Campaign 1 (marketing, News) is
/// running, 2 (transactional, News) too, 3 (marketing, Offers, in German) is paused; message n of each is contact n's and
/// still queued. Account 2 "Other" has contact 21 on list 3, and campaign 4.
struct OptOutStage: Sendable {
    static let host = "localhost"

    let database: PrivateDatabase
    let superuser: PostgresConnection
    let pool: PostgresPool
    let keys: KeyRing
    let site: Site

    /// Lends a stage and clears it away.
    ///
    /// - Parameters:
    ///   - trackingURL: Where it is found.
    ///   - proxy: What stands between the pages and the database.
    ///   - body: The test.
    /// - Throws: What `body` throws.
    static func with(
        trackingURL: String = "http://\(host)",
        through proxy: FaultProxyAddress? = nil,
        _ body: (OptOutStage) async throws -> Void
    ) async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(seed)
            var settings = database.settings(role: .web)
            if let proxy { settings = try PostgresSettings(parsing: proxy.url(of: database, role: .web)) }
            settings.connectTimeout = .seconds(2)
            let pool = PostgresPool(settings: settings, name: "web", size: 4)
            let stage = OptOutStage(
                database: database,
                superuser: superuser,
                pool: pool,
                keys: try testKeys(),
                site: Site(parts: try parts(pool, trackingURL: trackingURL))
            )
            do {
                try await body(stage)
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
            await superuser.close()
        }
    }

    /// A stage whose pages reach the database through a fault proxy.
    static func withProxy(
        trackingURL: String = "http://\(host)",
        _ body: (OptOutStage, FaultProxy) async throws -> Void
    ) async throws {
        try await PrivateDatabase.with { database in
            let direct = database.superuserSettings
            let proxy = try await FaultProxy.start(to: direct.host, port: Int(direct.port))
            do {
                try await with(trackingURL: trackingURL, through: FaultProxyAddress(port: proxy.port)) { stage in
                    try await body(stage, proxy)
                }
            } catch {
                try? await proxy.stop()
                throw error
            }
            try await proxy.stop()
        }
    }

    private static func parts(_ pool: PostgresPool, trackingURL: String) throws -> WebParts {
        var reader = try Bootstrap.settings(
            file: nil,
            environment: [
                "VEREDUS_TRACKING_URL": trackingURL, "VEREDUS_DASHBOARD_URL": "https://mail.example.net",
                "VEREDUS_WEB_LISTEN": "127.0.0.1:\(trackingURL.split(separator: ":").last.flatMap { Int($0) } ?? 0)",
            ]
        )
        let settings = WebSettings(reading: &reader)
        try reader.finish()
        var log = Logger(label: "test")
        log.logLevel = .critical
        return WebParts(
            settings: settings,
            pool: pool,
            recipientPool: pool,
            publisher: NoBroker(),
            keys: try testKeys(),
            addressKey: 1,
            proxies: try TrustedProxies([]),
            drain: Drain(seconds: 0),
            tracking: Tracking(
                buffer: EventBuffer(capacity: 10),
                links: LinkCache(TrackedLinkStore(pool), log: Logger(label: "test"))
            ),
            log: log
        )
    }

    /// Two keys verify, the second signs.
    static func testKeys(signing: UInt8 = 2, ids: [UInt8] = [1, 2]) throws -> KeyRing {
        try KeyRing(
            keys: ids.map { TokenKey(id: $0, secret: [UInt8](repeating: $0, count: 32)) },
            signing: signing,
            identity: AddressHashKey(secret: [UInt8](repeating: 9, count: 32))
        )
    }

    func token(_ campaign: CampaignID, _ seq: Seq) -> String {
        String(decoding: keys.sign(.unsubscribe(DeliveryKey(campaign: campaign, seq: seq))), as: UTF8.self)
    }

    // MARK: Requests

    func execute(
        _ path: String,
        _ method: HTTPRequest.Method = .get,
        headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        try await Application(responder: site.responder()).test(.router) { client in
            try await client.execute(
                uri: path,
                method: method,
                headers: headers,
                body: body.map { ByteBuffer(string: $0) }
            )
        }
    }

    func post(_ path: String, _ form: String) async throws -> TestResponse {
        try await execute(
            path,
            .post,
            headers: [.contentType: "application/x-www-form-urlencoded"],
            body: form
        )
    }

    static let oneClick = "List-Unsubscribe=One-Click"

    // MARK: The totals

    func number(_ sql: String) async throws -> Int {
        let statement = Statement("number \(sql.hashValue)", "SELECT n::int8 FROM (\(sql)) AS q(n)")
        return Int(try #require(try await superuser.rows(statement) { try $0.int64(0) }.first))
    }

    /// Everything that a no changes, as one text, to see that nothing has changed.
    func totals() async throws -> String {
        let statement = Statement(
            "opt-out-totals",
            """
            SELECT concat_ws(' ',
                (SELECT string_agg(concat_ws('/', address_hash, scope, list_id, reason, created_at), ' ' ORDER BY s)
                 FROM suppressions s),
                (SELECT string_agg(concat_ws('/', list_id, contact_id, status, changed_at), ' ' ORDER BY m)
                 FROM list_members m),
                (SELECT string_agg(concat_ws('/', campaign_id, seq, state, recalled), ' ' ORDER BY campaign_id, seq)
                 FROM deliveries),
                (SELECT count(*) FROM opt_out_proofs))
            """
        )
        return try #require(try await superuser.rows(statement) { try $0.text(0) }.first)
    }

    private static let seed = """
        INSERT INTO accounts (name) VALUES ('Acme'), ('Other');
        INSERT INTO lists (account_id, name) VALUES (1, 'News'), (1, 'Offers'), (2, 'Theirs');
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        SELECT CASE WHEN n < 21 THEN 1 ELSE 2 END, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.net'
        FROM generate_series(1, 21) AS n, LATERAL (SELECT 'c' || n || '@example.net') AS t(a);
        INSERT INTO list_members (list_id, contact_id, account_id, source, changed_at)
        SELECT l.list_id, c.contact_id, c.account_id, 'test', now() - interval '1 year'
        FROM contacts c JOIN lists l ON l.account_id = c.account_id;
        INSERT INTO campaigns (account_id, list_id, name, kind, state, version) VALUES
            (1, 1, 'January', 0, 2, 1), (1, 1, 'Receipt', 1, 2, 1), (1, 2, 'Sale', 0, 3, 1), (2, 3, 'Theirs', 0, 2, 1);
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, settings)
        SELECT campaign_id, 1, account_id, 'Hello', '<p>Hello</p>', jsonb_build_object('from',
               jsonb_build_object('address', 'a@acme.example'), 'language', CASE campaign_id WHEN 3 THEN 'de' ELSE 'en' END)
        FROM campaigns;
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
        SELECT k.campaign_id, CASE k.account_id WHEN 1 THEN c.contact_id ELSE 1 END, k.account_id, c.contact_id, k.list_id, 1
        FROM campaigns k JOIN contacts c ON c.account_id = k.account_id;
        """
}

/// Where a fault proxy listens.
struct FaultProxyAddress: Sendable {
    let port: Int

    func url(of database: PrivateDatabase, role: StatementRole) -> String {
        let direct = database.settings(role: role)
        return "postgresql://\(role.rawValue):test-only@127.0.0.1:\(port)/\(direct.database)?sslmode=disable"
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
    /// What kind of page it is.
    var state: String? { text.firstMatch(of: /<main data-state="([a-z-]+)">/).map { String($0.1) } }
    /// The proof that its undo button names.
    var proof: String? { text.firstMatch(of: /name="proof" value="(\d+)"/).map { String($0.1) } }
}
