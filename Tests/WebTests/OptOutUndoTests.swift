import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// What taking an opt-out back does, and what it leaves alone.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutUndoTests {
    @Test func `an undo takes back what this message did, once, and both stay proven`() async throws {
        try await OptOutStage.with { stage in
            let path = "/u/\(stage.token(1, 6))"
            let receipt = try await stage.post(path, "action=unsubscribe")
            let proof = try #require(receipt.proof)
            let undone = try await stage.post(path, "action=undo&proof=\(proof)")
            #expect(undone.state == "undone")
            #expect(undone.text.contains("Recalled messages stay recalled"))
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
            #expect(try await stage.number("SELECT status FROM list_members WHERE list_id = 1 AND contact_id = 6") == 0)
            #expect(try await stage.number(OptOutTests.state(1, 6)) == 5, "what was recalled stays so")
            #expect(try await stage.post(path, "action=undo&proof=\(proof)").state == "undone", "again: the same")
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs") == 2)
            // And a second thought.
            let second = try await stage.post(path, "action=unsubscribe")
            #expect(second.state == "receipt")
            #expect(second.proof != proof)
            #expect(
                try await stage.post(path, "action=undo&proof=\(proof)").state == "receipt",
                "the old undo is spent"
            )
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 1)
        }
    }

    static let others: [(sql: String, because: Comment)] = [
        ("(1, 1, %h, 2, 1, 1, 'bounce')", "a hard bounce"), ("(1, 1, %h, 0, 0, 2, 'complaint')", "a complaint"),
        ("(1, 1, %h, 2, 1, 3, 'by hand')", "an operator"), ("(1, 1, %h, 0, 0, 4, 'erasure')", "an erasure"),
        ("(1, 2, %h, 2, 1, 0, 'another message')", "an unsubscribe that another message brought, under another key"),
    ]

    @Test(arguments: others)
    func `an undo leaves what others have said`(row: (sql: String, because: Comment)) async throws {
        try await OptOutStage.with { stage in
            let values = row.sql.split(separator: "%h", maxSplits: 1).joined(separator: "sha256('c7@example.net')")
            try await stage.superuser.execute(
                """
                INSERT INTO suppressions (account_id, key_version, address_hash, scope, list_id, reason, source)
                VALUES \(values)
                """
            )
            let path = "/u/\(stage.token(1, 7))"
            let proof = try #require(try await stage.post(path, "action=unsubscribe").proof)
            #expect(try await stage.post(path, "action=undo&proof=\(proof)").state == "undone")
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 1, row.because)
        }
    }

    @Test func `what another message did cannot be taken back, nor what is older than a week`() async throws {
        try await OptOutStage.with { stage in
            let proof = try #require(try await stage.post("/u/\(stage.token(1, 8))", "action=unsubscribe").proof)
            // The same person's other message, another person's, another account's.
            for message in [(2, 8), (1, 9), (4, 1)] as [(CampaignID, Seq)] {
                let answer = try await stage.post(
                    "/u/\(stage.token(message.0, message.1))",
                    "action=undo&proof=\(proof)"
                )
                #expect(answer.state == "not-undone")
            }
            // Of another message for the same list: she has said so before, and there is nothing of its own to undo.
            try await stage.superuser.execute(
                "UPDATE deliveries SET list_id = 1 WHERE campaign_id = 3; UPDATE campaigns SET list_id = 1"
                    + " WHERE campaign_id = 3"
            )
            let later = try await stage.post("/u/\(stage.token(3, 8))", "action=unsubscribe")
            #expect(later.text.contains("Das hatten Sie schon früher gesagt"))
            #expect(later.proof == nil)
            // She has opted out twice: the first message, which somebody else may have by now, takes nothing back.
            let spent = try await stage.post("/u/\(stage.token(1, 8))", "action=undo&proof=\(proof)")
            #expect(spent.state == "not-undone")
            #expect(spent.text.contains("you have unsubscribed again since"))
            #expect(try await stage.number(OptOutTests.listSuppressions(8)) == 1)
            #expect(try await stage.execute("/u/\(stage.token(1, 8))").proof == nil, "nor does it offer to")
            #expect(try await stage.execute("/p/\(stage.token(1, 8))").proof == nil)
            try await stage.superuser.execute("UPDATE opt_out_proofs SET at = at - interval '8 days'")
            let late = try await stage.post("/u/\(stage.token(1, 8))", "action=undo&proof=\(proof)")
            #expect(late.state == "not-undone")
            #expect(try await stage.number(OptOutTests.listSuppressions(8)) == 1)
        }
    }

    @Test func `an undo says so when something else still keeps messages away`() async throws {
        try await OptOutStage.with { stage in
            let token = stage.token(1, 12)
            let proof = try #require(try await stage.post("/u/\(token)", "action=unsubscribe").proof)
            #expect(try await stage.post("/p/\(token)", "action=marketing").status == .ok)
            let undone = try await stage.post("/u/\(token)", "action=undo&proof=\(proof)")
            #expect(undone.state == "undone")
            #expect(undone.text.contains("You still get no newsletters from this list"))
            #expect(!undone.text.contains("subscribed as before"))
        }
    }

    @Test func `a no that an import repeats is not taken back by the message that said it first`() async throws {
        try await OptOutStage.with { stage in
            let path = "/u/\(stage.token(1, 13))"
            let proof = try #require(try await stage.post(path, "action=unsubscribe").proof)
            let hash = try await stage.superuser.rows(
                Statement("hash-13", "SELECT address_hash, hash_key FROM contacts WHERE contact_id = 13")
            ) { (try $0.bytes(0), try $0.int16(1)) }.first
            let (address, key) = try #require(hash)
            let tool = PostgresPool(settings: stage.database.settings(role: .admin), name: "tool", size: 1)
            let receipt = try await AccountDatabase(pool: tool, actor: "test").suppress(
                Suppression(
                    account: 1,
                    addressHash: address,
                    hashKey: key,
                    scope: .list,
                    list: 1,
                    reason: .unsubscribe,
                    source: "import",
                    way: .imported
                )
            )
            await tool.close()
            #expect(!receipt.isNew)
            #expect(try await stage.post(path, "action=undo&proof=\(proof)").state == "not-undone")
            #expect(try await stage.number(OptOutTests.listSuppressions(13)) == 1)
        }
    }
}
