import Foundation
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct DashboardAttackTests {
    static let origins: [(headers: HTTPFields, isOurs: Bool, because: Comment)] = [
        ([.secFetchSite: "same-origin"], true, "a page of ours"),
        ([.secFetchSite: "same-origin", .origin: "null"], true, "a page of ours that names no referrer"),
        ([.secFetchSite: "cross-site"], false, "another site"),
        ([.secFetchSite: "same-site", .origin: WebFixture.url], false, "another host of the domain"),
        ([.secFetchSite: "none"], false, "no page sends a form from nowhere"),
        ([.origin: WebFixture.url], true, "an older browser"),
        ([.origin: "https://MAIL.example.net"], true, "the same, as written"),
        ([.origin: "http://mail.example.net"], false, "not encrypted: anybody on the way"),
        ([.origin: "https://mail.example.net.evil.example"], false, "begins like ours"),
        ([.origin: "null"], false, "a sandboxed frame"),
        ([:], false, "a client that says nothing"),
    ]

    @Test(arguments: origins) func `a form comes from a page of ours`(
        row: (headers: HTTPFields, isOurs: Bool, because: Comment)
    ) {
        #expect(CrossSite.isOurs(row.headers, dashboardURL: WebFixture.url) == row.isOurs, row.because)
    }

    @Test func `a form from elsewhere changes nothing`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            let other = try await web.browser("ed")
            let forged: [(token: Visitor.FormToken, headers: HTTPFields, because: Comment)] = [
                (.own, [.secFetchSite: "cross-site"], "the token is right, the site is not"),
                (.none, [.secFetchSite: "same-origin"], "no token"),
                (.other(other.ownToken ?? ""), [.secFetchSite: "same-origin"], "another session's token"),
                (.other(""), [.secFetchSite: "same-origin"], "an empty token"),
            ]
            for path in ["/campaigns/1/ask/pause", "/people/3/disable", "/people", "/sign-out"] {
                for row in forged {
                    let fields = ["login": "eve", "role": "owner"]
                    let answer = try await browser.post(path, fields, token: row.token, row.headers)
                    #expect(answer.status == 403, row.because)
                }
            }
            #expect(try await web.sql("SELECT state::text FROM campaigns WHERE campaign_id = 1") == ["2"])
            #expect(try await web.sql("SELECT count(*)::text FROM users WHERE login = 'eve'") == ["0"])
            #expect(try await web.sql("SELECT count(*)::text FROM users WHERE disabled_at IS NOT NULL") == ["0"])
            let login = try await Visitor(web: web).post(
                "/sign-in",
                ["login": "ann", "password": WebFixture.password],
                token: .none,
                [.secFetchSite: "cross-site"]
            )
            #expect(login.status == 403, "nobody is signed in by another site")
            #expect(try await browser.post("/campaigns/1/ask/pause").status == 303)
            #expect(try await web.sql("SELECT state::text FROM campaigns WHERE campaign_id = 1") == ["3"])
        }
    }

    @Test func `what is not one's own looks as if it were not there`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            let paths = [
                "/campaigns/2", "/campaigns/2/figures", "/campaigns/2/live", "/campaigns/2/preview",
                "/campaigns/2/message",
                "/campaigns/2/states.csv", "/campaigns/2/confirm/pause", "/dead-letters/2",
            ]
            for path in paths {
                let theirs = try await browser.get(path)
                let nobodys = try await browser.get(path.replacing("2", with: "999"))
                #expect(theirs.status == 404, "\(path)")
                #expect(theirs.text == nobodys.text, "\(path)")
            }
            #expect(try await browser.post("/campaigns/2/ask/cancel").status == 404)
            #expect(try await browser.post("/people/4/reset").status == 404)
            #expect(try await browser.post("/people/4/disable").status == 404)
            #expect(try await browser.post("/people/5/reset").status == 404, "staff")
            #expect(try await web.sql("SELECT state::text FROM campaigns WHERE campaign_id = 2") == ["2"])
            #expect(try await !browser.get("/campaigns").text.contains("theirs"))
            let forged = try await browser.post("/people", ["login": "eve", "role": "admin"])
            #expect(forged.status == 400, "an owner makes no staff")
        }
    }

    @Test func `names are text on every page, and nothing of a page is run or loaded from elsewhere`() async throws {
        try await WebFixture.with { web in
            let owner = try await web.browser("ann")
            let staff = try await web.browser("ada")
            let nobody = Visitor(web: web)
            let link = try await owner.post("/people/3/reset")
            let token = try #require(link.text.firstRange(of: "/reset/"))
            let pages = [
                try await owner.get("/campaigns"), try await owner.get("/campaigns/1"),
                try await owner.get("/campaigns/1/confirm/pause"), try await owner.get("/campaigns/1/preview"),
                try await owner.get("/campaigns/1/preview?view=headers"), try await owner.get("/dead-letters"),
                try await owner.get("/dead-letters/1"), try await owner.get("/people"), link,
                try await owner.get("/contacts"),
                try await nobody.get("/reset/\(link.text[token.upperBound...].prefix(43))"),
                try await staff.get("/operations"), try await staff.get("/accounts"),
                try await nobody.post("/sign-in", ["login": WebFixture.nasty, "password": "x"], token: .none),
                try await nobody.get("/sign-in"),
            ]
            for (number, page) in pages.enumerated() {
                try Self.keep(page.text, as: number)
                #expect(page.status == 200 || page.status == 401, "\(number): \(page.status)")
                #expect(!page.text.contains("<script>"), "\(number)")
                #expect(!page.text.contains("alert(1)</"), "\(number)")
                #expect(page.text.firstMatch(of: /\s(on[a-z]+|style)=/) == nil, "\(number)")
                let policy = try #require(page.headers[.contentSecurityPolicy])
                #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"), "\(number)")
                #expect(policy.contains("frame-ancestors 'none'"), "\(number)")
                #expect(page.headers[.cacheControl] == "no-store", "\(number)")
                #expect(page.text.matches(of: /<h1[ >]/).count == 1, "\(number)")
                #expect(
                    page.text.matches(of: /<label for="([^"]+)"/).allSatisfy { page.text.contains("id=\"\($0.1)\"") }
                )
            }
        }
    }

    /// Writes a page where a validator finds it, when VEREDUS_TEST_PAGES names a folder.
    private static func keep(_ page: String, as number: Int) throws {
        guard let folder = ProcessInfo.processInfo.environment["VEREDUS_TEST_PAGES"] else { return }
        try page.write(toFile: "\(folder)/dash-\(number).html", atomically: true, encoding: .utf8)
    }

    @Test func `a message runs nothing and loads nothing`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            let message = try await browser.get("/campaigns/1/message")
            #expect(message.text.contains("Salve [name]"))
            let policy = try #require(message.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.hasSuffix("sandbox"))
            #expect(!policy.contains("script-src") && policy.contains("img-src data:;"))
            let page = try await browser.get("/campaigns/1/preview")
            #expect(page.text.contains("sandbox=\"\""))
            #expect(page.headers[.contentSecurityPolicy]?.hasSuffix("frame-src 'self'") == true)
            #expect(message.text.contains("https://shop.example/"), "no counted link stands in it")
            #expect(!message.text.contains("/c/") && !message.text.contains("/o/"))
        }
    }

    @Test func `a spreadsheet runs nothing of an export, and every export is written down`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("vic")
            let file = try await browser.get("/campaigns/1/failures.csv")
            #expect(file.text.contains("\"'=cmd|x\",\"failed\",\"550\",\"5.1.1\",\"mailbox-refused\",\"1\""))
            #expect(!file.text.contains("first@"), "no reply's text, which names the recipient")
            #expect(file.headers[.contentDisposition]?.hasPrefix("attachment") == true)
            for name in FigureTable.Name.allCases {
                let table = try await browser.get("/campaigns/1/\(name.rawValue).csv")
                #expect(table.status == 200)
                #expect(table.text.split(separator: "\r\n").allSatisfy { $0.first == "\"" }, "\(name)")
            }
            #expect(try await browser.get("/campaigns/1/contacts.csv").status == 404)
            let exports = try await web.sql(
                "SELECT subject FROM audit WHERE action = 'campaign.export' AND actor = 'vic'"
            )
            #expect(exports.count == 6)
        }
    }

    static let hosts = [
        "news.example.net", "evil.example", "mail.example.net.evil.example", "mail.example.net:8080", "127.0.0.1", "",
    ]

    @Test(arguments: hosts) func `a host that is not the dashboard's gets no page of it`(host: String) async throws {
        try await WebFixture.with { web in
            let browser = Visitor(web: web)
            for path in ["/", "/sign-in", "/campaigns"] {
                let answer = try await browser.get(path, [.testHost: host])
                #expect([400, 404, 421].contains(answer.status), "\(path)")
                #expect(!answer.text.contains("<form"))
            }
        }
    }

    @Test func `a link for a password names the host of the settings`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("ann")
            let page = try await browser.post(
                "/people",
                ["login": "new@acme.example", "role": "viewer"],
                [
                    .secFetchSite: "same-origin", .xForwardedFor: "1.2.3.4",
                    .unchecked("X-Forwarded-Host"): "evil.example",
                ]
            )
            #expect(page.status == 200 && page.text.contains("\(WebFixture.url)/reset/"))
            #expect(!page.text.contains("evil"))
        }
    }
}
