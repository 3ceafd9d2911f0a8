import Core
import Database
import Foundation
import ReturnedMail
import TestKit
import Testing

@testable import Inbound

/// An opt-out that comes by mail, or that a provider's webhook tells, from the way in to its proof.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutMailTests {
    struct Row: Sendable {
        let mail: @Sendable (String) -> [UInt8]
        let mailbox: String
        let settlement: MailSettlement
        /// Way and action of the one proof; empty where there is none.
        let proof: String
        let because: Comment
    }

    private static func written(_ header: String, _ text: String = "") -> @Sendable (String) -> [UInt8] {
        { local in
            let mail = "From: ada@example.net\nTo: \(local)@\(InboundFixture.domain)\n\(header)\n\n\(text)\n"
            return Array(mail.replacingOccurrences(of: "\n", with: "\r\n").utf8)
        }
    }

    private static func told(_ kind: ProviderReport.Kind) -> @Sendable (String) -> [UInt8] {
        { local in
            ProviderReport(
                provider: "sendgrid",
                id: "1",
                recipient: "c1@example.net",
                signedLocalPart: local,
                kind: kind
            ).mail
        }
    }

    static let table: [Row] = [
        Row(
            mail: written(
                "Reply-To: ada@example.net\nSubject: unsubscribe\nAuto-Submitted: auto-replied\nX-Apple-Unsubscribe: true",
                "Apple Mail sent this email to unsubscribe."
            ),
            mailbox: "smtp",
            settlement: .unsubscribe,
            proof: "3 0",
            because: "Apple Mail's button"
        ),
        Row(
            mail: written("Subject: unsubscribe\nAuto-Submitted: auto-generated"),
            mailbox: "smtp",
            settlement: .unsubscribe,
            proof: "3 0",
            because: "another program's button"
        ),
        Row(
            mail: written("Subject: Re: Summer sale", "Please take me off."),
            mailbox: "imap:bounces",
            settlement: .unsubscribe,
            proof: "3 0",
            because: "a person"
        ),
        Row(
            mail: written("Subject: Out of office\nAuto-Submitted: auto-replied", "I am away."),
            mailbox: "smtp",
            settlement: .nothing,
            proof: "",
            because: "a machine's answer"
        ),
        Row(
            mail: { Returned.bounce(to: $0) },
            mailbox: "smtp",
            settlement: .bounce,
            proof: "",
            because: "a bounce"
        ),
        Row(
            mail: told(.unsubscribe),
            mailbox: WebhookMailbox.name(of: "sendgrid"),
            settlement: .unsubscribe,
            proof: "5 0",
            because: "the provider's own link"
        ),
        Row(
            mail: told(.complaint(type: "abuse")),
            mailbox: WebhookMailbox.name(of: "sendgrid"),
            settlement: .complaint,
            proof: "4 3",
            because: "a complaint"
        ),
        Row(
            mail: told(.failed(status: "5.1.1", words: "550 5.1.1 no such user")),
            mailbox: WebhookMailbox.name(of: "sendgrid"),
            settlement: .bounce,
            proof: "",
            because: "a bounce"
        ),
    ]

    @Test(arguments: table)
    func `what is an opt-out leaves one proof, and what is none leaves none`(row: Row) async throws {
        try await InboundFixture.with { fixture in
            _ = try await fixture.sql(
                """
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                VALUES (1, 'c1@example.net', 'c1@example.net', 1, sha256('c1'), 1, 'example.net') RETURNING 'x'
                """
            )
            _ = try await fixture.sql(
                """
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state)
                VALUES (1, 1, 1, 1, 1, 1, \(DeliveryState.accepted.rawValue)) RETURNING 'x'
                """
            )
            let local = try Returned.unsubscribe(1)
            // Brought twice, as after a crash.
            for _ in 1...2 {
                _ = try await fixture.ingest.take(row.mail(local), sentTo: Array(local.utf8), mailbox: row.mailbox)
                await fixture.judge.judgeAll()
            }
            let settled = try await fixture.sql("SELECT settlement::text FROM inbound_mails")
            #expect(settled == [String(row.settlement.rawValue)], row.because)
            let proofs = try await fixture.sql(
                "SELECT way || ' ' || action FROM opt_out_proofs WHERE campaign_id = 1 AND seq = 1 AND is_new"
            )
            #expect(proofs == (row.proof.isEmpty ? [] : [row.proof]), row.because)
        }
    }
}
