import Core
import DatabaseClient
import TestKit
import Testing

@testable import Database

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct FreezeTests {
    @Test func `each lane is one contiguous range of numbers`() async throws {
        try await Totals.with(contacts: 30) { totals in
            try await totals.superuser.execute(
                """
                INSERT INTO lanes VALUES (2, 'slow'), (3, 'none');
                INSERT INTO lane_domains VALUES ('slow.example', 2), ('none.example', 3);
                UPDATE contacts SET domain = 'slow.example' WHERE contact_id % 3 = 0;
                """
            )
            let campaign = try await totals.run()
            let lanes = try #require(try await totals.producer().leased().first?.lanes)
            #expect(lanes.map(\.name) == ["default", "slow"], "a lane without recipients is none")
            #expect(lanes.map { $0.firstSeq...$0.lastSeq } == [1...20, 21...30])
            #expect(lanes.map(\.cursor) == [0, 20])
            #expect(lanes.map(\.pending) == [20, 10])
            let strays = try await totals.number(
                """
                SELECT count(*) FROM deliveries d JOIN contacts c USING (contact_id)
                WHERE (d.lane_id = 2) <> (d.seq > 20) OR (d.lane_id = 2) <> (c.domain = 'slow.example')
                """
            )
            #expect(strays == 0)
            #expect(try await totals.recount(campaign) == [.pending: 30])
        }
    }

    struct OptOut: Sendable, CustomTestStringConvertible {
        let because: Comment
        /// Done as superuser to contact 1 before the freeze.
        let before: String
        /// In a marketing campaign, and in a transactional one; `nil` is not in the audience.
        let states: (marketing: DeliveryState?, transactional: DeliveryState?)

        var testDescription: String { because.rawValue }
    }

    static func suppression(_ scope: Int, list: Int = 0) -> String {
        """
        INSERT INTO suppressions SELECT 1, 1, address_hash, \(scope), \(list), 0 FROM contacts WHERE contact_id = 1
        """
    }

    static func lostOptOut(bytes: Int) -> String {
        """
        INSERT INTO lost_opt_outs (account_id, mark)
        SELECT 1, substring(address_hash FROM 1 FOR \(bytes)) FROM contacts WHERE contact_id = 1
        """
    }

    static let optOuts: [OptOut] = [
        OptOut(because: "all mail", before: suppression(0), states: (.suppressed, .suppressed)),
        OptOut(because: "marketing", before: suppression(1), states: (.suppressed, .pending)),
        OptOut(because: "this list", before: suppression(2, list: 1), states: (.suppressed, .pending)),
        OptOut(because: "another list", before: suppression(2, list: 2), states: (.pending, .pending)),
        OptOut(
            because: "another account",
            before: "INSERT INTO accounts (name) VALUES ('Other'); INSERT INTO suppressions "
                + "SELECT 2, 1, address_hash, 0, 0, 0 FROM contacts WHERE contact_id = 1",
            states: (.pending, .pending)
        ),
        OptOut(
            because: "under an older key of the same hash",
            before: "INSERT INTO suppressions SELECT 1, 9, address_hash, 0, 0, 0 FROM contacts WHERE contact_id = 1",
            states: (.suppressed, .suppressed)
        ),
        OptOut(
            because: "blocked for the whole service",
            before: "INSERT INTO service_blocks (key_version, address_hash, reason, created_by) "
                + "SELECT 1, address_hash, 'test', 'test' FROM contacts WHERE contact_id = 1",
            states: (.suppressed, .suppressed)
        ),
        OptOut(
            because: "an opt-out of a message that was forgotten, by a mark of six bytes",
            before: lostOptOut(bytes: 6),
            states: (.suppressed, .pending)
        ),
        OptOut(because: "by one of eight", before: lostOptOut(bytes: 8), states: (.suppressed, .pending)),
        OptOut(
            because: "left the list: not in marketing's audience; transactional mail obeys only the scope all",
            before: "UPDATE list_members SET status = 1 WHERE contact_id = 1",
            states: (nil, .pending)
        ),
        OptOut(
            because: "erased: not in the audience",
            before: "UPDATE contacts SET status = 1 WHERE contact_id = 1",
            states: (nil, nil)
        ),
    ]

    @Test(arguments: optOuts, [(CampaignKind.marketing, 0), (.marketing, 3), (.transactional, 0), (.transactional, 3)])
    func `who has opted out is not mailed`(row: OptOut, campaign: (kind: CampaignKind, few: Int)) async throws {
        let kind = campaign.kind
        try await Totals.with(contacts: 3) { totals in
            try await totals.superuser.execute(row.before)
            let campaign = try await totals.run(kind: kind, few: campaign.few)
            let expected = kind == .marketing ? row.states.marketing : row.states.transactional
            let counts = try await totals.recount(campaign, row.because)
            #expect(counts.values.reduce(0, +) == (expected == nil ? 2 : 3), row.because)
            let states = try await totals.superuser.rows(.stateOfContact, [.int64(1)]) { try $0.int16(0) }
            #expect(states.first.flatMap(DeliveryState.init) == expected, row.because)
        }
    }

    @Test(arguments: [Statement.freezeOptOuts, .freezeOptOutsOfFew])
    func `who left the list or was erased after the audience was read is not mailed`(statement: Statement) async throws
    {
        try await Totals.with(contacts: 4) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                """
                UPDATE list_members SET status = \(MembershipStatus.unsubscribed.sql) WHERE contact_id = 1;
                UPDATE contacts SET status = \(ContactStatus.erased.sql) WHERE contact_id = 2
                """
            )
            let values: [PostgresValue] = [
                .int32(campaign), .int32(Totals.account), .int32(Totals.list), .int16(CampaignKind.marketing.rawValue),
            ]
            let marked = try await totals.producerPool.withConnection { try await $0.run(statement, values) }
            #expect(marked == 2)
            #expect(try await totals.recount(campaign) == [.pending: 2, .suppressed: 2])
        }
    }

    @Test func `who opts out while it is being frozen is not mailed`() async throws {
        try await Totals.with(contacts: 200) { totals in
            let campaign = try await totals.start()
            async let frozen = totals.freezer().freeze(campaign) { _ in [] }
            for contact in 1...40 {
                let hash = try await totals.superuser.rows(.hashOf, [.int64(Int64(contact))]) { try $0.bytes(0) }
                _ = try await totals.admin.suppress(
                    Suppression(
                        account: Totals.account,
                        addressHash: try #require(hash.first),
                        hashKey: 1,
                        scope: .all,
                        list: 0,
                        reason: .unsubscribe,
                        source: "test",
                        way: .commandLine
                    )
                )
            }
            #expect(try await frozen?.audience == 200)
            #expect(try await totals.recount(campaign) == [.pending: 160, .suppressed: 40])
        }
    }

    @Test func `it is frozen once, and by its driver alone`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.start()
            #expect(try await totals.freezer(token: 8).freeze(campaign) { _ in [] } == nil, "not the driver")
            #expect(try await totals.recount(campaign) == [:])
            #expect(try await totals.freezer().freeze(campaign) { _ in [(1, "https://a.example")] }?.audience == 3)
            #expect(try await totals.freezer().freeze(campaign) { _ in [] } == nil, "frozen already")
            #expect(try await totals.recount(campaign) == [.pending: 3])
            #expect(try await totals.number("SELECT count(*) FROM links") == 1)
        }
    }

    @Test func `two that freeze at once write one row a recipient`() async throws {
        try await Totals.with(contacts: 500) { totals in
            let campaign = try await totals.start()
            let audiences = try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 1...3 { group.addTask { try await totals.freezer().freeze(campaign) { _ in [] }?.audience } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(audiences.compactMap(\.self) == [500])
            #expect(try await totals.recount(campaign) == [.pending: 500])
        }
    }

    @Test func `a message that does not compile leaves the campaign as it was`() async throws {
        struct Broken: Error {}
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.start()
            await #expect(throws: Broken.self) { try await totals.freezer().freeze(campaign) { _ in throw Broken() } }
            #expect(try await totals.recount(campaign) == [:])
            #expect(try await totals.number("SELECT count(*) FROM campaigns WHERE state = 1") == 1)
        }
    }

    @Test func `nothing is frozen before its time, nor after a cancel`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.start()
            try await totals.superuser.execute("UPDATE campaigns SET start_at = now() + interval '1 hour'")
            #expect(try await totals.freezer().freeze(campaign) { _ in [] } == nil)
            try await totals.superuser.execute("UPDATE campaigns SET start_at = now()")
            try await totals.admin.ask(.cancel, of: campaign, account: Totals.account)
            #expect(try await totals.freezer().freeze(campaign) { _ in [] } == nil)
            #expect(try await totals.recount(campaign) == [:])
            #expect(try await totals.producer().finish(campaign), "a campaign without rows is cancelled at once")
            #expect(try await totals.number("SELECT state::int8 FROM campaigns") == 5)
        }
    }
}

extension Statement {
    fileprivate static let hashOf = Statement("hash-of", "SELECT address_hash FROM contacts WHERE contact_id = $1")
    fileprivate static let stateOfContact = Statement(
        "state-of-contact",
        "SELECT state FROM deliveries WHERE contact_id = $1"
    )
}
