import Core
import DatabaseClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// An attacker opts others out, or breaks the pages.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct OptOutAttackTests {
    @Test func `no bit of a token can be changed`() async throws {
        try await OptOutStage.with { stage in
            let before = try await stage.totals()
            let token = Array(stage.token(1, 1).utf8)
            let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
            try await Application(responder: stage.site.responder()).test(.router) { client in
                for place in token.indices {
                    let value = try #require(alphabet.firstIndex(of: token[place]))
                    for bit in 0..<6 {
                        var forged = token
                        forged[place] = alphabet[value ^ (1 << bit)]
                        let answer = try await client.execute(
                            uri: "/u/\(String(decoding: forged, as: UTF8.self))",
                            method: .post,
                            headers: [.contentType: "application/x-www-form-urlencoded"],
                            body: ByteBuffer(string: OptOutStage.oneClick)
                        )
                        #expect([404, 429].contains(answer.status.code), "byte \(place), bit \(bit)")
                    }
                }
            }
            #expect(try await stage.totals() == before)
        }
    }

    static let strange: [(token: TrackingToken, because: Comment)] = [
        (.open(campaign: 1, .recipient(1)), "an open's"), (.click(campaign: 1, link: 1, .recipient(1)), "a click's"),
        (.mailUnsubscribe(DeliveryKey(campaign: 1, seq: 1)), "of the unsubscribe address"),
        (.bounce(DeliveryKey(campaign: 1, seq: 1), attempt: 1), "of the return path"),
        (.unsubscribe(DeliveryKey(campaign: 1, seq: 999)), "no such message"),
        (.unsubscribe(DeliveryKey(campaign: 99, seq: 1)), "no such campaign"),
        (.unsubscribe(DeliveryKey(campaign: -1, seq: 0)), "numbers that there are not"),
    ]

    @Test(arguments: strange)
    func `a token for something else does nothing`(row: (token: TrackingToken, because: Comment)) async throws {
        try await OptOutStage.with { stage in
            let before = try await stage.totals()
            let token = String(decoding: stage.keys.sign(row.token), as: UTF8.self)
            for path in ["/u/", "/p/"] {
                #expect(try await stage.execute(path + token).status == .notFound, row.because)
                #expect(try await stage.post(path + token, "action=unsubscribe").status == .notFound, row.because)
            }
            #expect(try await stage.totals() == before)
        }
    }

    @Test func `old keys verify for as long as they are kept, and unknown ones never`() async throws {
        try await OptOutStage.with { stage in
            let message = TrackingToken.unsubscribe(DeliveryKey(campaign: 1, seq: 1))
            let old = String(decoding: try OptOutStage.testKeys(signing: 1).sign(message), as: UTF8.self)
            #expect(try await stage.execute("/u/\(old)").status == .ok)
            let unknown = String(decoding: try OptOutStage.testKeys(signing: 3, ids: [3]).sign(message), as: UTF8.self)
            #expect(try await stage.execute("/u/\(unknown)").status == .notFound)
        }
    }

    static let otherForms: [(type: String, body: String, status: Int, because: Comment)] = [
        ("application/x-www-form-urlencoded", "", 400, "a POST alone is no wish"),
        ("application/x-www-form-urlencoded", "List-Unsubscribe=Two-Clicks", 400, "not what RFC 8058 says"),
        (
            "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click&List-Unsubscribe=One-Click", 400,
            "twice the same name"
        ),
        ("application/x-www-form-urlencoded", "action=leave&list=3", 404, "another account's list"),
        ("application/x-www-form-urlencoded", "action=leave&list=0", 400, "no list"),
        ("application/x-www-form-urlencoded", "action=leave&list=1e3", 400, "no number"),
        ("application/x-www-form-urlencoded", "action=undo&proof=-1", 400, "no proof"),
        ("application/x-www-form-urlencoded", "action=%zz", 400, "a broken escape"),
        ("application/x-www-form-urlencoded", "action=%ff", 400, "not UTF-8"),
        ("text/plain", "List-Unsubscribe=One-Click", 415, "not a form"),
        ("application/json", "{}", 415, "not a form"), ("multipart/form-data", "x", 415, "no boundary"),
        ("multipart/form-data; boundary=b", "--b\r\n\r\nx", 400, "cut short"),
        (
            "multipart/form-data; boundary=b",
            "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"; filename=\"a\"\r\n\r\nOne-Click\r\n--b--",
            400,
            "a file"
        ),
        ("application/x-www-form-urlencoded", "a=" + String(repeating: "x", count: 5_000), 413, "too large"),
    ]

    @Test(arguments: otherForms)
    func `other forms change nothing`(row: (type: String, body: String, status: Int, because: Comment)) async throws {
        try await OptOutStage.with { stage in
            let before = try await stage.totals()
            let path = "/u/\(stage.token(1, 1))"
            let answer = try await stage.execute(path, .post, headers: [.contentType: row.type], body: row.body)
            #expect(answer.status.code == row.status, row.because)
            #expect(try await stage.totals() == before, row.because)
        }
    }

    @Test func `a one-click does not fit the preference page`() async throws {
        try await OptOutStage.with { stage in
            let answer = try await stage.post("/p/\(stage.token(1, 1))", OptOutStage.oneClick)
            #expect(answer.status == .badRequest)
        }
    }

    @Test func `names are shown, not run`() async throws {
        try await OptOutStage.with { stage in
            let evil = #"</title><script>alert("1")</script>'{{token}}"#
            try await stage.superuser.execute(
                """
                UPDATE accounts SET display_name = $evil$\(evil)$evil$;
                UPDATE lists SET name = list_id || $evil$\(evil)$evil$;
                """
            )
            for path in ["/u/", "/p/"] {
                for page in [
                    try await stage.execute(path + stage.token(1, 1)),
                    try await stage.post(path + stage.token(1, 2), "action=leave&list=2"),
                ] {
                    #expect(page.status == .ok)
                    #expect(!page.text.contains("<script>"))
                    #expect(page.text.contains("&lt;script&gt;alert(&quot;1&quot;)"))
                    #expect(page.text.contains("{{token}}"))
                }
            }
        }
    }

    @Test func `the same message a thousand times keeps no other message waiting`() async throws {
        try await OptOutStage.with { stage in
            try await Application(responder: stage.site.responder()).test(.router) { client in
                func post(_ token: String) async throws -> Int {
                    try await client.execute(
                        uri: "/u/\(token)",
                        method: .post,
                        headers: [.contentType: "application/x-www-form-urlencoded"],
                        body: ByteBuffer(string: OptOutStage.oneClick)
                    ).status.code
                }
                let token = stage.token(1, 1)
                var codes: [Int: Int] = [:]
                for _ in 1...1_000 { codes[try await post(token), default: 0] += 1 }
                #expect(codes[200, default: 0] >= 30)
                #expect(codes[429, default: 0] > 800)
                // A mail provider's proxy posts for many people from one address.
                for seq in 2...20 { #expect(try await post(stage.token(1, Seq(seq))) == 200) }
            }
            #expect(try await stage.number("SELECT count(*) FROM opt_out_proofs") == 20)
        }
    }

    @Test func `guesses are counted by address, and right tokens still work there`() async throws {
        try await OptOutStage.with { stage in
            try await Application(responder: stage.site.responder()).test(.router) { client in
                var codes: Set<Int> = []
                for number in 1...100 {
                    codes.insert(try await client.execute(uri: "/u/guess\(number)", method: .get).status.code)
                }
                #expect(codes == [404, 429])
                #expect(try await client.execute(uri: "/u/\(stage.token(1, 1))", method: .get).status == .ok)
            }
        }
    }

    @Test func `other hosts have no such pages`() async throws {
        try await OptOutStage.with(trackingURL: "https://news.example.net") { stage in
            let answer = try await stage.post("/u/\(stage.token(1, 1))", OptOutStage.oneClick)
            #expect(answer.status == .misdirectedRequest)
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 0)
        }
    }

    @Test func `pages load nothing but own files, and those are there`() async throws {
        try await OptOutStage.with { stage in
            let page = try await stage.execute("/p/\(stage.token(1, 1))")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))
            #expect(page.headers[.unchecked("Referrer-Policy")] == "no-referrer")
            let addresses = page.text.matches(of: /(?:src|href)="([^"]+)"/).map { String($0.1) }
            #expect(addresses.count >= 2)
            for address in addresses where address != "data:," {
                #expect(address.hasPrefix("/") && !address.hasPrefix("//"))
                let file = try await stage.execute(address)
                #expect(file.status == .ok, "\(address)")
                #expect(file.headers[.cacheControl]?.contains("immutable") == true)
            }
            #expect(!page.text.contains(" style=") && !page.text.contains(" onclick="))
            #expect(try await stage.execute("/assets/veredus.css").status == .notFound, "without its hash")
        }
    }

    @Test func `the web role cannot delete a suppression, nor undo outside of its account`() async throws {
        try await OptOutStage.with { stage in
            let proof = try #require(try await stage.post("/u/\(stage.token(1, 1))", "action=unsubscribe").proof)
            let web = try await stage.database.connect(.web)
            for sql in [
                "DELETE FROM suppressions", "UPDATE suppressions SET reason = 1", "DELETE FROM opt_out_proofs",
                "UPDATE opt_out_proofs SET is_new = true",
            ] {
                await #expect(throws: PostgresError.self) {
                    try await web.execute("SET veredus.account = '1'; \(sql)")
                }
            }
            let undo = Statement("undo", "SELECT take_back_opt_out(1, 1, \(proof), 1::smallint)")
            for account in ["", "2"] {
                try await web.execute("SET veredus.account = '\(account)'")
                #expect(try await web.rows(undo) { try $0.bool(0) } == [false])
            }
            await web.close()
            #expect(try await stage.number("SELECT count(*) FROM suppressions") == 1)
        }
    }
}
