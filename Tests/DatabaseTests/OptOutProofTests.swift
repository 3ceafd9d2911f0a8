import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Whichever way somebody opts out: one proof, of one shape.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutProofTests {
    typealias Row = (way: OptOutWay, action: OptOutAction, hasMessage: Bool, because: Comment)

    static let table: [Row] = [
        (.oneClick, .list, true, "a mail program's button"),
        (.page, .list, true, "the message's link"),
        (.preferences, .list, true, "one list of several"),
        (.mail, .list, true, "to the message's unsubscribe address"),
        (.complaint, .all, true, "whoever calls it spam wants no other"),
        (.webhook, .list, true, "the provider's own link"),
        (.api, .list, false, "the account's own form"),
        (.commandLine, .list, false, "somebody called"),
        (.imported, .list, false, "from another system"),
    ]

    @Test(arguments: table)
    func `each way of opting out leaves one proof, however often it is repeated`(row: Row) async throws {
        try await Totals.with(contacts: 2) { totals in
            let key = DeliveryKey(campaign: try await totals.run(), seq: 1)
            for _ in 1...3 { try await totals.sayNo(row.way, key) }
            let proofs = try await totals.proofs()
            #expect(proofs.count == 1, row.because)
            let proof = try #require(proofs.first)
            #expect(proof.way == row.way.rawValue, row.because)
            #expect(proof.action == row.action.rawValue, row.because)
            #expect(proof.list == (row.action == .list ? Totals.list : 0), row.because)
            #expect(proof.message == (row.hasMessage ? key : nil), row.because)
            #expect(proof.isNew && proof.recalled == 1 && proof.onTheirWay == 0, row.because)
            #expect(proof.undoes == nil && !proof.source.isEmpty, row.because)
            #expect(try await totals.state(key.campaign, 1) == .suppressed, row.because)
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 1, row.because)
        }
    }

    @Test func `the table has every way`() { #expect(Self.table.map(\.way) == OptOutWay.allCases) }

    @Test func `who opts out in several ways has a proof of each, and one of them was the first`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let key = DeliveryKey(campaign: try await totals.run(), seq: 1)
            for way in [OptOutWay.page, .mail, .commandLine] { try await totals.sayNo(way, key) }
            let proofs = try await totals.proofs()
            #expect(proofs.map(\.way) == [OptOutWay.page, .mail, .commandLine].map(\.rawValue))
            // By hand it is another suppression, beside that of the recipient's own no.
            #expect(proofs.map(\.isNew) == [true, false, true])
        }
    }

    @Test func `what was removed and is said again is proved again`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let key = DeliveryKey(campaign: try await totals.run(), seq: 1)
            try await totals.sayNo(.commandLine, key)
            let removed = try await totals.admin.removeSuppressions(
                ofHash: try await totals.hash(),
                account: Totals.account,
                scope: nil,
                reason: "by mistake"
            )
            #expect(removed == 1)
            try await totals.sayNo(.imported, key)
            try await totals.sayNo(.commandLine, key)
            #expect(try await totals.proofs().map(\.way) == [7, 8, 7])
        }
    }

    @Test func `what a machine says, and an erasure, is no opt-out`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.accepted(1)
            let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1)
            try await totals.settle(.failure(of: "c1@example.net", .mailboxUnknown), from: origin)
            _ = try await totals.admin.erase(
                try await totals.hash(),
                hashKey: 1,
                account: Totals.account,
                reason: "asked"
            )
            #expect(try await totals.number("SELECT count(*) FROM suppressions") == 2)
            #expect(try await totals.proofs().isEmpty)
        }
    }

    @Test func `a report counts opt-outs by page and by mail apart`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.sayNo(.page, DeliveryKey(campaign: campaign, seq: 1))
            try await totals.sayNo(.mail, DeliveryKey(campaign: campaign, seq: 2))
            try await totals.sayNo(.complaint, DeliveryKey(campaign: campaign, seq: 3))
            let returned = try await totals.admin.returned(of: campaign, account: Totals.account)
            #expect(returned.left == 1)
            #expect(returned.unsubscribed == 1)
            #expect(returned.complaints == 1)
        }
    }
}

extension Totals {
    /// Opts out in one of the ways: of a list, or by a complaint to everything.
    fileprivate func sayNo(_ way: OptOutWay, _ key: DeliveryKey) async throws {
        let mail = Int64(try await number("SELECT count(*) FROM bounces")) + 1
        switch way {
        case .oneClick, .page, .preferences:
            _ = try await asWeb { try await $0.optOut(key, of: { .list($0.list) }, by: way) }
        case .mail, .webhook:
            try await settle(MailReport(.unsubscribe), from: .mailUnsubscribe(key), mail: mail, way: way)
        case .complaint: try await settle(MailReport(.complaint(.abuse)), from: .mailUnsubscribe(key), mail: mail)
        case .api: _ = try await asWeb { try await $0.suppress(byHand(way, try await hash())) }
        case .commandLine: _ = try await admin.suppress(byHand(way, try await hash()))
        case .imported: _ = try await admin.suppress([byHand(way, try await hash())], account: Totals.account)
        }
    }

    private func byHand(_ way: OptOutWay, _ hash: [UInt8]) -> Suppression {
        Suppression(
            account: Totals.account,
            addressHash: hash,
            hashKey: 1,
            scope: .list,
            list: Totals.list,
            reason: .byHand,
            source: "asked",
            way: way
        )
    }

    private func asWeb<Value: Sendable>(_ body: (AccountDatabase) async throws -> Value) async throws -> Value {
        let pool = PostgresPool(settings: database.settings(role: .web), name: "web", size: 1)
        do {
            let value = try await body(AccountDatabase(pool: pool, actor: "test"))
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Of the first contact.
    fileprivate func hash() async throws -> [UInt8] {
        let statement = Statement("hash-of-first", "SELECT address_hash FROM contacts ORDER BY contact_id LIMIT 1")
        return try #require(try await superuser.rows(statement) { try $0.bytes(0) }.first)
    }

    /// As `contacts show` has them.
    fileprivate func proofs() async throws -> [OptOutProof] {
        try await admin.card(
            of: try EmailAddress("c1@example.net"),
            hash: try await hash(),
            account: Totals.account,
            reason: "test"
        ).proofs
    }
}
