import Core
import Foundation
import FoundationEssentials
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct DashboardListTests {
    /// The target of a link that has this relation; `nil` for none.
    private func link(_ relation: String, in page: String) -> String? {
        guard let start = page.range(of: "rel=\"\(relation)\" href=\"") else { return nil }
        let target = page[start.upperBound...].prefix { $0 != "\"" }
        return String(target).replacing("&amp;", with: "&")
    }

    private func rows(in page: String, of path: String) -> [Int] {
        page.matches(of: /<td class="n">(?:<a [^>]*>)?([0-9]+)/).compactMap { Int($0.1) }
    }

    @Test func `a thousand campaigns are pages of at most 40 KB, forth and back by links`() async throws {
        try await WebFixture.with { web in
            try await web.execute(
                """
                INSERT INTO campaigns (account_id, list_id, name, state, version, audience, started_at, finished_at)
                SELECT 1, 1, 'Campaign with a name of usual length ' || n, CASE WHEN n % 10 = 0 THEN 5 ELSE 6 END, 1, 100,
                       now(), now()
                FROM generate_series(1, 1000) n;
                INSERT INTO counters (campaign_id, lane_id, writer, accepted, failed, suppressed)
                SELECT campaign_id, 1, 0, 91, 4, 5 FROM campaigns WHERE campaign_id > 3;
                """
            )
            let browser = try await web.browser("vic")
            var page = try await browser.get("/campaigns").text
            #expect(page.utf8.count <= 40_000, "\(page.utf8.count) bytes")
            #expect(link("prev", in: page) == nil)
            var seen: [[Int]] = [], paths: [String] = []
            while true {
                seen.append(page.matches(of: /href="\/campaigns\/([0-9]+)"/).compactMap { Int($0.1) })
                guard let next = link("next", in: page) else { break }
                paths.append(next)
                page = try await browser.get(next).text
            }
            #expect(seen.flatMap(\.self) == Array(([1] + Array(3...1_003)).reversed()), "all of the account, once")
            #expect(seen.allSatisfy { $0.count <= 40 })
            for expected in seen.dropLast().reversed() {
                page = try await browser.get(try #require(link("prev", in: page))).text
                #expect(page.matches(of: /href="\/campaigns\/([0-9]+)"/).compactMap { Int($0.1) } == expected)
            }
            let found = try await browser.get("/campaigns?name=LENGTH+99&state=cancelled").text
            #expect(found.matches(of: /href="\/campaigns\/([0-9]+)"/).compactMap { Int($0.1) } == [993])
            #expect(found.contains(#"value="LENGTH 99""#) && found.contains("<option selected>cancelled</option>"))
            let many = try await browser.get("/campaigns?name=usual&state=cancelled").text
            #expect(link("next", in: many)?.contains("name=usual&state=cancelled&cursor=") == true)
            for path in ["/campaigns?cursor=x", "/campaigns?state=odd", paths[0] + "&back=x"] {
                #expect(try await browser.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `a page with the longest names is at most 60 KB, too`() async throws {
        try await WebFixture.with { web in
            try await web.execute(
                """
                UPDATE lists SET name = repeat('L', 200) WHERE list_id = 1;
                INSERT INTO campaigns (account_id, list_id, name, state, version, audience, start_at)
                SELECT 1, 1, repeat('ä', 200), \(CampaignState.scheduled.rawValue), 1, 100, now() FROM generate_series(1, 60);
                """
            )
            let page = try await web.browser("vic").get("/campaigns").text
            #expect(page.matches(of: /href="\/campaigns\/[0-9]+"/).count == 40)
            #expect(page.utf8.count <= 60_000, "\(page.utf8.count) bytes")
        }
    }

    @Test func `a page after an erased contact says so`() async throws {
        try await WebFixture.with { web in
            try await web.execute(
                """
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT 1, k, k, 1, sha256(k::bytea), 1, 'example.org'
                FROM generate_series(1, 60) n, format('many%s@example.org', n) k
                """
            )
            let editor = try await web.browser("ed")
            let next = try #require(try await link("next", in: editor.get("/contacts?address=many").text))
            #expect(try await editor.get(next).text.contains("many9@example.org"))
            try await web.execute(
                """
                UPDATE contacts SET address = '', address_key = 'erased:' || contact_id, domain = '',
                    status = \(ContactStatus.erased.rawValue)
                WHERE address = (SELECT address FROM contacts WHERE address LIKE 'many%' ORDER BY address_key OFFSET 39 LIMIT 1)
                """
            )
            let page = try await editor.get(next)
            #expect(page.status == 200 && page.text.contains("Begin again on the first page."))
            #expect(page.text.contains(#"<a href="/contacts?address=many">First page</a>"#))
        }
    }

    @Test func `what is searched for is shown as text`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ada")
            let evil = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
            for path in ["/accounts?name=\(evil)"] { #expect(try await !browser.get(path).text.contains("<script>a")) }
            try await browser.post("/accounts/1/look", ["reason": "ticket 17"])
            for path in [
                "/campaigns?name=\(evil)", "/contacts?address=\(evil)", "/contacts?field=\(evil)",
                "/people?login=\(evil)",
            ] {
                let page = try await browser.get(path)
                #expect(page.status == 200 && !page.text.contains("<script>a"), "\(path)")
            }
        }
    }

    @Test func `contacts are listed and searched for who may see addresses, and that is written down`() async throws {
        try await WebFixture.with { web in
            for login in ["vic", "bil", "mar"] {
                #expect(try await web.browser(login).get("/contacts").status == 403, "\(login)")
            }
            let support = try await web.browser("sue")
            try await support.post("/accounts/1/look", ["reason": "ticket 17"])
            #expect(try await support.get("/contacts").status == 403)
            #expect(try await !support.get("/campaigns").text.contains("href=\"/contacts\""))
            let editor = try await web.browser("ed")
            let all = try await editor.get("/contacts").text
            #expect(all.contains("first@real.example") && all.contains("Realname") && !all.contains("theirs.example"))
            let table = [
                ("address=FIRST", "first@real.example"), ("address=%40real.example", "b@real.example"),
                ("field=name%3DRealname", "first@real.example"), ("address=nobody", "No contact matches."),
                ("field=name", "Field must be of the form name=value."),
            ]
            for (query, shown) in table {
                let page = try await editor.get("/contacts?\(query)")
                #expect(page.status == 200 && page.text.contains(shown), "\(query)")
                #expect(page.text.components(separatedBy: "@real.example</td>").count <= 2, "\(query)")
            }
            let admin = try await web.browser("ada")
            try await admin.post("/accounts/1/look", ["reason": "ticket 17"])
            #expect(try await admin.get("/contacts?address=first").status == 200)
            let audit = try await web.sql(
                """
                SELECT concat_ws(' ', actor, action, subject, reason) FROM audit
                WHERE action IN ('contacts.list', 'dashboard.look') AND actor <> 'sue' ORDER BY audit_id
                """
            )
            #expect(
                audit == [
                    "ed contacts.list all contacts 2 contacts", "ed contacts.list a search by address 1 contacts",
                    "ed contacts.list a search by domain 1 contacts", "ed contacts.list a search by field 1 contacts",
                    "ed contacts.list a search by address 0 contacts",
                    "ada dashboard.look /contacts ticket 17", "ada contacts.list a search by address 1 contacts",
                ]
            )
        }
    }

    @Test func `accounts, users and dead letters are paged, too`() async throws {
        try await WebFixture.with { web in
            try await web.execute(
                """
                INSERT INTO accounts (name) SELECT 'Account ' || n FROM generate_series(1, 60) n;
                INSERT INTO users (account_id, login, role) SELECT 1, 'viewer-' || n, 'viewer' FROM generate_series(1, 60) n;
                INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope)
                SELECT 1, 2, 1, 3, 'line', 'w', 'jobs.default', 'v1 1 1 1' FROM generate_series(1, 60);
                """
            )
            for (login, path, search, hit) in [
                ("bil", "/accounts", "?name=T+60", "Account 60"), ("ann", "/people", "?login=R-60", "viewer-60"),
                ("ada", "/accounts", "?name=oth", "other"), ("ann", "/dead-letters", "", "/dead-letters/1\""),
            ] {
                let browser = try await web.browser(login)
                let first = try await browser.get(path).text
                let second = try await browser.get(try #require(link("next", in: first), "\(path)")).text
                #expect(link("next", in: second) == nil, "\(path)")
                #expect(link("prev", in: second) == path, "\(path)")
                #expect(second != first)
                #expect(try await browser.get(path + search).text.contains(hit), "\(path)")
            }
        }
    }
}
