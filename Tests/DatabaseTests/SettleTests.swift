import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// What a mail that came back does to the totals, once its signed address has verified.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct SettleTests {
    struct Case: Sendable {
        let report: MailReport
        let settlement: MailSettlement
        let suppressions: [String]
        /// Kind, reason, consequence.
        let bounces: [String]
        let because: Comment
    }

    static let address = "c1@example.net"
    static let table: [Case] = [
        Case(
            report: .failure(of: address, .mailboxUnknown),
            settlement: .bounce,
            suppressions: ["0/1 campaign 1: mailbox-unknown 5.1.1"],
            bounces: ["1 1 1"],
            because: "no such mailbox, for good: nothing is mailed there any more"
        ),
        Case(
            report: .failure(of: address, .mailboxUnknown, isPermanent: false),
            settlement: .bounce,
            suppressions: [],
            bounces: ["1 1 2"],
            because: "codes that disagree are soft, and one soft bounce suppresses nobody"
        ),
        Case(
            report: .failure(of: address, .policy),
            settlement: .bounce,
            suppressions: [],
            bounces: ["1 4 3"],
            because: "it is about the sender"
        ),
        Case(
            report: .failure(of: address, .mailboxUnknown, .delayed),
            settlement: .nothing,
            suppressions: [],
            bounces: [],
            because: "34: only what failed counts"
        ),
        Case(
            report: .failure(of: "postmaster@elsewhere.example", .mailboxUnknown),
            settlement: .bounce,
            suppressions: ["0/1 campaign 1: mailbox-unknown 5.1.1"],
            bounces: ["1 1 1"],
            because: "35: the signed return path says whose it is, whatever address the report names"
        ),
        Case(
            report: MailReport(recipients: [
                MailReport.failure(of: "a@elsewhere.example", .mailboxUnknown).recipients[0],
                MailReport.failure(of: "b@elsewhere.example", .mailboxUnknown, .delivered).recipients[0],
            ]),
            settlement: .nothing,
            suppressions: [],
            bounces: [],
            because: "an alias of two, and one of them has it"
        ),
        Case(
            report: MailReport(.complaint(.abuse)),
            settlement: .complaint,
            suppressions: ["0/2 complaint about campaign 1"],
            bounces: ["2 0 0"],
            because: "36: whoever calls it spam wants no other"
        ),
        Case(
            report: MailReport(.complaint(.optOut)),
            settlement: .complaint,
            suppressions: ["0/2 complaint about campaign 1"],
            bounces: ["3 0 0"],
            because: "a provider's list of complaints: suppressed, and no complaint about this campaign"
        ),
        Case(
            report: MailReport(.complaint(.notSpam)),
            settlement: .nothing,
            suppressions: [],
            bounces: [],
            because: "36: not-spam never suppresses"
        ),
        Case(
            report: MailReport(.unsubscribe),
            settlement: .unsubscribe,
            suppressions: ["2/0 mail about campaign 1"],
            bounces: ["3 0 0"],
            because: "the mail form of List-Unsubscribe is about its list"
        ),
        Case(
            report: MailReport(.autoReply),
            settlement: .nothing,
            suppressions: [],
            bounces: [],
            because: "37: a vacation is no bounce"
        ),
        Case(
            report: MailReport(.other),
            settlement: .nothing,
            suppressions: [],
            bounces: [],
            because: "what is not understood changes nothing"
        ),
    ]

    @Test(arguments: table)
    func `what follows from a mail is decided by its kind alone`(row: Case) async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.accepted(1)
            let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1)
            #expect(try await totals.settle(row.report, from: origin) == row.settlement, row.because)
            #expect(try await totals.suppressions() == row.suppressions, row.because)
            #expect(try await totals.bounces() == row.bounces, row.because)
            #expect(try await totals.state(campaign, 1) == .accepted, "what was taken stays taken")
            #expect(try await totals.number("SELECT count(*) FROM audit WHERE subject LIKE '%@%'") == 0)
            try await totals.recount(campaign)
        }
    }

    @Test func `without a signed address nothing changes`() async throws {
        try await Totals.with(contacts: 2) { totals in
            _ = try await totals.accepted(1)
            let report = MailReport.failure(of: Self.address, .mailboxUnknown)
            #expect(try await totals.settle(report, from: nil) == .notOurs)
            let stranger = TrackingToken.bounce(DeliveryKey(campaign: 99, seq: 1), attempt: 1)
            #expect(try await totals.settle(report, from: stranger) == .notOurs, "a message of another database")
            #expect(try await totals.suppressions() == [])
            #expect(try await totals.bounces() == [])
        }
    }

    @Test func `a mail that is settled twice counts once`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.accepted(1)
            let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1)
            for _ in 0..<2 { try await totals.settle(.failure(of: nil, .mailboxUnknown), from: origin, mail: 7) }
            #expect(try await totals.bounces() == ["1 1 1"])
            #expect(try await totals.number("SELECT count(*) FROM audit WHERE action = 'suppress.all'") == 1)
        }
    }

    @Test func `a hard bounce recalls what is queued for the address, and the address is in no column`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let first = try await totals.accepted(1)
            let second = try await totals.run(kind: .transactional)
            let origin = TrackingToken.bounce(DeliveryKey(campaign: first, seq: 1), attempt: 1)
            let report = MailReport.failure(
                of: Self.address,
                .mailboxUnknown,
                diagnostic: "550 5.1.1 <C1@example.net> via forwarded.to@other.example unknown"
            )
            try await totals.settle(report, from: origin)
            #expect(try await totals.state(second, 1) == .suppressed)
            #expect(try await totals.state(second, 2) == .pending)
            try await totals.recount(second)
            let details = try await totals.superuser.rows(Statement("details", "SELECT detail FROM bounces")) {
                try $0.text(0)
            }
            #expect(details == ["550 5.1.1 <<address>> via <address> unknown"])
        }
    }

    @Test func `a hard bounce outlives the contact and an import that brings the address back`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let first = try await totals.accepted(1)
            let origin = TrackingToken.bounce(DeliveryKey(campaign: first, seq: 1), attempt: 1)
            try await totals.settle(.failure(of: Self.address, .mailboxUnknown), from: origin)
            // As an erasure leaves the row, and an import makes it anew.
            try await totals.superuser.execute(
                """
                UPDATE contacts SET status = 1, address = '', address_key = 'erased:1', domain = '' WHERE contact_id = 1;
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT 1, 'c1@example.net', 'c1@example.net', 1, address_hash, 1, 'example.net' FROM contacts
                WHERE contact_id = 1;
                INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT 1, max(contact_id), 1, 'again'
                FROM contacts;
                """
            )
            let next = try await totals.run(kind: .transactional)
            #expect(
                try await totals.number(
                    "SELECT state::int8 FROM deliveries WHERE campaign_id = \(next) AND contact_id = 3"
                ) == 5
            )
        }
    }

    static let evidence: [(report: MailReport, attempt: UInt16, state: DeliveryState, because: Comment)] = [
        (.failure(of: nil, .mailboxFull), 1, .failed, "the last attempt bounced"),
        (.failure(of: nil, .mailboxFull), 2, .uncertain, "a bounce of another attempt says nothing of this one"),
        (.failure(of: nil, .unknown, .delayed), 1, .accepted, "whoever delays it has taken it"),
        (MailReport(.autoReply), 1, .accepted, "who answers has got it"),
        (MailReport(.complaint(.notSpam)), 1, .accepted, "who has an opinion has got it"),
        (MailReport(.complaint(.abuse)), 1, .accepted, "the same"),
        (MailReport(.unsubscribe), 1, .accepted, "the same"),
        (MailReport(.other), 1, .uncertain, "what is not understood proves nothing"),
    ]

    @Test(arguments: evidence)
    func `an uncertain message is resolved by what comes back`(
        row: (report: MailReport, attempt: UInt16, state: DeliveryState, because: Comment)
    ) async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1])
            try await totals.worker.record([.fixture(campaign, 1, .uncertain)], finished: [100])
            let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: row.attempt)
            try await totals.settle(row.report, from: origin)
            #expect(try await totals.state(campaign, 1) == row.state, row.because)
            try await totals.recount(campaign)
            let page = try await totals.admin.recount(campaign, account: Totals.account, lane: 1, above: 0, upTo: 2)
            #expect(page.flawed.map(\.flaw) == [], "an audit of the totals finds the reason")
        }
    }
}

extension Totals {
    /// A campaign of which one row was accepted, in attempt 1.
    func accepted(_ seq: Seq, token: ClaimToken = 100) async throws -> CampaignID {
        let campaign = try await run()
        try await accept(campaign, [seq], token: token)
        return campaign
    }

    func accept(_ campaign: CampaignID, _ seqs: [Seq], token: ClaimToken = 100) async throws {
        try await claim(campaign, seqs, token: token)
        try await worker.record(
            seqs.map { .fixture(campaign, $0, .accepted, token: token, code: 250) },
            finished: [token]
        )
    }

    /// Kind, reason and consequence of every bounce.
    func bounces() async throws -> [String] {
        try await superuser.rows(
            Statement("all-bounces", "SELECT format('%s %s %s', kind, reason, consequence) FROM bounces ORDER BY 1")
        ) { try $0.text(0) }
    }
}
