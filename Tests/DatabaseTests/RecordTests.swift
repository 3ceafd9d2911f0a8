import Core
import Database
import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct RecordTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let given: DeliveryState
        let becomes: DeliveryState
        let because: Comment
        /// Done as superuser to row 1 before; `@` stands for the campaign.
        var before = ""

        var testDescription: String { because.rawValue }
    }

    static let row1 = " WHERE campaign_id = @ AND seq = 1"
    static let recalled = "UPDATE deliveries SET recalled = true" + row1
    static let uncertain = "UPDATE deliveries SET state = \(DeliveryState.uncertain.sql)" + row1

    static let putBack =
        "UPDATE deliveries SET state = \(DeliveryState.deferred.sql)\(row1); INSERT INTO retries SELECT campaign_id, seq, "
        + "account_id, lane_id, now(), now() FROM deliveries\(row1)"

    static let cases: [Case] = [
        Case(given: .accepted, becomes: .accepted, because: "250"),
        Case(given: .failed, becomes: .failed, because: "550"),
        Case(given: .deferred, becomes: .deferred, because: "451"),
        Case(given: .uncertain, becomes: .uncertain, because: "silence after the dot"),
        Case(given: .accepted, becomes: .accepted, because: "recalled too late", before: recalled),
        Case(given: .failed, becomes: .failed, because: "recalled, and refused anyway", before: recalled),
        Case(given: .deferred, becomes: .suppressed, because: "recalled: never tried again", before: recalled),
        Case(given: .accepted, becomes: .accepted, because: "the sweep was too early", before: uncertain),
        Case(
            given: .failed,
            becomes: .failed,
            because: "the sweep was too early, and it was refused",
            before: uncertain
        ),
        Case(given: .deferred, becomes: .uncertain, because: "swept: nobody tries again", before: uncertain),
        Case(given: .uncertain, becomes: .uncertain, because: "swept, and still unknown", before: uncertain),
        Case(
            given: .accepted,
            becomes: .accepted,
            because: "put back by the sweep, which was too early: sent again, it would arrive twice",
            before: putBack
        ),
        Case(given: .failed, becomes: .failed, because: "put back by the sweep, and refused", before: putBack),
        Case(given: .deferred, becomes: .deferred, because: "put back by the sweep, which says when", before: putBack),
        Case(given: .uncertain, becomes: .deferred, because: "put back by the sweep, by the policy", before: putBack),
    ]

    @Test(arguments: cases)
    func `a result changes its row and the totals, once`(row: Case) async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2])
            try await totals.superuser.execute(row.before.replacing("@", with: "\(campaign)"))
            let result = DeliveryResult.fixture(campaign, 1, row.given, waitSeconds: 60, text: "said so")
            for time in ["first", "repeated"] {
                try await totals.worker.record([result], finished: [])
                #expect(try await totals.state(campaign, 1) == row.becomes, "\(row.because), \(time)")
                let counts = try await totals.recount(campaign, "\(row.because), \(time)")
                #expect(counts.values.reduce(0, +) == 3)
            }
            let words = try await totals.number("SELECT count(*) FROM replies WHERE seq = 1 AND reply = 'said so'")
            #expect(words <= 1, "a repeated result is not told twice")
            #expect(try await totals.state(campaign, 2) == .sending, "a neighbour is left alone")
        }
    }

    @Test func `an old token changes nothing`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1], token: 1)
            try await totals.worker.record([.fixture(campaign, 1, .deferred, token: 1)], finished: [1])
            try await totals.claim(campaign, [1], attempt: 1, token: 2)
            for state in [DeliveryState.accepted, .failed, .deferred, .uncertain] {
                try await totals.worker.record([.fixture(campaign, 1, state, token: 1)], finished: [])
                #expect(try await totals.state(campaign, 1) == .sending, "I8: \(state)")
            }
            try await totals.worker.record([.fixture(campaign, 1, .accepted, token: 2)], finished: [2])
            #expect(try await totals.state(campaign, 1) == .accepted)
            #expect(try await totals.number("SELECT count(*) FROM claims") == 0)
            try await totals.recount(campaign)
        }
    }

    @Test func `results of several claims are recorded together, each with its own code`() async throws {
        try await Totals.with(contacts: 8) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2, 5, 6], token: 1)
            try await totals.claim(campaign, [3, 4, 7], token: 2)
            // Not in order, with one that failed among them, one of another claim, and one that stays unsaid.
            let results = [(7, 2, 250), (1, 1, 251), (2, 1, 252), (3, 2, 253), (4, 1, 254), (6, 1, 255)].map {
                DeliveryResult.fixture(campaign, Seq($0), .accepted, token: ClaimToken($1), code: Int16($2))
            }
            let failed = DeliveryResult.fixture(campaign, 5, .failed, token: 1, code: 550)
            try await totals.worker.record(results + [failed], finished: [1])
            #expect(try await totals.recount(campaign) == [.accepted: 5, .failed: 1, .sending: 1, .pending: 1])
            #expect(try await totals.state(campaign, 4) == .sending, "its claim is another one")
            for (seq, code) in [(1, 251), (2, 252), (3, 253), (4, 0), (5, 550), (6, 255), (7, 250)] {
                #expect(
                    try await totals.number("SELECT code::int8 FROM deliveries WHERE seq = \(seq)") == code,
                    "recipient \(seq)"
                )
            }
            #expect(try await totals.number("SELECT token FROM claims") == 2)
        }
    }

    @Test func `of two results for one row that of its claim counts, whichever comes first`() async throws {
        for tokens in [[9, 100], [100, 9]] as [[ClaimToken]] {
            try await Totals.with(contacts: 2) { totals in
                let campaign = try await totals.run()
                try await totals.claim(campaign, [1, 2])
                let results = tokens.map { DeliveryResult.fixture(campaign, 1, .accepted, token: $0) }
                try await totals.worker.record(results + [.fixture(campaign, 2, .accepted)], finished: [100])
                #expect(try await totals.recount(campaign) == [.accepted: 2])
                #expect(try await totals.number("SELECT count(*) FROM claims") == 0)
            }
        }
    }

    @Test func `a deferred row waits in retries, and comes back when it is due`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [1, 2])
            try await totals.worker.record(
                [
                    .fixture(campaign, 1, .deferred, waitSeconds: 3_600),
                    .fixture(campaign, 2, .deferred, countsAsAttempt: false),
                ],
                finished: [100]
            )
            #expect(try await totals.number("SELECT attempt::int8 FROM deliveries WHERE seq = 1") == 1)
            #expect(try await totals.number("SELECT attempt::int8 FROM deliveries WHERE seq = 2") == 0, "was put back")
            #expect(try await totals.claim(campaign, [1], attempt: 1, token: 2) == [.notDue])
            #expect(try await totals.claim(campaign, [2], token: 3) == [.claimed])
            #expect(try await totals.number("SELECT count(*) FROM retries") == 1)
            try await totals.recount(campaign)
        }
    }

    @Test func `a dead letter ends its row and keeps the reason`() async throws {
        try await Totals.with(contacts: 3) { totals in
            let campaign = try await totals.run()
            try await totals.claim(campaign, [2, 3])
            try await totals.worker.record([.fixture(campaign, 3, .deferred)], finished: [])
            for seq in [1, 2, 3] as [Seq] {
                let message = DeadLetter(
                    key: DeliveryKey(campaign: campaign, seq: seq),
                    reason: .renderError,
                    detail: "a field is missing",
                    queue: "jobs.default",
                    envelope: [1]
                )
                try await totals.worker.deadLetter(message, worker: "w")
            }
            #expect(try await totals.recount(campaign) == [.dead: 2, .sending: 1], "what is being sent is sent")
            #expect(try await totals.number("SELECT count(*) FROM dead_letters WHERE account_id = 1") == 3)
        }
    }

    @Test func `suspicion is raised, and taken back`() async throws {
        try await Totals.with(contacts: 1) { totals in
            let campaign = try await totals.run()
            let key = DeliveryKey(campaign: campaign, seq: 1)
            #expect(try await totals.worker.markRedelivered(key) == 1)
            #expect(try await totals.worker.markRedelivered(key) == 2)
            try await totals.worker.clearRedelivered([key])
            #expect(try await totals.worker.markRedelivered(key) == 2, "one of them is taken back, not all")
            #expect(try await totals.worker.markFirstRedelivery([key, key]) == [], "it has a count already")
            for _ in 0..<2 { try await totals.worker.clearRedelivered([key]) }
            #expect(try await totals.worker.markFirstRedelivery([key, key]) == [key])
            #expect(try await totals.worker.markRedelivered(key) == 2)
            try await totals.claim(campaign, [1])
            #expect(try await totals.worker.markRedelivered(key) == nil, "being sent: not to be rendered again")
            #expect(try await totals.worker.markFirstRedelivery([key]) == [])
            try await totals.recount(campaign)
        }
    }
}
