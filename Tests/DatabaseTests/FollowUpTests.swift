import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// A campaign that mails those whom another one did not reach.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct FollowUpTests {
    /// Contacts 1 and 2 accepted, 3 and 4 failed, 5 uncertain, 6 expired; finished.
    private static func finished(_ totals: Totals, kind: CampaignKind = .marketing) async throws -> CampaignID {
        let campaign = try await totals.run(kind: kind)
        try await totals.superuser.execute(
            """
            UPDATE deliveries SET state = CASE WHEN seq <= 2 THEN 3 WHEN seq <= 4 THEN 4 WHEN seq = 5 THEN 6 ELSE 8 END
            """
        )
        #expect(try await totals.producer().finish(campaign))
        return campaign
    }

    static let table: [(state: DeliveryState, contacts: [Int64])] = [
        (.failed, [3, 4]), (.uncertain, [5]), (.expired, [6]),
    ]

    @Test(arguments: table)
    func `its audience is who was left in that state`(row: (state: DeliveryState, contacts: [Int64])) async throws {
        try await Totals.with(contacts: 6) { totals in
            let first = try await Self.finished(totals)
            let second = try await totals.admin.createFollowUp(
                of: first,
                account: Totals.account,
                state: row.state,
                name: "Again"
            )
            // Who joins the list meanwhile is not for it.
            try await totals.superuser.execute(
                """
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                VALUES (1, 'new@example.net', 'new@example.net', 1, sha256('new'), 1, 'example.net');
                INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT 1, max(contact_id), 1, 'test'
                FROM contacts
                """
            )
            try await totals.admin.start(second, account: Totals.account, at: nil)
            try await totals.producer().lease(seconds: 60)
            #expect(try await totals.freezer().freeze(second) { _ in [] }?.audience == row.contacts.count)
            let contacts = try await totals.superuser.rows(.contactsOf, [.int32(second)]) { try $0.int64(0) }
            #expect(contacts == row.contacts)
            try await totals.recount(second)
            let report = try #require(try await totals.admin.report(on: second, account: Totals.account))
            #expect(report.follows?.campaign == first)
            #expect(report.follows?.state == row.state)
            #expect(try await totals.admin.message(of: second, account: Totals.account)?.subject == "Hello")
        }
    }

    @Test(arguments: FreezeTests.optOuts, CampaignKind.allCases)
    func `who has opted out is not mailed by it`(row: FreezeTests.OptOut, kind: CampaignKind) async throws {
        try await Totals.with(contacts: 3) { totals in
            let first = try await totals.run(kind: kind)
            try await totals.superuser.execute("UPDATE deliveries SET state = 4")
            #expect(try await totals.producer().finish(first))
            try await totals.superuser.execute(row.before)
            let second = try await totals.admin.createFollowUp(
                of: first,
                account: Totals.account,
                state: .failed,
                name: "Again"
            )
            try await totals.admin.start(second, account: Totals.account, at: nil)
            try await totals.producer().lease(seconds: 60)
            _ = try await totals.freezer().freeze(second) { _ in [] }
            let expected = kind == .marketing ? row.states.marketing : row.states.transactional
            let counts = try await totals.recount(second, row.because)
            #expect(counts[.suppressed] ?? 0 == (expected == .suppressed ? 1 : 0), row.because)
            #expect(counts[.pending] == (expected == .pending ? 3 : 2), row.because)
        }
    }

    @Test func `what is not over has nobody left, and nobody left is not started`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let running = try await totals.run()
            await #expect(throws: FollowUpRefused(campaign: running, state: .running)) {
                try await totals.admin.createFollowUp(of: running, account: Totals.account, state: .failed, name: "x")
            }
            try await totals.superuser.execute("UPDATE deliveries SET state = 3")
            #expect(try await totals.producer().finish(running))
            let empty = try await totals.admin.createFollowUp(
                of: running,
                account: Totals.account,
                state: .failed,
                name: "x"
            )
            let refused = await #expect(throws: RequestRefused.self) {
                try await totals.admin.start(empty, account: Totals.account, at: nil)
            }
            #expect(refused?.why == .nobodyLeft(by: running))
        }
    }
}

extension Statement {
    fileprivate static let contactsOf = Statement(
        "contacts-of",
        "SELECT contact_id FROM deliveries WHERE campaign_id = $1 ORDER BY contact_id"
    )
}
