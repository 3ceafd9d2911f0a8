import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// Links of messages that a restored database does not know.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct LostMessageTests {
    private static func hash(_ stage: OptOutStage, _ contact: Int) async throws -> [UInt8] {
        try await stage.superuser.rows(
            Statement("hash-of-contact", "SELECT address_hash FROM contacts WHERE contact_id = $1"),
            [.int64(Int64(contact))]
        ) { try $0.bytes(0) }[0]
    }

    private static func token(
        _ stage: OptOutStage,
        _ campaign: CampaignID,
        _ seq: Seq,
        _ account: AccountID,
        _ hash: [UInt8]
    ) -> String {
        let mark = RecipientMark(account: account, addressHash: hash)
        return String(
            decoding: stage.keys.sign(.unsubscribe(DeliveryKey(campaign: campaign, seq: seq), mark)),
            as: UTF8.self
        )
    }

    @Test func `the opt-out of a message that is not known ends all marketing of its account, for that person only`()
        async throws
    {
        try await OptOutStage.with { stage in
            let token = Self.token(stage, 77, 5, 1, try await Self.hash(stage, 3))
            let page = try await stage.execute("/u/\(token)")
            #expect(page.status == .ok)
            #expect(page.text.contains("Acme"))
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0, "looking changes nothing")
            let answer = try await stage.post("/u/\(token)", OptOutStage.oneClick)
            #expect(answer.status == .ok && answer.text == "unsubscribed\n")
            #expect(
                try await stage.number(
                    """
                    SELECT count(*) FROM suppressions s JOIN contacts c USING (account_id, address_hash)
                    WHERE c.contact_id = 3 AND s.scope = \(SuppressionScope.marketing.rawValue)
                      AND s.reason = \(SuppressionReason.unsubscribe.rawValue)
                    """
                ) == 1
            )
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 1)
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE campaign_id = 77") == 1)
        }
    }

    @Test func `a number that was given to another message since touches no stranger`() async throws {
        try await OptOutStage.with { stage in
            // Message 4 of campaign 1 is contact 4's here; the lost message of that number was contact 9's.
            let token = Self.token(stage, 1, 4, 1, try await Self.hash(stage, 9))
            let answer = try await stage.post("/u/\(token)", OptOutStage.oneClick)
            #expect(answer.status == .ok)
            #expect(
                try await stage.number(
                    "SELECT c.contact_id FROM suppressions s JOIN contacts c USING (account_id, address_hash)"
                ) == 9
            )
            #expect(
                try await stage.number(
                    "SELECT count(*) FROM list_members WHERE status = \(MembershipStatus.unsubscribed.rawValue)"
                ) == 0
            )
        }
    }

    @Test func `somebody whom the database does not know is remembered, and another account's token is not taken`()
        async throws
    {
        try await OptOutStage.with { stage in
            let unknown = [UInt8](repeating: 0xAB, count: 32)
            let token = Self.token(stage, 77, 5, 1, unknown)
            let answer = try await stage.post("/u/\(token)", OptOutStage.oneClick)
            #expect(answer.status == .ok)
            #expect(try await stage.number("SELECT count(*) FROM lost_opt_outs WHERE account_id = 1") == 1)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
            let nobodys = Self.token(stage, 77, 5, 99, unknown)
            #expect(try await stage.post("/u/\(nobodys)", OptOutStage.oneClick).status == .notFound)
        }
    }

    @Test func `leaving a list that the recipient is not on ends nothing`() async throws {
        try await OptOutStage.with { stage in
            let token = Self.token(stage, 1, 4, 1, try await Self.hash(stage, 4))
            let answer = try await stage.post("/p/\(token)", "action=leave&list=999")
            #expect(answer.status == .notFound)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs") == 0)
        }
    }

    @Test func `a known message is the same with and without the mark`() async throws {
        try await OptOutStage.with { stage in
            let ofLists = "SELECT count(*) FROM suppressions WHERE scope = \(SuppressionScope.list.rawValue)"
            let marked = Self.token(stage, 1, 4, 1, try await Self.hash(stage, 4))
            #expect(try await stage.post("/u/\(marked)", OptOutStage.oneClick).status == .ok)
            #expect(try await stage.number(ofLists) == 1)
            #expect(try await stage.post("/u/\(stage.token(1, 5))", OptOutStage.oneClick).status == .ok)
            #expect(try await stage.number(ofLists) == 2)
        }
    }
}
