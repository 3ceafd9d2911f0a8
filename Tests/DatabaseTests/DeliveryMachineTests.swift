import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// The statements that write `deliveries` do what the one table of a delivery's life says, from every state.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct DeliveryMachineTests {
    struct Write: Sendable, CustomTestStringConvertible {
        let event: DeliveryEvent
        /// Done to all rows of the campaign, of which each is in another state.
        let carryOut: @Sendable (Books, CampaignID, [Seq]) async throws -> Void

        var testDescription: String { "\(event)" }
    }

    static let writes: [Write] = [
        Write(event: .claim) { books, campaign, seqs in
            try await books.claim(campaign, seqs, attempt: 1, token: 200)
        },
        record(.accept, .accepted), record(.refuse, .failed), record(.defer, .deferred),
        record(.loseTrack, .uncertain),
        Write(event: .optOut) { books, _, seqs in
            for seq in seqs { try await suppress(books, contact: Int64(seq)) }
        },
        close(.cancel, .cancelled), close(.expire, .expired),
        Write(event: .bury) { books, campaign, seqs in
            for seq in seqs {
                let key = DeliveryKey(campaign: campaign, seq: seq)
                try await books.worker.bury(
                    DeadLetter(key: key, reason: .renderError, detail: "", queue: "jobs.default", envelope: []),
                    worker: "test"
                )
            }
        },
        settle(.bounce, .failure(of: nil, .mailboxFull)), settle(.engagement, MailReport(.autoReply)),
        Write(event: .engagement) { books, campaign, seqs in
            try await books.superuser.execute("UPDATE accounts SET tracking = 2; UPDATE campaigns SET tracking = 2")
            let receipt = try await EventBooks.with(books) { events in
                try await events.record(seqs.map { .opened(campaign, by: $0) }, now: EventBooksTests.now)
            }
            #expect(receipt.evidence == 1)
        },
        Write(event: .reopen) { books, campaign, seqs in
            _ = try await books.admin.reopen(
                seqs,
                of: campaign,
                account: Books.account,
                from: [.uncertain, .dead],
                reason: "test"
            )
        },
    ]

    private static func suppress(_ books: Books, contact: ContactID) async throws {
        let hash = Statement("hash-of-one", "SELECT address_hash FROM contacts WHERE contact_id = $1")
        let hashes = try await books.superuser.rows(hash, [.int64(contact)]) { try $0.bytes(0) }
        _ = try await books.admin.suppress(
            Suppression(
                account: Books.account,
                addressHash: try #require(hashes.first),
                hashKey: 1,
                scope: .all,
                list: 0,
                reason: .unsubscribe,
                source: "test"
            )
        )
    }

    private static func record(_ event: DeliveryEvent, _ state: DeliveryState) -> Write {
        Write(event: event) { books, campaign, seqs in
            try await books.worker.record(seqs.map { .fixture(campaign, $0, state) }, finished: [])
        }
    }

    private static func settle(_ event: DeliveryEvent, _ report: MailReport) -> Write {
        Write(event: event) { books, campaign, seqs in
            for seq in seqs {
                let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1)
                try await books.settle(report, from: origin, mail: Int64(seq))
            }
        }
    }

    private static func close(_ event: DeliveryEvent, _ state: DeliveryState) -> Write {
        Write(event: event) { books, campaign, seqs in
            _ = try await books.producer().closeRows(campaign, above: 0, upTo: Seq(seqs.count), as: state)
        }
    }

    @Test(arguments: writes)
    func `a statement leads where the table says, and nowhere else`(write: Write) async throws {
        let states = DeliveryState.allCases
        try await Books.with(contacts: states.count) { books in
            let campaign = try await books.run()
            try await books.superuser.execute(
                """
                UPDATE deliveries SET state = seq - 1, attempt = 1, token = 100 WHERE campaign_id = \(campaign);
                INSERT INTO retries SELECT campaign_id, seq, account_id, lane_id, now(), now()
                FROM deliveries WHERE campaign_id = \(campaign) AND state = 2;
                """
            )
            let seqs = states.map { Seq($0.rawValue + 1) }
            try await write.carryOut(books, campaign, seqs)
            for (state, seq) in zip(states, seqs) {
                let expected = state.after(write.event) ?? state
                #expect(try await books.state(campaign, seq) == expected, "\(state.name) after \(write.event)")
            }
            try await books.recount(campaign)
        }
    }

    @Test func `every event that something writes is tried`() {
        #expect(Set(Self.writes.map(\.event)) == Set(DeliveryEvent.allCases))
    }
}
