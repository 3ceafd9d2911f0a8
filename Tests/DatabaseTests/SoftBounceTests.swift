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
        try await Books.with(contacts: 2) { books in
            let campaign = try await books.run()
            try await books.refuse(campaign, 1, code: row.code, row.text)
            for _ in 0..<2 { try await books.judgeReplies() }
            #expect(try await books.suppressions() == row.suppressions, row.because)
            #expect(try await books.bounces() == row.bounces, row.because)
            #expect(try await books.number("SELECT count(*) FROM replies WHERE bounce_reason IS NULL") == 0)
        }
    }

    @Test func `a deferral counts for the statistics only, until the attempts are used up`() async throws {
        try await Books.with(contacts: 2) { books in
            let campaign = try await books.run()
            try await books.claim(campaign, [1])
            try await books.worker.record(
                [.fixture(campaign, 1, .deferred, text: "4.1.1 not now", code: 450)],
                finished: [100]
            )
            try await books.judgeReplies()
            #expect(try await books.bounces() == [])
            #expect(try await books.number("SELECT bounce_reason::int8 FROM replies") == 1)
            try await books.claim(campaign, [1], attempt: 1, token: 101)
            try await books.worker.record(
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
            try await books.judgeReplies()
            #expect(try await books.bounces() == ["0 3 2"], "the last one ended it")
        }
    }

    @Test func `words of our own are judged once and blame nobody`() async throws {
        try await Books.with(contacts: 2) { books in
            let campaign = try await books.run()
            try await books.claim(campaign, [1])
            try await books.worker.record(
                [.fixture(campaign, 1, .uncertain, text: "the connection was lost")],
                finished: [100]
            )
            try await books.judgeReplies()
            #expect(try await books.number("SELECT bounce_reason::int8 FROM replies") == 0)
            #expect(try await books.bounces() == [])
        }
    }

    struct Row: Sendable {
        /// What became of each of the recipient's letters, in order: `s`oft, `a`ccepted, `b`lock.
        let letters: String
        let isSuppressed: Bool
        let because: Comment
    }

    static let rows: [Row] = [
        Row(letters: "ss", isSuppressed: false, because: "two are not three"),
        Row(letters: "sss", isSuppressed: true, because: "three in a row"),
        Row(letters: "ssas", isSuppressed: false, because: "an accepted letter begins the row anew"),
        Row(letters: "ssass", isSuppressed: false, because: "two since"),
        Row(letters: "ssasss", isSuppressed: true, because: "three since"),
        Row(letters: "ssbs", isSuppressed: true, because: "a refusal of the sender says nothing of the mailbox"),
    ]

    @Test(arguments: rows)
    func `soft bounces suppress after three in a row`(row: Row) async throws {
        try await Books.with(contacts: 1) { books in
            for letter in row.letters {
                let campaign = try await books.run()
                switch letter {
                case "a": try await books.accept(campaign, [1])
                case "b": try await books.refuse(campaign, 1, code: 550, "5.7.1 rejected as spam")
                default: try await books.refuse(campaign, 1, code: 552, "5.2.2 mailbox full")
                }
                try await books.judgeReplies()
            }
            let expected = row.isSuppressed ? 1 : 0
            #expect(try await books.suppressions().count == expected, row.because)
            if row.isSuppressed {
                #expect(try await books.number("SELECT reason::int8 FROM suppressions") == 5)
            }
        }
    }

    @Test func `a bounce that comes later takes its acceptance back out of the row`() async throws {
        try await Books.with(contacts: 1) { books in
            for number in 1...3 {
                let campaign = try await books.accepted(1)
                try await books.settle(
                    .failure(of: nil, .mailboxFull),
                    from: .bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1),
                    mail: Int64(number)
                )
                #expect(try await books.suppressions().count == (number == 3 ? 1 : 0))
            }
        }
    }

    struct Late: Sendable {
        /// Each letter's age in days when it was taken, and whether a bounce has come back by mail.
        let letters: [(days: Int, hasBounced: Bool)]
        let isSuppressed: Bool
        let because: Comment
    }

    static let late: [Late] = [
        Late(
            letters: [(4, true), (3, true), (2, true), (0, false)],
            isSuppressed: true,
            because: "what was taken a moment ago shows nothing: its bounce may come"
        ),
        Late(
            letters: [(8, true), (7, true), (4, false), (2, true)],
            isSuppressed: true,
            because: "what was taken four days ago shows nothing yet"
        ),
        Late(
            letters: [(9, true), (8, true), (6, false), (2, true)],
            isSuppressed: false,
            because: "what was taken six days ago, and did not come back, has arrived"
        ),
        Late(
            letters: [(12, true), (11, true), (9, false), (8, true), (7, true), (6, true)],
            isSuppressed: true,
            because: "three since"
        ),
    ]

    @Test(arguments: late)
    func `bounces that come by mail take longer than the next letter`(row: Late) async throws {
        try await Books.with(contacts: 1) { books in
            var campaigns: [CampaignID] = []
            for letter in row.letters {
                let campaign = try await books.accepted(1)
                try await books.superuser.execute(
                    """
                    UPDATE deliveries SET changed_at = now() - interval '\(letter.days) days'
                    WHERE campaign_id = \(campaign)
                    """
                )
                campaigns.append(campaign)
            }
            // All letters are out when the bounces come.
            for (campaign, letter) in zip(campaigns, row.letters) where letter.hasBounced {
                try await books.settle(
                    .failure(of: nil, .mailboxFull),
                    from: .bounce(DeliveryKey(campaign: campaign, seq: 1), attempt: 1),
                    mail: Int64(campaign)
                )
            }
            #expect(try await books.suppressions().count == (row.isSuppressed ? 1 : 0), row.because)
        }
    }

    @Test func `how many and for how long is each account's own`() async throws {
        try await Books.with(contacts: 1) { books in
            try await books.superuser.execute("UPDATE accounts SET soft_bounces = 2, soft_bounce_days = 10")
            let old = try await books.run()
            try await books.refuse(old, 1, code: 552, "5.2.2 mailbox full")
            try await books.judgeReplies()
            try await books.superuser.execute("UPDATE bounces SET created_at = now() - interval '11 days'")
            for expected in [0, 1] {
                let campaign = try await books.run()
                try await books.refuse(campaign, 1, code: 552, "5.2.2 mailbox full")
                try await books.judgeReplies()
                #expect(try await books.suppressions().count == expected, "the one of 11 days ago does not count")
            }
        }
    }
}
