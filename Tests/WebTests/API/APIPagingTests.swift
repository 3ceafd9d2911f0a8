import HTTPTypes
import Service
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APIPagingTests {
    @Test func `pages show everything once, whatever is added meanwhile`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(25)
            for number in 1...25 {
                let body = #"{"email": "c\#(number)@example.org", "scope": "all", "note": "asked"}"#
                _ = try await fixture.send(.post, "/suppressions", body)
                _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
                _ = try await fixture.send(.post, "/lists", #"{"name": "list \#(number)"}"#)
            }
            for path in [
                "/contacts?limit=7", "/contacts?address=c&limit=7", "/contacts?list=1&limit=7", "/campaigns?limit=7",
                "/lists?limit=7",
            ] {
                let old = try await ids(fixture, path) {}
                #expect(old.count == Set(old).count && old.count >= 25, "\(path)")
                let seen = try await ids(fixture, path) {
                    let name = UInt32.random(in: 0...(.max))
                    _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
                    _ = try await fixture.send(.post, "/lists", #"{"name": "more \#(name)"}"#)
                    let contact = #"{"list": 1, "source": "x", "contacts": [{"email": "m\#(name)@example.org"}]}"#
                    _ = try await fixture.send(.post, "/contacts", contact)
                }
                #expect(seen.count == Set(seen).count, "\(path): nothing twice")
                #expect(Set(seen).isSuperset(of: old), "\(path): nothing left out that was there")
            }
            var cursor = "", count = 0
            repeat {
                let page = try await fixture.send(.get, "/suppressions?limit=7\(cursor)")
                count += page.count("items") ?? 0
                cursor = page["next_cursor"].map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(count == 25)
        }
    }

    /// The numbers on all pages, with something done between each two of them.
    private func ids(_ fixture: APIFixture, _ path: String, between: () async throws -> Void) async throws -> [String] {
        var ids: [String] = []
        var cursor = ""
        repeat {
            let page = try await fixture.send(.get, path + cursor)
            #expect(page.status == 200, "\(path): \(page.text)")
            ids += (0..<(page.count("items") ?? 0)).compactMap { page["items.\($0).id"] }
            cursor = page["next_cursor"].map { "&cursor=\($0)" } ?? ""
            try await between()
        } while !cursor.isEmpty
        return ids
    }

    @Test func `a look for a rare state ends, and goes on where it ended`() async throws {
        try await APIFixture.with { fixture in
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            try await fixture.sql(
                """
                WITH frozen AS (UPDATE campaigns SET state = 6, version = 1, audience = 50002)
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state)
                VALUES (1, 1, 1, 1, 1, 1, 3), (1, 50002, 1, 2, 1, 1, 9)
                """
            )
            let first = try await fixture.send(.get, "/campaigns/1/deliveries?state=dead")
            #expect(first.count("items") == 0)
            let cursor = try #require(first["next_cursor"], "no row yet is not the end")
            let second = try await fixture.send(.get, "/campaigns/1/deliveries?state=dead&cursor=\(cursor)")
            #expect(second["items.0.seq"] == "50002")
            #expect(second["next_cursor"] == nil)
        }
    }
}

struct PageCursorTests {
    @Test func `a cursor is read back, for its own list alone`() {
        let hash = [UInt8](0..<32)
        let table: [PageCursor] = [
            PageCursor(.lists, [1]), PageCursor(.contacts, [Int64.max]), PageCursor(.campaigns, [0]),
            PageCursor(.suppressions, [1, 2, 3, 4], hash: hash),
        ]
        for cursor in table {
            #expect(PageCursor(cursor.text, kind: cursor.kind) == cursor)
            #expect(PageCursor(cursor.text, kind: .deadLetters) == nil)
            #expect(PageCursor(cursor.text + "A", kind: cursor.kind) == nil)
            #expect(PageCursor(String(cursor.text.dropLast()), kind: cursor.kind) == nil)
        }
    }

    @Test func `what was made up is none`() {
        func coded(_ text: String) -> String {
            var bytes: [UInt8] = []
            bytes += text.utf8
            return PageCursor.encoded(bytes)
        }
        for text in [
            "", "1 l", "1 l -1", "1 l 01", "1 l 1 2", "2 l 1", "1 l 9999999999", "1 l 1 ", "1 c 1 00", "1 l x",
        ] {
            #expect(PageCursor(coded(text), kind: text.contains("c") ? .contacts : .lists) == nil, "\(text)")
        }
        #expect(PageCursor(coded("1 l 1"), kind: .lists) == PageCursor(.lists, [1]))
        #expect(PageCursor(String(repeating: "A", count: 401), kind: .lists) == nil)
    }
}
