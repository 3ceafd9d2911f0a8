import Core
import Database
import DatabaseClient
import Foundation
import Logging
import NIOCore
import ReturnedMail
import Synchronization
import TestKit
import Testing

@testable import Inbound

/// A database with one campaign of 60 messages, keys that sign for them, and mails that came back.
struct InboundFixture: Sendable {
    static let domain = "bounces.example"

    let database: PrivateDatabase
    let pool: PostgresPool
    let ingest: Ingest
    let bell: Bell

    var store: InboundStore { ingest.store }

    static func with(_ body: (InboundFixture) async throws -> Void) async throws {
        try await PrivateDatabase.with { database in
            let connection = try await database.connect()
            try await connection.execute(seed)
            await connection.close()
            let pool = PostgresPool(settings: database.settings(role: .inbound), name: "test", size: 4)
            let bell = Bell()
            let fixture = try InboundFixture(
                database: database,
                pool: pool,
                ingest: ingest(on: pool, onStored: { bell.ring() }),
                bell: bell
            )
            try await body(fixture)
            await pool.close()
        }
    }

    static func ingest(
        on pool: PostgresPool,
        limits: MIMELimits = MIMELimits(),
        onStored: @escaping @Sendable () -> Void = {}
    ) throws -> Ingest {
        let keys = try keys()
        let sorter = MailSorter(keys: keys, seal: MailSeal(keys.identity), limits: limits)
        return Ingest(sorter: sorter, store: InboundStore(pool), log: silent, onStored: onStored)
    }

    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    static let tokenKey = String(repeating: "ab", count: 32)
    static let addressKey = String(repeating: "cd", count: 32)

    static func keys(_ byte: UInt8 = 0xAB) throws -> KeyRing {
        try KeyRing(
            keys: [TokenKey(id: 1, secret: [UInt8](repeating: byte, count: 32))],
            signing: 1,
            identity: AddressHashKey(secret: [UInt8](repeating: 0xCD, count: 32))
        )
    }

    private static let seed = """
        INSERT INTO accounts (name) VALUES ('acme');
        INSERT INTO lists (account_id, name) VALUES (1, 'news');
        INSERT INTO campaigns (account_id, list_id, name, state, version, audience, started_at, expires_at, finished_at)
        VALUES (1, 1, 'first', 6, 1, 60, now(), now() + interval '1 day', now());
        """

    /// The judge of this office.
    var judge: Judge {
        Judge(
            store: store,
            book: .builtIn,
            limits: MIMELimits(),
            retention: InboundRetention(contentDays: 30),
            log: Self.silent,
            bell: bell
        )
    }

    /// The first column of each row, as text, seen as superuser.
    func sql(_ sql: String) async throws -> [String] {
        let connection = try await database.connect()
        let rows = try await connection.rows(Statement("test-\(sql.hashValue)", sql)) {
            try $0.optionalText(0) ?? "NULL"
        }
        await connection.close()
        return rows
    }

    /// How many rows each table has, but for the numbers of what was not kept.
    func rows() async throws -> [String] {
        let tables = [
            "inbound_mails", "bounces", "suppressions", "deliveries", "retries", "replies", "audit", "events",
            "list_members", "contacts",
        ]
        return try await sql(tables.map { "SELECT '\($0) ' || count(*) FROM \($0)" }.joined(separator: " UNION ALL "))
    }

    /// Numbers by what they count.
    func counts() async throws -> [String] {
        try await sql("SELECT what || ':' || sum(n) FROM inbound_counts GROUP BY what ORDER BY what")
    }
}

/// Mails that came back.
enum Returned {
    /// The local part of a message's return path.
    static func local(_ seq: Seq, campaign: CampaignID = 1, signedBy byte: UInt8 = 0xAB) throws -> String {
        let token = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1)
        return KeyRing.bouncePrefix + String(decoding: try InboundFixture.keys(byte).sign(token), as: UTF8.self)
    }

    static func unsubscribe(_ seq: Seq) throws -> String {
        let token = TrackingToken.mailUnsubscribe(DeliveryKey(campaign: 1, seq: seq))
        return KeyRing.mailUnsubscribePrefix + String(decoding: try InboundFixture.keys().sign(token), as: UTF8.self)
    }

    /// A delivery report for a message, with CRLF; `note` makes it one of its own.
    static func bounce(to local: String, note: String = "", message: String = "Hello") -> [UInt8] {
        let text = """
            From: MAILER-DAEMON@mx.example
            To: \(local)@\(InboundFixture.domain)
            Subject: Undelivered Mail Returned to Sender
            Auto-Submitted: auto-replied
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

            --b1
            Content-Type: text/plain

            The mail system. \(note)
            .dots at the start of a line are stuffed
            --b1
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.example

            Final-Recipient: rfc822; ada@example.org
            Action: failed
            Status: 5.1.1
            Diagnostic-Code: smtp; 550 5.1.1 user unknown

            --b1
            Content-Type: message/rfc822

            Return-Path: <\(local)@\(InboundFixture.domain)>
            Subject: News

            \(message)
            --b1--

            """
        return Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
    }

    /// The content as it goes behind DATA: dots stuffed, ended by the lone dot.
    static func stuffed(_ mail: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isAtStart = true
        for byte in mail {
            if isAtStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isAtStart = byte == 0x0A
        }
        return result + Array(".\r\n".utf8)
    }

    /// Parts within parts.
    static func bomb(depth: Int, to local: String) -> [UInt8] {
        var text = "From: x@y.example\r\nTo: \(local)@\(InboundFixture.domain)\r\nSubject: boom\r\n"
        for level in 0..<depth {
            text += "Content-Type: multipart/mixed; boundary=\"b\(level)\"\r\n\r\n--b\(level)\r\n"
        }
        return Array((text + "\r\nbang\r\n").utf8)
    }
}
