import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Refusals during SMTP count exactly as bounces, and soft ones suppress when they are too many in a row.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct SoftBounceTests {
    static let replies: [(code: Int16, text: String, suppressions: [String], bounces: [String], because: Comment)] = [
        (
            550, "5.1.1 no such user", ["0/1 campaign 1: mailbox-unknown 5.1.1"], ["0 1 1"],
            "as a bounce with the same words does"
        ),
        (552, "5.2.2 mailbox full", [], ["0 3 2"], "soft: counted"),
        (550, "5.7.1 your address is on a block list", [], ["0 4 3"], "about the sender: suppresses nobody"),
        (554, "what", [], ["0 11 2"], "not understood: soft"),
    ]

    @Test(arguments: replies)
    func `a refusal during SMTP counts exactly as a bounce`(
        row: (code: Int16, text: String, suppressions: [String], bounces: [String], because: Comment)
    ) async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.refuse(campaign, 1, code: row.code, row.text)
            for _ in 0..<2 { try await totals.judgeReplies() }
            #expect(try await totals.suppressions() == row.suppressions, row.because)
            #expect(try await totals.bounces() == row.bounces, row.because)
            #expect(try await totals.number("SELECT count(*) FROM replies WHERE bounce_reason IS NULL") == 0)
        }
    }

    @Test func `a deferral counts for the statistics only, until the attempts are used up`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1])
            try await totals.worker.record(
                [.fixture(campaign, 1, .deferred, text: "4.1.1 not now", code: 450)],
                finished: [100]
            )
            try await totals.judgeReplies()
            #expect(try await totals.bounces() == [])
            #expect(try await totals.number("SELECT bounce_reason::int8 FROM replies") == 1)
            try await totals.claim(campaign, [1], attempt: 1, token: 101)
            try await totals.worker.record(
                [
                    .fixture(
                        campaign,
                        1,
                        .failed,
                        token: 101,
                        text: "4.2.2 mailbox full",
                        code: 452,
                        reason: .attemptsExhausted,
                        judgement: .later
                    )
                ],
                finished: [101]
            )
            try await totals.judgeReplies()
            #expect(try await totals.bounces() == ["0 3 2"], "the last one ended it")
        }
    }

    @Test func `words of our own are judged once and blame nobody`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1])
            try await totals.worker.record(
                [.fixture(campaign, 1, .uncertain, text: "the connection was lost")],
                finished: [100]
            )
            try await totals.judgeReplies()
            #expect(try await totals.number("SELECT bounce_reason::int8 FROM replies") == 0)
            #expect(try await totals.bounces() == [])
        }
    }

    struct Row: Sendable {
        /// What became of each of the recipient's messages, in order: `s`oft, `a`ccepted, `b`lock.
        let messages: String
        let isSuppressed: Bool
        let because: Comment
    }

    static let rows: [Row] = [
        Row(messages: "ss", isSuppressed: false, because: "two are not three"),
        Row(messages: "sss", isSuppressed: true, because: "three in a row"),
        Row(messages: "ssas", isSuppressed: false, because: "an accepted message begins the row anew"),
        Row(messages: "ssass", isSuppressed: false, because: "two since"),
        Row(messages: "ssasss", isSuppressed: true, because: "three since"),
        Row(messages: "ssbs", isSuppressed: true, because: "a refusal of the sender says nothing of the mailbox"),
    ]

    @Test(arguments: rows)
    func `soft bounces suppress after three in a row`(row: Row) async throws {
        try await Totals.with(contacts: 1) { totals in
            for message in row.messages {
                let campaign = try await totals.run()
                switch message {
                case "a": try await totals.accept(campaign, [1])
                case "b": try await totals.refuse(campaign, 1, code: 550, "5.7.1 rejected as spam")
                default: try await totals.refuse(campaign, 1, code: 552, "5.2.2 mailbox full")
                }
                try await totals.judgeReplies()
            }
            let expected = row.isSuppressed ? 1 : 0
            #expect(try await totals.suppressions().count == expected, row.because)
            if row.isSuppressed {
                #expect(try await totals.number("SELECT reason::int8 FROM suppressions") == 5)
            }
        }
    }

    @Test func `a bounce that comes later takes its acceptance back out of the row`() async throws {
        try await Totals.with(contacts: 1) { totals in
            for number in 1...3 {
                let campaign = try await totals.accepted(1)
                try await totals.settle(
                    .failure(of: nil, .mailboxFull),
                    from: .bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1),
                    mail: Int64(number)
                )
                #expect(try await totals.suppressions().count == (number == 3 ? 1 : 0))
            }
        }
    }

    struct Late: Sendable {
        /// Each message's age in days when it was taken, and whether a bounce has come back by mail.
        let messages: [(days: Int, hasBounced: Bool)]
        let isSuppressed: Bool
        let because: Comment
    }

    static let late: [Late] = [
        Late(
            messages: [(4, true), (3, true), (2, true), (0, false)],
            isSuppressed: true,
            because: "what was taken a moment ago shows nothing: its bounce may come"
        ),
        Late(
            messages: [(8, true), (7, true), (4, false), (2, true)],
            isSuppressed: true,
            because: "what was taken four days ago shows nothing yet"
        ),
        Late(
            messages: [(9, true), (8, true), (6, false), (2, true)],
            isSuppressed: false,
            because: "what was taken six days ago, and did not come back, has arrived"
        ),
        Late(
            messages: [(12, true), (11, true), (9, false), (8, true), (7, true), (6, true)],
            isSuppressed: true,
            because: "three since"
        ),
    ]

    @Test(arguments: late)
    func `bounces that come by mail take longer than the next message`(row: Late) async throws {
        try await Totals.with(contacts: 1) { totals in
            var campaigns: [CampaignID] = []
            for message in row.messages {
                let campaign = try await totals.accepted(1)
                try await totals.superuser.execute(
                    """
                    UPDATE deliveries SET changed_at = now() - interval '\(message.days) days'
                    WHERE campaign_id = \(campaign)
                    """
                )
                campaigns.append(campaign)
            }
            // All messages are out when the bounces come.
            for (campaign, message) in zip(campaigns, row.messages) where message.hasBounced {
                try await totals.settle(
                    .failure(of: nil, .mailboxFull),
                    from: .bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1),
                    mail: Int64(campaign)
                )
            }
            #expect(try await totals.suppressions().count == (row.isSuppressed ? 1 : 0), row.because)
        }
    }

    @Test func `how many and for how long is each account's own`() async throws {
        try await Totals.with(contacts: 1) { totals in
            try await totals.superuser.execute("UPDATE accounts SET soft_bounces = 2, soft_bounce_days = 10")
            let old = try await totals.run()
            try await totals.refuse(old, 1, code: 552, "5.2.2 mailbox full")
            try await totals.judgeReplies()
            try await totals.superuser.execute("UPDATE bounces SET created_at = now() - interval '11 days'")
            for expected in [0, 1] {
                let campaign = try await totals.run()
                try await totals.refuse(campaign, 1, code: 552, "5.2.2 mailbox full")
                try await totals.judgeReplies()
                #expect(try await totals.suppressions().count == expected, "the one of 11 days ago does not count")
            }
        }
    }
}
