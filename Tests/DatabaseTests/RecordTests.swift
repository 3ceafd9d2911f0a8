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
    static let uncertain = "UPDATE deliveries SET state = 6" + row1

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
            becomes: .deferred,
            because: "put back by the sweep: that is another attempt's",
            before: "UPDATE deliveries SET state = 2\(row1); INSERT INTO retries SELECT campaign_id, seq, account_id, "
                + "lane_id, now(), now() FROM deliveries\(row1)"
        ),
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
            #expect(try await totals.worker.markRedelivered(key) == 1)
            #expect(try await totals.worker.markFirstRedelivery([key, key]) == [], "it has a count already")
            try await totals.worker.clearRedelivered([key])
            #expect(try await totals.worker.markFirstRedelivery([key, key]) == [key])
            #expect(try await totals.worker.markRedelivered(key) == 2)
            try await totals.claim(campaign, [1])
            #expect(try await totals.worker.markRedelivered(key) == nil, "being sent: not to be rendered again")
            #expect(try await totals.worker.markFirstRedelivery([key]) == [])
            try await totals.recount(campaign)
        }
    }
}
