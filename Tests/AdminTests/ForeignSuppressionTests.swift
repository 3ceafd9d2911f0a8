import TestKit
import Testing

@testable import Admin

/// `veredus suppressions import` of other systems' files.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct ForeignSuppressionTests {
    typealias Row = (text: String, arguments: [String], stored: [String], because: Comment)

    /// What is stored: scope, reason and source.
    static let files: [Row] = [
        (
            "status,reason,email,created\n5.1.1,550 5.1.1 user unknown,old1@example.org,1700000000\n", [],
            ["0/1 old: 550 5.1.1 user unknown"], "SendGrid's bounces"
        ),
        (
            "status,reason,email,created\n5.1.1,\"<old1@example.org>: no such user\",old1@example.org,1700000000\n", [],
            ["0/1 old: … no such user"], "the code in a column of its own, and no address in the text"
        ),
        (
            "status,reason,email,created\n5.7.1,550 5.7.1 blocked by our policy,old1@example.org,1700000000\n", [],
            ["1/3 old: 550 5.7.1 blocked by our policy"], "SendGrid's blocks: a refusal of the sender is no bounce"
        ),
        ("email,created\nANN3@Example.org,1700000000\n", [], ["1/3 old"], "SendGrid's unsubscribes"),
        (
            "\"Email Address\",\"First Name\",\"UNSUB_TIME\",\"UNSUB_REASON\"\r\n\"ann@example.org\",\"Ann\",\"2025-01-01 10:00:00\",\"NORMAL\"\r\n",
            [], ["1/0 old"], "Mailchimp's unsubscribed"
        ),
        ("Email Address,CLEAN_TIME\nann@example.org,2025-01-01\n", [], ["0/1 old"], "Mailchimp's cleaned"),
        (
            "EmailAddress,SuppressionReason\nann@example.org,HardBounce\n", [],
            ["0/1 old"], "Postmark"
        ),
        (
            "address,code,error,created_at\nann@example.org,550,No such mailbox,x\n", [], ["0/1 old: No such mailbox"],
            "Mailgun's bounces: the code in a column of its own"
        ),
        (
            "address,code,error\nann@example.org,605,Not delivering to previously bounced address\n", [],
            ["1/3 old: Not delivering to previously bounced address"], "Mailgun's own number is no server's code"
        ),
        (
            "Recipient,Portal Unsubscribe,Portal Bounce\nann@example.org,TRUE,\nbob@example.org,,Unknown user\n", [],
            ["1/0 old", "0/1 old"], "HubSpot"
        ),
        ("email,reason\nann@example.org,SPAM_COMPLAINT\n", [], ["0/2 old"], "a word for a complaint"),
        (
            "email,reason\nann@example.org,moved to another town\n", [], ["1/3 old: moved to another town"],
            "free text is kept"
        ),
        ("email;reason\r\nann@example.org;unsubscribe\r\n", [], ["1/0 old"], "semicolons"),
        ("sep=;\nemail;scope\nann@example.org;all\n", [], ["0/3 old"], "the delimiter in the first line"),
        ("ann@example.org\nbob@example.org\n", [], ["1/3 old", "1/3 old"], "addresses alone"),
        (
            "1,ann@example.org,x\n2,bob@example.org,y\n", [], ["1/3 old", "1/3 old"],
            "addresses among others, without names"
        ),
        ("email,reason\nann@example.org,hard-bounce\n", ["--scope", "marketing"], ["1/1 old"], "as it is told"),
        ("who,why\nann@example.org,complaint\n", ["--map", "address=who,reason=why"], ["0/2 old"], "other names"),
        ("email\n\"Ann <ann@example.org>, bob@example.org\"\n", [], ["1/3 old", "1/3 old"], "two in a cell: both"),
        (
            "email,status\nann@example.org,unsubscribed\nbob@example.org,subscribed\n", [], ["1/0 old"],
            "a whole list: who is subscribed stays"
        ),
    ]

    @Test(arguments: files)
    func `another system's file is read as it was meant`(row: Row) async throws {
        try await Tool.with { tool in
            let file = tool.file("s.csv", row.text)
            let outcome = await tool.run(
                ["suppressions", "import", file, "--account", "acme", "--reason", "old"] + row.arguments
            )
            #expect(outcome.status == 0, "\(row.because): \(outcome.errors)")
            let stored = try await tool.sql(
                "SELECT scope || '/' || reason || ' ' || source FROM suppressions ORDER BY reason"
            )
            #expect(stored == row.stored, row.because)
        }
    }

    @Test func `the report counts reasons, and says where a file blames the sender`() async throws {
        try await Tool.with { tool in
            let text = """
                status,reason,email
                5.1.1,550 5.1.1 no such user here,a@example.org
                5.7.1,554 5.7.1 message rejected as spam,b@example.org
                5.2.2,552 5.2.2 mailbox full,c@example.org

                """
            let line = ["suppressions", "import", tool.file("s.csv", text), "--account", "acme", "--reason", "old"]
            let outcome = await tool.run(line)
            #expect(outcome.output.contains("1 hard-bounce, 1 by-hand, 1 soft-bounces"), "\(outcome.output)")
            #expect(outcome.output.contains("1 of them blame the sender"))
            let again = await tool.run(line + ["--json"])
            #expect(again.json("foreign_reasons") == "3" && again.json("blaming_sender") == "1")
            #expect(again.json("hard-bounce") == "1" && again.json("added") == "0")
        }
    }
}
