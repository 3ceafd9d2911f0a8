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
        let carryOut: @Sendable (Totals, CampaignID, [Seq]) async throws -> Void

        var testDescription: String { "\(event)" }
    }

    static let writes: [Write] = [
        Write(event: .claim) { totals, campaign, seqs in
            try await totals.claim(campaign, seqs, attempt: 1, token: 200)
        },
        record(.accept, .accepted), record(.refuse, .failed), record(.defer, .deferred),
        record(.loseTrack, .uncertain),
        Write(event: .optOut) { totals, _, seqs in
            for seq in seqs { try await suppress(totals, contact: Int64(seq)) }
        },
        close(.cancel, .cancelled), close(.expire, .expired),
        Write(event: .deadLetter) { totals, campaign, seqs in
            for seq in seqs {
                let key = DeliveryKey(campaign: campaign, seq: seq)
                try await totals.worker.deadLetter(
                    DeadLetter(key: key, reason: .renderError, detail: "", queue: "jobs.default", envelope: []),
                    worker: "test"
                )
            }
        },
        settle(.bounce, .failure(of: nil, .mailboxFull)), settle(.engagement, MailReport(.autoReply)),
        Write(event: .engagement) { totals, campaign, seqs in
            try await totals.superuser.execute("UPDATE accounts SET tracking = 2; UPDATE campaigns SET tracking = 2")
            let receipt = try await EventTotals.with(totals) { events in
                try await events.record(seqs.map { .opened(campaign, by: $0) }, now: EventTotalsTests.now)
            }
            #expect(receipt.evidence == 1)
        },
        Write(event: .reopen) { totals, campaign, seqs in
            _ = try await totals.admin.reopen(
                seqs,
                of: campaign,
                account: Totals.account,
                from: [.uncertain, .dead],
                reason: "test"
            )
        },
    ]

    private static func suppress(_ totals: Totals, contact: ContactID) async throws {
        let hash = Statement("hash-of-one", "SELECT address_hash FROM contacts WHERE contact_id = $1")
        let hashes = try await totals.superuser.rows(hash, [.int64(contact)]) { try $0.bytes(0) }
        _ = try await totals.admin.suppress(
            Suppression(
                account: Totals.account,
                addressHash: try #require(hashes.first),
                hashKey: 1,
                scope: .all,
                list: 0,
                reason: .unsubscribe,
                source: "test",
                way: .commandLine
            )
        )
    }

    private static func record(_ event: DeliveryEvent, _ state: DeliveryState) -> Write {
        Write(event: event) { totals, campaign, seqs in
            try await totals.worker.record(seqs.map { .fixture(campaign, $0, state) }, finished: [])
        }
    }

    private static func settle(_ event: DeliveryEvent, _ report: MailReport) -> Write {
        Write(event: event) { totals, campaign, seqs in
            for seq in seqs {
                let origin = TrackingToken.bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1)
                try await totals.settle(report, from: origin, mail: Int64(seq))
            }
        }
    }

    private static func close(_ event: DeliveryEvent, _ state: DeliveryState) -> Write {
        Write(event: event) { totals, campaign, seqs in
            _ = try await totals.producer().closeRows(campaign, above: 0, upTo: Seq(seqs.count), as: state)
        }
    }

    @Test(arguments: writes)
    func `a statement leads where the table says, and nowhere else`(write: Write) async throws {
        let states = DeliveryState.allCases
        try await Totals.with(contacts: states.count) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(
                """
                UPDATE deliveries SET state = seq - 1, attempt = 1, token = 100 WHERE campaign_id = \(campaign);
                INSERT INTO retries SELECT campaign_id, seq, account_id, lane_id, now(), now()
                FROM deliveries WHERE campaign_id = \(campaign) AND state = 2;
                """
            )
            let seqs = states.map { Seq($0.rawValue + 1) }
            try await write.carryOut(totals, campaign, seqs)
            for (state, seq) in zip(states, seqs) {
                let expected = state.after(write.event) ?? state
                #expect(try await totals.state(campaign, seq) == expected, "\(state.name) after \(write.event)")
            }
            try await totals.recount(campaign)
        }
    }

    @Test func `every event that something writes is tried`() {
        #expect(Set(Self.writes.map(\.event)) == Set(DeliveryEvent.allCases))
    }
}
