import Core
import DatabaseClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing

@testable import Web

/// What a message's pixel and links answer, and what of it is counted.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct TrackingRoutesTests {
    private static let open = TrackingToken.open(campaign: 1, .number(TrackingFixture.number))
    private static let click = TrackingToken.click(campaign: 1, link: 1, .number(TrackingFixture.number))

    @Test func `the pixel is a picture of 43 bytes without a cookie, whatever the token`() async throws {
        let fixture = try TrackingFixture(nil)
        let token = fixture.text(Self.open)
        try await fixture.application().test(.router) { client in
            for path in ["/o/\(token).gif", "/o/\(token)", "/o/nonsense.gif", "/o/\(fixture.text(Self.click)).gif"] {
                let answer = try await client.execute(uri: path, method: .get, headers: TrackingFixture.browser)
                #expect(answer.status == .ok)
                #expect(Array(answer.body.readableBytesView) == TrackingRoutes.pixel)
                #expect(answer.headers[.contentType] == "image/gif" && answer.headers[.cacheControl] == "no-store")
                #expect(answer.headers[.setCookie] == nil && answer.headers[.eTag] == nil)
            }
        }
        #expect(TrackingRoutes.pixel.count == 43)
        let events = fixture.events()
        #expect(
            events.map(\.subject) == [.number(TrackingFixture.number)],
            "counted once: the others were not its token"
        )
        #expect(events.map(\.isMachine) == [false])
    }

    @Test func `a link leads to its stored address, and counts`() async throws {
        try await TrackingFixture.with { fixture, _ in
            try await fixture.application().test(.router) { client in
                let path = "/c/\(fixture.text(Self.click))"
                let answer = try await client.execute(uri: path, method: .get, headers: TrackingFixture.browser)
                #expect(answer.status == .found)
                #expect(answer.headers[.location] == "https://shop.example/offer?a=1#b")
                #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.setCookie] == nil)
                #expect(answer.headers[HTTPField.Name.unchecked("Referrer-Policy")] == "no-referrer")
            }
            #expect(fixture.events().map(\.link) == [1])
        }
    }

    static let silent: [(method: HTTPRequest.Method, field: String, value: String, because: Comment)] = [
        (.head, "User-Agent", RawHTTP.browser, "a look at the head only"),
        (.get, "Sec-Purpose", "prefetch;prerender", "a browser ahead of its reader"),
        (.get, "Purpose", "prefetch", "an older one"), (.get, "X-Moz", "prefetch", "Firefox"),
        (.get, "X-Purpose", "preview", "Safari"),
    ]

    @Test(arguments: silent)
    func `who only looks ahead gets the answer and counts for nothing`(
        row: (method: HTTPRequest.Method, field: String, value: String, because: Comment)
    ) async throws {
        try await TrackingFixture.with { fixture, _ in
            try await fixture.application().test(.router) { client in
                var headers = TrackingFixture.browser
                headers[try #require(HTTPField.Name(row.field))] = row.value
                let path = "/c/\(fixture.text(Self.click))"
                let link = try await client.execute(uri: path, method: row.method, headers: headers)
                #expect(link.status == .found && link.headers[.location] == "https://shop.example/offer?a=1#b")
                let pixel = "/o/\(fixture.text(Self.open)).gif"
                let picture = try await client.execute(uri: pixel, method: row.method, headers: headers)
                #expect(picture.status == .ok && picture.headers[.contentType] == "image/gif")
            }
            #expect(fixture.events() == [], row.because)
        }
    }

    @Test func `what a machine asks for is counted apart, without its number`() async throws {
        let fixture = try TrackingFixture(nil)
        try await fixture.application().test(.router) { client in
            for agent in ["Mozilla/5.0", "Mozilla/5.0 (Windows NT 5.1) (via ggpht.com GoogleImageProxy)"] {
                let path = "/o/\(fixture.text(Self.open)).gif"
                _ = try await client.execute(uri: path, method: .get, headers: [.userAgent: agent])
            }
        }
        let events = fixture.events()
        #expect(events.map(\.isMachine) == [true, true] && events.map(\.subject) == [.nobody, .nobody])
    }

    @Test func `nothing is counted of a campaign that is not tracked, and its links lead on`() async throws {
        try await TrackingFixture.with(tracking: .none) { fixture, _ in
            try await fixture.application().test(.router) { client in
                let path = "/c/\(fixture.text(Self.click))"
                let answer = try await client.execute(uri: path, method: .get, headers: TrackingFixture.browser)
                #expect(answer.status == .found)
            }
            #expect(fixture.events() == [])
        }
    }

    @Test func `a link that is known works without a database, an unknown one asks to come again`() async throws {
        try await TrackingFixture.with { fixture, superuser in
            await fixture.links.lookAhead()
            // From now on the database does not answer.
            await fixture.pool.close()
            let unknown = TrackingToken.click(campaign: 2, link: 1, .number(TrackingFixture.number))
            try await fixture.application().test(.router) { client in
                let path = "/c/\(fixture.text(Self.click))"
                let answer = try await client.execute(uri: path, method: .get, headers: TrackingFixture.browser)
                #expect(answer.status == .found && answer.headers[.location] == "https://shop.example/offer?a=1#b")
                for _ in 1...3 {
                    let later = try await client.execute(
                        uri: "/c/\(fixture.text(unknown))",
                        method: .get,
                        headers: TrackingFixture.browser
                    )
                    #expect(later.status == .serviceUnavailable && later.headers[.retryAfter] == "3")
                    #expect(
                        later.headers[.location] == nil && String(buffer: later.body).contains("http-equiv=\"refresh\"")
                    )
                }
            }
            #expect(fixture.events().count == 1)
        }
    }

    // MARK: Attackers

    @Test func `a changed token leads nowhere and counts nothing`() async throws {
        try await TrackingFixture.with { fixture, _ in
            let genuine = Array(fixture.text(Self.click).utf8)
            let strangers = [
                try TrackingFixture.ring(id: 2), try TrackingFixture.ring(id: 1, secret: 6),
            ].map { String(decoding: $0.sign(Self.click), as: UTF8.self) }
            let swapped = [Self.open, .unsubscribe(DeliveryKey(campaign: 1, seq: 1))].map { fixture.text($0) }
            var bad = strangers + swapped
            for index in genuine.indices {
                var changed = genuine
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                bad.append(String(decoding: changed, as: UTF8.self))
            }
            bad += [
                "x", String(decoding: genuine.dropLast(), as: UTF8.self),
                String(decoding: genuine, as: UTF8.self) + "=",
                String(repeating: "A", count: 4_000),
            ]
            let all = bad
            try await fixture.application().test(.router) { client in
                for token in all {
                    let answer = try await client.execute(
                        uri: "/c/\(token)",
                        method: .get,
                        headers: TrackingFixture.browser
                    )
                    #expect(answer.status == .notFound && answer.headers[.location] == nil, "\(token)")
                    _ = try await client.execute(uri: "/o/\(token).gif", method: .get, headers: TrackingFixture.browser)
                }
            }
            // Among the bad ones for a click stands the good token of a pixel.
            #expect(fixture.events().map(\.kind) == [.open])
        }
    }

    @Test func `a link of no campaign, of no number, and one that leads elsewhere are not found`() async throws {
        try await TrackingFixture.with { fixture, _ in
            let number = TokenSubject.number(TrackingFixture.number)
            try await fixture.application().test(.router) { client in
                for (campaign, link) in [(4_711, 1), (1, 0), (1, 5), (1, 3), (1, 4)] as [(CampaignID, UInt16)] {
                    let token = fixture.text(.click(campaign: campaign, link: link, number))
                    let answer = try await client.execute(
                        uri: "/c/\(token)",
                        method: .get,
                        headers: TrackingFixture.browser
                    )
                    #expect(answer.status == .notFound && answer.headers[.location] == nil, "\(campaign) \(link)")
                }
            }
            #expect(fixture.events() == [])
        }
    }

    static let tricks = [
        "//evil.example", "/..//evil.example", "/%2f%2fevil.example", "/\\evil.example", "?url=https://evil.example",
        "?next=//evil.example&token=x", "/@evil.example", "#https://evil.example", "/javascript:alert(1)",
        "%0d%0aLocation:%20https://evil.example",
    ]

    @Test(arguments: tricks)
    func `whatever stands behind a token, the redirect leads to the stored address or nowhere`(trick: String)
        async throws
    {
        try await TrackingFixture.with { fixture, _ in
            try await fixture.application().test(.router) { client in
                let path = "/c/\(fixture.text(Self.click))\(trick)"
                let answer = try await client.execute(uri: path, method: .get, headers: TrackingFixture.browser)
                #expect([nil, "https://shop.example/offer?a=1#b"].contains(answer.headers[.location]))
                #expect(answer.status == (answer.headers[.location] == nil ? .notFound : .found))
            }
        }
    }

    @Test(arguments: [HTTPRequest.Method.post, .put, .delete, .patch])
    func `other methods do nothing`(method: HTTPRequest.Method) async throws {
        let fixture = try TrackingFixture(nil)
        try await fixture.application().test(.router) { client in
            for path in ["/o/\(fixture.text(Self.open)).gif", "/c/\(fixture.text(Self.click))"] {
                let answer = try await client.execute(uri: path, method: method, headers: TrackingFixture.browser)
                #expect(answer.status.code >= 400)
            }
        }
        #expect(fixture.events() == [])
    }
}
