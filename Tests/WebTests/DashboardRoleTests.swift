import DatabaseClient
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct DashboardRoleTests {
    /// What each role gets for each page: the status, or where it is sent.
    static let pages: [(path: String, allowed: Set<String>)] = [
        ("/campaigns", ["ann", "ed", "vic"]), ("/campaigns/1", ["ann", "ed", "vic"]),
        ("/campaigns/1/figures", ["ann", "ed", "vic"]), ("/campaigns/1/preview", ["ann", "ed", "vic"]),
        ("/campaigns/1/message", ["ann", "ed", "vic"]), ("/campaigns/1/states.csv", ["ann", "ed", "vic"]),
        ("/campaigns/1/confirm/pause", ["ann", "ed"]), ("/dead-letters", ["ann", "ed"]),
        ("/dead-letters/1", ["ann", "ed"]),
        ("/people", ["ann"]), ("/accounts", ["ada", "sue", "bil"]), ("/operations", ["ada", "sue"]),
    ]

    @Test func `a page opens for the roles that may see it`() async throws {
        try await WebFixture.with { web in
            for login in ["ann", "ed", "vic", "ada", "sue", "bil", "mar"] {
                let browser = try await web.browser(login)
                for page in Self.pages {
                    let answer = try await browser.get(page.path)
                    #expect(
                        (answer.status == 200) == page.allowed.contains(login),
                        "\(login) \(page.path): \(answer.status)"
                    )
                }
                let pause = try await browser.post("/campaigns/1/ask/pause")
                #expect((pause.location == "/campaigns/1") == ["ann", "ed"].contains(login), "\(login)")
                try await web.execute("UPDATE campaigns SET state = 2 WHERE campaign_id = 1")
                // A page that shows what it may not do would only annoy.
                if login == "vic" { #expect(try await !browser.get("/campaigns/1").text.contains("ask-")) }
            }
            #expect(try await web.browser("mar").get("/").text.contains("no access to account data"))
            #expect(try await Visitor(web: web).get("/campaigns").location == "/sign-in")
        }
    }

    @Test func `staff look at an account for a reason, and each look is written down`() async throws {
        try await WebFixture.with { web in
            let staff = try await web.browser("sue")
            #expect(try await staff.get("/campaigns").location == "/accounts", "no account is chosen")
            #expect(try await staff.post("/accounts/1/look", ["reason": "why"]).status == 400, "that is no reason")
            #expect(try await staff.post("/accounts/1/look", ["reason": "card 4111 1111 1111 1111"]).status == 400)
            #expect(try await staff.post("/accounts/9/look", ["reason": "ticket 17"]).status == 404)
            #expect(try await staff.get("/campaigns").location == "/accounts")
            #expect(try await staff.post("/accounts/1/look", ["reason": "ticket 17"]).location == "/campaigns")
            let page = try await staff.get("/campaigns/1")
            #expect(page.status == 200 && page.text.contains("ticket 17"))
            for _ in 1...2 { #expect(try await staff.get("/campaigns/1/figures").status == 200, "the same look") }
            #expect(try await staff.get("/campaigns/3/figures").status == 200, "without its page")
            #expect(try await staff.get("/campaigns/2").status == 404, "another account than the chosen one")
            #expect(try await staff.post("/campaigns/1/ask/pause").status == 403, "support changes nothing")
            let looks = try await web.sql(
                """
                SELECT concat_ws(' ', actor, account_id, action, subject, reason) FROM audit
                WHERE action LIKE '%look' ORDER BY audit_id
                """
            )
            #expect(
                looks == [
                    "sue 1 account.look account 1 ticket 17", "sue 1 dashboard.look /campaigns/1 ticket 17",
                    "sue 1 dashboard.look /campaigns/3 ticket 17", "sue 1 dashboard.look /campaigns/2 ticket 17",
                ]
            )
            #expect(try await staff.post("/accounts/leave").location == "/accounts")
            #expect(try await staff.get("/campaigns").location == "/accounts")
        }
    }

    @Test func `support sees no contact's fields, an editor does`() async throws {
        try await WebFixture.with { web in
            let editor = try await web.browser("ed")
            #expect(try await editor.get("/campaigns/1/message?contact=first").text.contains("Realname"))
            #expect(try await editor.get("/campaigns/1/preview?view=headers&contact=first").text.contains("first@real"))
            for login in ["sue", "vic"] {
                let other = try await web.browser(login)
                if login == "sue" { try await other.post("/accounts/1/look", ["reason": "ticket 17"]) }
                let message = try await other.get("/campaigns/1/message?contact=first")
                #expect(message.status == 200 && message.text.contains("[name]") && !message.text.contains("Realname"))
                for path in [
                    "/campaigns/1", "/campaigns/1/preview?view=headers&contact=first", "/campaigns/1/failures.csv",
                ] {
                    #expect(try await !other.get(path).text.contains("first@real"), "\(login) \(path)")
                }
            }
        }
    }

    @Test func `billing sees how much, and no account`() async throws {
        try await WebFixture.with { web in
            let billing = try await web.browser("bil")
            let page = try await billing.get("/accounts")
            #expect(page.text.contains("acme") && !page.text.contains("/look"))
            #expect(try await billing.post("/accounts/1/look", ["reason": "curiosity"]).status == 403)
            #expect(try await billing.get("/campaigns").status == 403)
            let admin = try await web.browser("ada")
            #expect(try await admin.get("/accounts").text.contains("/accounts/1/look"))
        }
    }

    @Test func `a stored password is nowhere to be seen, for no role`() async throws {
        try await WebFixture.with { web in
            for login in ["ann", "ada"] {
                let browser = try await web.browser(login)
                if login == "ada" { try await browser.post("/accounts/1/look", ["reason": "ticket 17"]) }
                let page = try await browser.get("/people")
                #expect(page.status == 200 && !page.text.contains("scrypt"))
            }
            // Nor for the roles of the programs: the column is the owner's.
            for role in [StatementRole.web, .admin] {
                let connection = try await web.database.connect(role)
                await #expect(throws: PostgresError.self) {
                    try await connection.execute("SELECT password FROM users")
                }
                await #expect(throws: PostgresError.self) {
                    try await connection.execute("UPDATE users SET password = 'x'")
                }
                await connection.close()
            }
        }
    }

    @Test func `an owner locks somebody out, but not themself`() async throws {
        try await WebFixture.with { web in
            let owner = try await web.browser("ann")
            let editor = try await web.browser("ed")
            #expect(try await owner.post("/people/1/disable").status == 409)
            #expect(try await owner.post("/people/2/disable").location == "/people")
            #expect(try await editor.get("/campaigns").location == "/sign-in")
            #expect(try await owner.post("/people/2/reset").status == 404)
            #expect(try await owner.post("/people", ["login": "otto", "role": "viewer"]).status == 409)
            #expect(try await owner.post("/people", ["login": "<b>", "role": "viewer"]).status == 400)
        }
    }

    static let asks: [(request: String, state: Int, becomes: Int?, because: Comment)] = [
        ("pause", 2, 3, "runs"), ("resume", 3, 2, "is paused"), ("cancel", 3, 4, "for good"),
        ("start", 0, 1, "a draft"), ("start", 7, 1, "now, and not at its time"),
        ("unschedule", 7, 0, "a draft again"), ("unschedule", 2, nil, "runs"), ("pause", 7, nil, "has not begun"),
        ("pause", 3, nil, "is paused already"), ("start", 6, nil, "has ended"), ("cancel", 6, nil, "has ended"),
        ("reopen", 6, nil, "no such request"),
    ]

    @Test(arguments: asks) func `a campaign does what it is asked for, when it can`(
        row: (request: String, state: Int, becomes: Int?, because: Comment)
    ) async throws {
        try await WebFixture.with { web in
            try await web.execute(
                """
                UPDATE campaigns SET state = \(row.state), version = NULLIF(1, \(row.state == 0 || row.state == 7 ? 1 : 0))
                WHERE campaign_id = 1;
                UPDATE contacts SET attributes = '{"name": "N"}'
                """
            )
            let browser = try await web.browser("ed")
            let page = try await browser.get("/campaigns/1/confirm/\(row.request)")
            #expect((page.status == 200) == (row.becomes != nil), row.because)
            let answer = try await browser.post("/campaigns/1/ask/\(row.request)")
            #expect((answer.status == 303) == (row.becomes != nil), row.because)
            let state = try await web.sql("SELECT state::text FROM campaigns WHERE campaign_id = 1")
            #expect(state == ["\(row.becomes ?? row.state)"], row.because)
            let audited = try await web.sql(
                "SELECT count(*)::text FROM audit WHERE action LIKE 'campaign.%' AND actor = 'ed'"
            )
            #expect(audited == [row.becomes == nil ? "0" : "1"], row.because)
        }
    }
}
