import Core
import DatabaseClient
import TestKit
import Testing

extension Scenarios {
    /// The oracle is checked as the checker is: marks that break a rule, made by hand, must not escape it.
    @Suite struct OracleTests {
        private static let cases: [(break: String, words: String, because: Comment)] = [
            (
                "UPDATE campaigns SET state = 3", "marked although the campaign is in state 3",
                "a pause that has committed holds for every mark"
            ),
            (
                """
                INSERT INTO suppressions (account_id, key_version, address_hash, scope, reason)
                SELECT account_id, 1, address_hash, 1, 0 FROM contacts
                """, "marked although the address is suppressed, scope 1", "nobody recalled the row"
            ),
            (
                "UPDATE list_members SET status = 1", "marked although the contact is not on the list",
                "consent is given list by list"
            ),
            ("UPDATE contacts SET status = 1", "marked although the contact is erased", "an erasure outlives all"),
        ]

        @Test(arguments: cases)
        func `a mark after no is written down`(row: (break: String, words: String, because: Comment)) async throws {
            try await frozen { stage in
                try await stage.execute("UPDATE deliveries SET state = 1, attempt = 1, token = 7 WHERE seq = 1")
                #expect(try await stage.objections() == [], "it was allowed")
                try await stage.execute(row.break)
                try await stage.execute("UPDATE deliveries SET state = 1, attempt = 1, token = 8 WHERE seq = 2")
                #expect(try await stage.objections() == [Breach(.consent, "2: \(row.words)")], row.because)
                let marks = try await stage.record(of: 1).marks.map(\.seq)
                #expect(marks.sorted() == [1, 2])
            }
        }

        @Test func `it sees what committed after the claim had taken its snapshot`() async throws {
            try await frozen { stage in
                // A lock that the mark waits for, under which the campaign is paused: the mark's own snapshot is older.
                let other = try await stage.database.connect()
                try await other.execute("BEGIN; UPDATE deliveries SET suspect = 1 WHERE seq = 1")
                try await other.execute("UPDATE campaigns SET state = 3")
                async let mark: Void = stage.execute(
                    """
                    UPDATE deliveries d SET state = 1, attempt = 1, token = 7
                    FROM campaigns c WHERE c.campaign_id = d.campaign_id AND c.state = 2 AND d.seq = 1
                    """
                )
                let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                try await stage.wait { try await stage.number(waiting + "AND wait_event_type = 'Lock'") == 1 }
                try await other.execute("COMMIT")
                try await mark
                await other.close()
                #expect(try await stage.objections().map(\.invariant) == [.consent])
            }
        }

        @Test func `a state that does not follow is written down`() async throws {
            try await frozen { stage in
                try await stage.execute("UPDATE deliveries SET state = 1, token = 7 WHERE seq < 3")
                try await stage.execute("UPDATE deliveries SET state = 3 WHERE seq = 1")
                #expect(try await stage.objections() == [])
                try await stage.execute("UPDATE deliveries SET state = 2 WHERE seq = 1")
                try await stage.execute("UPDATE deliveries SET token = 8 WHERE seq = 2")
                #expect(
                    try await stage.objections() == [
                        Breach(.transitions, "1: from state 3 to 2"),
                        Breach(.consent, "2: marked although it was being sent already"),
                    ]
                )
            }
        }

        @Test func `it knows the model, and the writes that are two events at once`() {
            #expect(Transitions.allows(.uncertain, .accepted), "a late reply")
            #expect(Transitions.allows(.sending, .suppressed), "deferred after it was recalled")
            #expect(Transitions.allows(.dead, .suppressed), "to be reopened after an opt-out")
            #expect(!Transitions.allows(.uncertain, .suppressed), "a copy may have arrived")
            #expect(!Transitions.allows(.accepted, .sending), "nothing leaves accepted")
            #expect(!Transitions.allows(.pending, .accepted), "no mark, no message")
        }

        /// A campaign that is frozen, and that nobody sends.
        private func frozen(_ body: (Stage) async throws -> Void) async throws {
            try await Stage.with { stage in
                try await stage.addContacts(3)
                let campaign = try await stage.startCampaign()
                let producer = try stage.startProducer()
                try await stage.wait(for: campaign) { $0.state == .running }
                producer.crash()
                try await body(stage)
            }
        }
    }
}
