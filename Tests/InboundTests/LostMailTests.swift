import Core
import Database
import Foundation
import TestKit
import Testing

@testable import Inbound

/// Unsubscribe mail about messages that a restored database does not know.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct LostMailTests {
    private static func hash(_ name: String) throws -> [UInt8] {
        try InboundFixture.keys().identity.addressHash(key: Array("\(name)@example.net".utf8))
    }

    /// The local part of the unsubscribe address of somebody's message.
    private static func local(_ campaign: CampaignID, _ seq: Seq, of name: String, account: AccountID = 1) throws
        -> String
    {
        let mark = RecipientMark(account: account, addressHash: try hash(name)).short
        let token = TrackingToken.mailUnsubscribe(DeliveryKey(campaign: campaign, seq: seq), mark)
        return KeyRing.mailUnsubscribePrefix + String(decoding: try InboundFixture.keys().sign(token), as: UTF8.self)
    }

    /// Contacts 1 and 2; message 1 of campaign 1 is contact 1's.
    private static func with(_ body: (InboundFixture) async throws -> Void) async throws {
        try await InboundFixture.with { fixture in
            _ = try await fixture.sql(
                """
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                VALUES (1, 'c1@example.net', 'c1@example.net', 1, '\\x\(Hexadecimal.text(try hash("c1")))', 1, 'example.net'),
                       (1, 'c2@example.net', 'c2@example.net', 1, '\\x\(Hexadecimal.text(try hash("c2")))', 1, 'example.net')
                RETURNING 'x'
                """
            )
            _ = try await fixture.sql(
                """
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state)
                VALUES (1, 1, 1, 1, 1, 1, \(DeliveryState.accepted.rawValue)) RETURNING 'x'
                """
            )
            try await body(fixture)
        }
    }

    private static func take(_ local: String, subject: String = "unsubscribe", _ fixture: InboundFixture) async throws
        -> InboundOutcome
    {
        let mail = "From: ada@example.net\r\nTo: \(local)@\(InboundFixture.domain)\r\nSubject: \(subject)\r\n\r\n\r\n"
        let outcome = try await fixture.ingest.take(Array(mail.utf8), sentTo: Array(local.utf8), mailbox: "smtp")
        await fixture.judge.judgeAll()
        return outcome
    }

    private static func suppressed(_ fixture: InboundFixture) async throws -> [String] {
        try await fixture.sql(
            """
            SELECT c.contact_id || ' ' || s.scope FROM suppressions s JOIN contacts c USING (account_id, address_hash)
            ORDER BY 1
            """
        )
    }

    @Test(arguments: [CampaignID(99), 1] as [CampaignID])
    func `it ends all marketing of its account for its sender, and touches nobody else`(campaign: CampaignID)
        async throws
    {
        try await Self.with { fixture in
            let local = try Self.local(campaign, 1, of: "c2")
            for _ in 1...2 { #expect(try await Self.take(local, fixture) == .counted(.unknownCampaign)) }
            #expect(try await Self.suppressed(fixture) == ["2 \(SuppressionScope.marketing.rawValue)"])
            #expect(try await fixture.sql("SELECT way::text FROM opt_out_proofs") == ["\(OptOutWay.mail.rawValue)"])
        }
    }

    @Test func `of a message that is known it is an opt-out like any other`() async throws {
        try await Self.with { fixture in
            let local = try Self.local(1, 1, of: "c1")
            #expect(try await Self.take(local, fixture) == .stored)
            #expect(try await Self.suppressed(fixture) == ["1 \(SuppressionScope.list.rawValue)"])
        }
    }

    @Test func `somebody whom the database does not know is remembered, and another account's address is not taken`()
        async throws
    {
        try await Self.with { fixture in
            for local in [try Self.local(99, 1, of: "c9"), try Self.local(99, 1, of: "c2", account: 5)] {
                #expect(try await Self.take(local, fixture) == .counted(.unknownCampaign))
            }
            #expect(try await Self.suppressed(fixture) == [])
            let expected = Hexadecimal.text(try Self.hash("c9").prefix(6))
            #expect(
                try await fixture.sql("SELECT account_id || ' ' || encode(mark, 'hex') FROM lost_opt_outs") == [
                    "1 \(expected)"
                ]
            )
        }
    }
}
