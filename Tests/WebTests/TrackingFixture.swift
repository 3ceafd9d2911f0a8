import Core
import Database
import DatabaseClient
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import TestKit

@testable import Web

/// Pixels and links on a router of their own, with the totals they need.
struct TrackingFixture {
    let keys: KeyRing
    let buffer: EventBuffer
    let links: LinkCache
    let pool: PostgresPool

    static let browser: HTTPFields = [.userAgent: RawHTTP.browser]
    static let number = TokenNumber(high: 1, low: 2)

    /// `database`: `nil` for one that does not answer.
    init(_ database: PrivateDatabase?) throws {
        let settings =
            try database.map { $0.settings(role: .web) }
            ?? PostgresSettings(
                // Nobody listens on port 1.
                parsing: "postgresql://veredus_web:x@127.0.0.1:1/veredus?sslmode=disable&connect_timeout=1"
            )
        keys = try Self.ring(id: 1)
        pool = PostgresPool(settings: settings, name: "web", size: 2)
        buffer = EventBuffer(capacity: 1_000)
        links = LinkCache(TrackedLinkStore(pool), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    static func ring(id: UInt8, secret: UInt8 = 5) throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: id, secret: [UInt8](repeating: secret, count: 32))],
            signing: id,
            identity: AddressHashKey(secret: [UInt8](repeating: 9, count: 32))
        )
    }

    func application() -> some ApplicationProtocol {
        let router = Router(context: WebContext.self)
        router.add(middleware: SecurityHeaders())
        TrackingRoutes(keys: keys, tracking: Tracking(buffer: buffer, links: links)).add(to: router)
        return Application(router: router)
    }

    func text(_ token: TrackingToken) -> String { String(decoding: keys.sign(token), as: UTF8.self) }

    /// All that was counted, as it would be published.
    func events() -> [TrackedEvent] { buffer.take(limit: .max, all: true).map(\.event) }

    /// A database with a campaign 1 that has links 1 and 2, tracked as told.
    static func with(
        tracking: TrackingMode = .aggregate,
        _ body: (TrackingFixture, PostgresConnection) async throws -> Void
    ) async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(
                """
                INSERT INTO accounts (name) VALUES ('Test');
                INSERT INTO lists (account_id, name) VALUES (1, 'News');
                INSERT INTO campaigns (account_id, list_id, name, tracking, state, version, started_at)
                VALUES (1, 1, 'x', \(tracking.rawValue), 2, 1, now());
                INSERT INTO links VALUES (1, 1, 1, 1, 'https://shop.example/offer?a=1#b'),
                    (1, 1, 2, 1, 'http://shop.example'), (1, 1, 3, 1, 'javascript:alert(1)'),
                    (1, 1, 4, 1, 'https://shop.example@evil.example/');
                """
            )
            let fixture = try TrackingFixture(database)
            try await body(fixture, superuser)
            await fixture.pool.close()
            await superuser.close()
        }
    }
}
