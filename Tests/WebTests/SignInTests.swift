import Database
import HTTPTypes
import HummingbirdCore
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct SignInTests {
    @Test func `a session's cookie is for this host alone, and the database has its hash only`() async throws {
        try await WebFixture.with { web in
            let answer = try await Visitor(web: web).post(
                "/sign-in",
                ["login": " Ann ", "password": WebFixture.password],
                token: .none
            )
            #expect(answer.status == 303 && answer.location == "/")
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasPrefix("__Host-veredus="))
            #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax; Secure"))
            let token = try #require(Visitor.cookie(answer)?.split(separator: "=").last)
            #expect(try await web.sql("SELECT count(*)::text FROM sessions") == ["1"])
            #expect(
                try await web.sql("SELECT count(*)::text FROM sessions WHERE sessions::text LIKE '%\(token)%'") == [
                    "0"
                ]
            )
            #expect(try await web.sql("SELECT actor FROM audit WHERE action = 'user.sign-in'") == ["ann"])
        }
    }

    @Test func `who does not exist and who mistypes get the same answer, after the same work`() async throws {
        let fixture = PasswordHasher(cost: .init(logRounds: 4))
        #expect(try await !fixture.isRight("x", stored: nil))
        #expect(await fixture.turns == 1, "an unknown login costs as much as a known one")
        let stored = try await fixture.hash("right")
        #expect(try await fixture.isRight("right", stored: stored))
        #expect(try await !fixture.isRight("wrong", stored: stored))
        #expect(
            try await !fixture.isRight("", stored: "$scrypt$ln=30,r=8,p=1$AAAA$AAAA"),
            "a hash that would take 128 GiB"
        )
        #expect(await fixture.turns == 5)
        try await WebFixture.with { web in
            let browser = Visitor(web: web)
            let wrong = try await browser.post("/sign-in", ["login": "ann", "password": "no"], token: .none)
            let unknown = try await browser.post("/sign-in", ["login": "ano", "password": "no"], token: .none)
            #expect(wrong.status == 401 && unknown.status == 401)
            #expect(wrong.text == unknown.text.split(separator: "ano").joined(separator: "ann"))
            #expect(wrong.headers[.setCookie] == nil)
        }
    }

    @Test func `a session that was put into a browser names nobody after the sign-in`() async throws {
        try await WebFixture.with { web in
            let attacker = try await web.browser("otto")
            var victim = Visitor(web: web, cookie: attacker.cookie)
            try await victim.signIn("ann")
            #expect(victim.cookie != attacker.cookie)
            #expect(try await attacker.get("/campaigns").location == "/sign-in", "the planted one has ended")
            #expect(try await victim.get("/campaigns").status == 200)
            var other = Visitor(web: web, cookie: "__Host-veredus=" + String(repeating: "A", count: 43))
            try await other.signIn("ann")
            #expect(other.cookie != "__Host-veredus=" + String(repeating: "A", count: 43))
        }
    }

    static let ends: [(sql: String, because: Comment)] = [
        ("UPDATE sessions SET used_at = now() - interval '61 minutes'", "it rested for too long"),
        ("UPDATE sessions SET expires_at = now() - interval '1 second'", "its time is over, however busy"),
        ("UPDATE users SET disabled_at = now()", "the person may not sign in any more"),
        ("DELETE FROM sessions", "it was ended"),
    ]

    @Test(arguments: ends) func `a session ends`(row: (sql: String, because: Comment)) async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            #expect(try await browser.get("/campaigns").status == 200)
            try await web.execute(row.sql)
            #expect(try await browser.get("/campaigns").location == "/sign-in", row.because)
            let form = try await browser.post("/campaigns/1/ask/pause")
            #expect(form.location == "/sign-in", row.because)
        }
    }

    @Test func `signing out ends the session on the server`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            let answer = try await browser.post("/sign-out")
            #expect(answer.headers[.setCookie]?.hasSuffix("Max-Age=0") == true)
            #expect(try await browser.get("/campaigns").location == "/sign-in")
        }
    }

    @Test func `an eleventh attempt on a login is refused, even with the right password`() async throws {
        try await WebFixture.with { web in
            let browser = Visitor(web: web)
            for _ in 1...10 {
                let answer = try await browser.post("/sign-in", ["login": "ann", "password": "no"], token: .none)
                #expect(answer.status == 401)
            }
            let right = try await browser.post(
                "/sign-in",
                ["login": "ANN", "password": WebFixture.password],
                token: .none
            )
            #expect(right.status == 429 && right.headers[.retryAfter] == "900")
            let other = try await browser.post(
                "/sign-in",
                ["login": "ed", "password": WebFixture.password],
                token: .none
            )
            #expect(other.status == 303, "another person is not locked out")
        }
    }

    @Test func `what can be no password, and no login, counts against nobody`() async throws {
        try await WebFixture.with { web in
            var browser = Visitor(web: web)
            for _ in 1...30 {
                let long = String(repeating: "x", count: 2_000)
                let refused = try await browser.post("/sign-in", ["login": "ann", "password": long], token: .none)
                #expect(refused.status == 401)
            }
            let odd = try await browser.post(
                "/sign-in",
                ["login": "ann\0", "password": WebFixture.password],
                token: .none
            )
            #expect(odd.status == 401)
            try await browser.signIn("ann")
        }
    }

    @Test func `a password that is set while the old one is looked at lets nobody in by the old one`() async throws {
        try await WebFixture.with { web in
            let sessions = SessionStore(web.parts.pool, deadline: .seconds(5))
            let facts = try #require(try await sessions.signInFacts(of: "ann"))
            try await web.execute("UPDATE users SET password = 'another' WHERE login = 'ann'")
            let token = [UInt8](repeating: 1, count: 32)
            let hasBegun = try await sessions.begin(token, for: facts, seconds: 60, ending: nil, actor: "ann")
            #expect(!hasBegun)
            #expect(try await sessions.session(token, idleSeconds: 60) == nil)
        }
    }

    @Test func `limits count logins and clients, forget in time and keep a bounded number`() throws {
        let limits = SignInLimits(.init(perLogin: 2, perLoginInAll: 4, perClient: 3, window: .seconds(60)))
        let client = try #require(ClientAddress("192.0.2.1"))
        let start = ContinuousClock.now
        #expect(limits.take("ann", from: client, now: start))
        #expect(limits.take("ann", from: client, now: start))
        #expect(!limits.take("ann", from: client, now: start))
        let elsewhere = try #require(ClientAddress("192.0.2.2"))
        #expect(limits.take("ann", from: elsewhere, now: start), "who knows a login does not lock its owner out")
        #expect(limits.take("ann", from: try #require(ClientAddress("192.0.2.4")), now: start))
        #expect(
            !limits.take("ann", from: try #require(ClientAddress("192.0.2.5")), now: start),
            "all of them together are too many"
        )
        #expect(!limits.take("bob", from: client, now: start), "the client has tried three times")
        #expect(limits.take("bob", from: elsewhere, now: start))
        #expect(limits.take("ann", from: client, now: start + .seconds(61)))
        limits.forget("ann", from: elsewhere, now: start)
        for number in 10..<20 {
            _ = limits.take("ann", from: try #require(ClientAddress("192.0.2.\(number)")), now: start)
        }
        #expect(!limits.take("ann", from: try #require(ClientAddress("192.0.2.30")), now: start))
        #expect(limits.take("ann", from: elsewhere, now: start), "she has signed in from there: nobody keeps her out")
        for number in 0..<10_100 { _ = limits.take("u\(number)", from: elsewhere, now: start) }
        limits.forget("bob", from: elsewhere)
        #expect(limits.take("bob", from: try #require(ClientAddress("192.0.2.3")), now: start))
    }

    @Test func `who finds the queue of passwords full is told to come back`() async throws {
        let fixture = PasswordHasher(cost: .init(logRounds: 4), atOnce: 0, longestQueue: 0)
        await #expect(throws: PasswordHasher.Busy.self) { try await fixture.hash("x") }
        let answer = Views.answer(to: .busy)
        #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "5")
    }

    @Test func `a password at the cost of production is the one that another library stores`() throws {
        // hashlib.scrypt of Python made it. Once: 2^17 rounds over 128 MiB take seconds without optimisation.
        let stored = "$scrypt$ln=17,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$c2nvx5YaGexWv6ioZ8aHx9UR2WDSGmtgL3xQE3YiG8w"
        let hash = try #require(PasswordHash(stored: stored))
        #expect(hash.stored == stored && hash.cost == .usual)
        #expect(try hash.matches("ipsum"))
    }

    // MARK: Links that set a password

    private static func link(_ web: WebFixture) async throws -> String {
        let owner = try await web.browser("ann")
        let page = try await owner.post("/people/3/reset", [:])
        let start = try #require(page.text.firstRange(of: WebFixture.url + "/reset/"))
        return "/reset/" + page.text[start.upperBound...].prefix(43)
    }

    @Test func `a link sets a password once, and ends every session of that person`() async throws {
        try await WebFixture.with { web in
            let old = try await web.browser("vic")
            let first = try await Self.link(web)
            let browser = Visitor(web: web)
            #expect(try await browser.get(first).text.contains(">vic<"), "looking does not use it up")
            let second = try await Self.link(web)
            #expect(try await browser.get(first).status == 410, "a newer link ends an older one")
            let words = "quite another sentence"
            let set = try await browser.post(second, ["password": words, "again": words], token: .none)
            #expect(set.location == "/sign-in?set=1")
            #expect(try await old.get("/campaigns").location == "/sign-in")
            for link in [first, second] {
                #expect(try await browser.get(link).status == 410)
                let again = try await browser.post(link, ["password": words, "again": words], token: .none)
                #expect(again.status == 410)
            }
            var vic = Visitor(web: web)
            try await vic.signIn("vic")
            #expect(vic.cookie == nil, "the old password is gone")
            try await vic.signIn("vic", password: words)
            #expect(vic.cookie != nil)
            #expect(try await web.sql("SELECT password FROM users WHERE login = 'vic'")[0].hasPrefix("$scrypt$"))
        }
    }

    @Test func `an old link, and one that was never made, set nothing`() async throws {
        try await WebFixture.with { web in
            let link = try await Self.link(web)
            try await web.execute("UPDATE password_resets SET expires_at = now() - interval '1 second'")
            let browser = Visitor(web: web)
            #expect(try await browser.get(link).status == 410)
            #expect(try await browser.get("/reset/" + String(repeating: "A", count: 43)).status == 410)
            #expect(try await browser.get("/reset/x").status == 404)
        }
    }

    static let passwords: [(password: String, again: String, because: Comment)] = [
        ("short", "short", "too short"), ("a long sentence", "another sentence", "mistyped"),
        ("victory is the name vic", "victory is the name vic", "has the login in it"),
        ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa", "one character"),
        (String(repeating: "long ", count: 300), String(repeating: "long ", count: 300), "longer than is hashed"),
    ]

    @Test(arguments: passwords) func `a weak password is refused`(
        row: (password: String, again: String, because: Comment)
    ) {
        #expect(NewPassword.problem(row.password, repeated: row.again, login: "vic") != nil, row.because)
        #expect(NewPassword.problem("a long sentence", repeated: "a long sentence", login: "vic") == nil)
    }
}
