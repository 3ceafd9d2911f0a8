import Core
import Database
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// What opting out does, and what it leaves alone.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutTests {
    @Test func `looking changes nothing, however often and by whatever method`() async throws {
        try await OptOutStage.with { stage in
            let before = try await stage.totals()
            for path in ["/u/", "/p/"] {
                for method in [HTTPRequest.Method.get, .head] {
                    for message in [(1, 1), (2, 1), (3, 1)] as [(CampaignID, Seq)] {
                        let answer = try await stage.execute(path + stage.token(message.0, message.1), method)
                        #expect(answer.status == .ok)
                        #expect(answer.headers[.cacheControl] == "no-store")
                        #expect(answer.headers[.setCookie] == nil)
                        #expect(answer.text.isEmpty == (method == .head))
                    }
                }
            }
            #expect(try await stage.totals() == before)
        }
    }

    static let oneClicks: [(type: String, body: String)] = [
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("Application/X-WWW-Form-Urlencoded; charset=utf-8", "List%2DUnsubscribe=One-Click"),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&source=mua"),
        (
            "multipart/form-data; boundary=b",
            "--b\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\n\nOne-Click\n--b--\n"
        ),
        (
            "multipart/form-data; boundary=----b1",
            "------b1\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n------b1--\r\n"
        ),
        (
            "multipart/form-data; boundary=\"x y\"",
            "--x y\r\nContent-Disposition: form-data; name=List-Unsubscribe\r\nContent-Type: text/plain\r\n\r\nOne-Click\r\n"
                + "--x y--"
        ),
    ]

    @Test(arguments: oneClicks)
    func `a mail program's one-click is taken at once, without cookie or redirect`(
        row: (type: String, body: String)
    ) async throws {
        try await OptOutStage.with { stage in
            let path = "/u/\(stage.token(1, 1))"
            let answer = try await stage.execute(path, .post, headers: [.contentType: row.type], body: row.body)
            #expect(answer.status == .ok)
            #expect(answer.headers[.setCookie] == nil)
            #expect(answer.headers[.location] == nil)
            #expect(try await stage.number(Self.listSuppressions(1)) == 1)
            #expect(try await stage.number("SELECT status FROM list_members WHERE list_id = 1 AND contact_id = 1") == 1)
            #expect(try await stage.number("SELECT count(*) FROM list_members WHERE status = 1") == 1)
            #expect(try await stage.number(Self.state(1, 1)) == 5, "recalled")
            #expect(try await stage.number(Self.state(2, 1)) == 0, "transactional mail goes on")
            #expect(try await stage.number(Self.state(3, 1)) == 0, "another list")
            #expect(try await stage.number(Self.state(1, 2)) == 0, "another recipient")
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE way = 0 AND recalled = 1") == 1)
        }
    }

    @Test func `repeats change nothing more, and the first receipt is kept`() async throws {
        try await OptOutStage.with { stage in
            let path = "/u/\(stage.token(1, 2))"
            let first = try await stage.post(path, "action=unsubscribe")
            #expect(first.state == "receipt")
            #expect(first.text.contains("1 message waiting to be sent to you was recalled."))
            let after = try await stage.totals()
            for _ in 1...10 {
                #expect(try await stage.post(path, "action=unsubscribe").text == first.text)
                #expect(try await stage.post(path, OptOutStage.oneClick).status == .ok)
            }
            #expect(try await stage.execute(path).text == first.text, "looking shows the receipt")
            #expect(try await stage.totals() == after)
        }
    }

    @Test(arguments: [false, true])
    func `many at once are one, also of who has said so before`(before: Bool) async throws {
        let messages: [Seq] = before ? [3, 4, 5, 6, 7, 8] : [3]
        try await OptOutStage.with { stage in
            if before {
                // Nothing is left to change, so that no row's lock makes them wait for each other.
                try await stage.superuser.execute(
                    """
                    INSERT INTO suppressions (account_id, key_version, address_hash, scope, list_id, reason)
                    SELECT 1, hash_key, address_hash, 2, 1, 0 FROM contacts WHERE account_id = 1;
                    UPDATE list_members SET status = 1;
                    UPDATE deliveries SET state = 5;
                    """
                )
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for message in messages {
                    let path = "/u/\(stage.token(1, message))"
                    for _ in 1...25 {
                        group.addTask { try await stage.post(path, OptOutStage.oneClick).status.code }
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(statuses == [200])
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs") == messages.count)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == (before ? 20 : 1))
        }
    }

    @Test func `all mail of the account is marketing mail, and only that`() async throws {
        try await OptOutStage.with { stage in
            let answer = try await stage.post("/p/\(stage.token(1, 4))", "action=marketing")
            #expect(answer.state == "preferences")
            #expect(answer.text.contains("2 messages waiting to be sent to you were recalled."))
            #expect(try await stage.number(Self.state(1, 4)) == 5)
            #expect(try await stage.number(Self.state(3, 4)) == 5)
            #expect(try await stage.number(Self.state(2, 4)) == 0, "transactional mail is exempt")
            #expect(try await stage.number("SELECT count(*) FROM suppressions WHERE scope = 1 AND reason = 0") == 1)
            #expect(!answer.text.contains("value=\"marketing\""), "it is off already")
        }
    }

    @Test func `single lists are left from the preference page`() async throws {
        try await OptOutStage.with { stage in
            let path = "/p/\(stage.token(1, 5))"
            let before = try await stage.execute(path)
            #expect(before.text.contains("name=\"list\" value=\"1\""))
            #expect(before.text.contains("name=\"list\" value=\"2\""))
            let answer = try await stage.post(path, "action=leave&list=2")
            #expect(!answer.text.contains("name=\"list\" value=\"2\""))
            #expect(answer.text.contains("name=\"list\" value=\"1\""))
            #expect(try await stage.number(Self.state(3, 5)) == 5)
            #expect(try await stage.number(Self.state(1, 5)) == 0)
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs WHERE way = 2 AND list_id = 2") == 1)
        }
    }

    @Test func `a transactional message offers the newsletters and does not confirm by itself`() async throws {
        try await OptOutStage.with { stage in
            let path = "/u/\(stage.token(2, 10))"
            let page = try await stage.execute(path)
            #expect(page.text.contains("This message is not a newsletter"))
            #expect(page.text.contains("data-confirm=\"button\""))
            #expect(try await stage.post(path, OptOutStage.oneClick).status == .ok, "a no is never lost")
            #expect(try await stage.number(Self.listSuppressions(10)) == 1)
            #expect(try await stage.number(Self.state(1, 10)) == 5)
            #expect(try await stage.number(Self.state(2, 10)) == 0)
            let receipt = try await stage.execute(path)
            #expect(receipt.text.contains("such as an order, still arrives"), "no promise that is not kept")
            #expect(!receipt.text.contains("no more messages"))
        }
    }

    @Test func `pages speak the message's language, name the sender, and show no address`() async throws {
        try await OptOutStage.with { stage in
            let german = try await stage.execute("/u/\(stage.token(3, 1))", headers: [.acceptLanguage: "fr"])
            #expect(german.text.contains("<html lang=\"de\">"))
            #expect(german.text.contains("„Offers“ abbestellen"))
            #expect(german.text.contains("<p class=\"sender\">Acme</p>"))
            try await stage.superuser.execute("UPDATE accounts SET display_name = 'Acme Shop' WHERE account_id = 1")
            for path in ["/u/", "/p/"] {
                let page = try await stage.execute(path + stage.token(1, 1))
                #expect(page.text.contains("Acme Shop"))
                #expect(!page.text.contains("example.net"))
            }
            let unknown = try await stage.execute("/u/nonsense", headers: [.acceptLanguage: "xx, es;q=0.8, fr;q=0.3"])
            #expect(unknown.status == .notFound)
            #expect(unknown.text.contains("<html lang=\"es\">"))
        }
    }

    @Test func `how long it took is noted for doctor`() async throws {
        try await OptOutStage.with { stage in
            _ = try await stage.post("/u/\(stage.token(1, 11))", OptOutStage.oneClick)
            #expect(try await stage.number("SELECT sum(n)::int8 FROM latencies WHERE what = 'opt-out'") == 1)
        }
    }

    @Test func `a server that was told to forget commits keeps this one`() async throws {
        try await OptOutStage.with { stage in
            try await stage.superuser.execute(
                "ALTER ROLE veredus_web IN DATABASE \(stage.database.name) SET synchronous_commit = off"
            )
            let database = AccountDatabase(pool: stage.pool, actor: "test")
            let kept = try await database.transaction(account: nil) { connection in
                let message = try #require(try connection.optOutMessage(DeliveryKey(campaign: 1, seq: 12)))
                let show = Statement("show-commit", "SELECT current_setting('synchronous_commit')")
                let before = try connection.rows(show) { try $0.text(0) }
                _ = try connection.optOut(message, of: .marketing, by: .page)
                return before + (try connection.rows(show) { try $0.text(0) })
            }
            #expect(kept == ["off", "on"])
        }
    }

    @Test func `an answer that was lost after its commit is no false done, and asking again finds it done`()
        async throws
    {
        try await OptOutStage.withProxy { stage, proxy in
            let path = "/u/\(stage.token(1, 13))"
            #expect(try await stage.execute(path).state == "ask")
            try await proxy.set(.loseReply(to: Array("COMMIT".utf8)))
            let lost = try await stage.post(path, "action=unsubscribe")
            #expect(lost.status == .serviceUnavailable)
            #expect(lost.headers[.retryAfter] == "5")
            #expect(lost.state == "busy")
            #expect(lost.text.contains("data-confirm=\"now\""), "the page tries again by itself")
            #expect(try await stage.post(path, OptOutStage.oneClick).status == .serviceUnavailable)
            try await proxy.set(.passOn)
            let found = try await stage.post(path, "action=unsubscribe")
            #expect(found.state == "receipt")
            #expect(found.text.contains("1 message waiting to be sent to you was recalled."))
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs") == 1)
        }
    }

    @Test func `without a database every page says so, none says done, and looking does not retry for a machine`()
        async throws
    {
        try await OptOutStage.withProxy { stage, proxy in
            try await proxy.set(.refuse)
            proxy.endConnections()
            let message = stage.token(1, 1)
            for path in ["/u/", "/p/"] {
                for form in ["action=unsubscribe", "action=marketing", "action=leave&list=1", "action=undo&proof=1"] {
                    let answer = try await stage.post(path + message, form)
                    #expect(answer.status == .serviceUnavailable)
                    #expect(answer.state == "busy")
                    let sent = form.split(separator: "&").map { "value=\"\($0.split(separator: "=")[1])\"" }
                    for value in sent { #expect(answer.text.contains(value), "it sends the same again") }
                }
            }
            let look = try await stage.execute("/u/\(message)")
            #expect(look.status == .serviceUnavailable)
            #expect(look.text.contains("data-confirm=\"sign\""))
            #expect(look.text.contains("<noscript><meta http-equiv=\"refresh\" content=\"30\"></noscript>"))
            #expect(try await stage.execute("/p/\(message)").text.contains("http-equiv=\"refresh\""))
            try await proxy.set(.passOn)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
        }
    }

    static func listSuppressions(_ contact: Int) -> String {
        """
        SELECT count(*) FROM suppressions s JOIN contacts c USING (address_hash)
        WHERE c.contact_id = \(contact) AND s.scope = 2 AND s.list_id = 1 AND s.reason = 0
        """
    }

    static func state(_ campaign: Int, _ seq: Int) -> String {
        "SELECT state::int8 FROM deliveries WHERE campaign_id = \(campaign) AND seq = \(seq)"
    }
}
