import Core
import DatabaseClient
import HTTPTypes
import TestKit
import Testing

@testable import Database
@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APISearchTests {
    private static let contacts = """
        {"list": 1, "source": "test", "contacts": [
            {"email": "Anna@example.org", "attributes": {"city": "Berlin", "n": 7, "town": {"zip": "10115"}}},
            {"email": "anna.b@example.com", "attributes": {"city": "Bonn", "n": "7", "vip": true}},
            {"email": "hanna@example.org", "attributes": {"city": "Berlin", "tags": ["Berlin"]}},
            {"email": "an%25@example.org"}, {"email": "erased@example.org", "attributes": {"city": "Berlin"}}
        ]}
        """

    typealias Row = (query: String, found: [String], because: Comment)
    static let searches: [Row] = [
        ("address=ann", ["anna.b@example.com", "Anna@example.org"], "in the order of addresses"),
        ("address=ANNA%40example.org", ["Anna@example.org"], "a whole one, in any case"),
        ("address=nna", [], "only how they begin"), ("address=an%25", ["an%25@example.org"], "no wildcard"),
        ("address=erased", [], "erased ones are left out"),
        ("address=@example.org", ["an%25@example.org", "Anna@example.org", "hanna@example.org"], "a domain"),
        ("address=@example.net", [], "another account's domain"),
        ("field=city%3DBerlin", ["Anna@example.org", "hanna@example.org"], "a field"),
        ("field=city%3Dberlin", [], "values are exact"),
        ("field=n%3D7", ["anna.b@example.com", "Anna@example.org"], "a number, and as a text"),
        ("field=town.zip%3D10115", ["Anna@example.org"], "in another field"),
        ("field=vip%3Dtrue", ["anna.b@example.com"], "a truth"), ("field=tags%3DBerlin", [], "a list is no value"),
    ]

    @Test(arguments: searches) func `contacts are found by address part and by field`(row: Row) async throws {
        try await APIFixture.with { fixture in
            #expect(try await fixture.send(.post, "/contacts", Self.contacts).status == 200)
            try await fixture.sql(
                """
                WITH theirs AS (
                    INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain,
                                          attributes)
                    VALUES (2, 'anna@example.net', 'anna@example.net', 1, sha256('x'), 1, 'example.net',
                            '{"city": "Berlin"}')
                )
                UPDATE contacts SET address = '', address_key = 'erased:5', domain = '', attributes = '{}',
                    status = \(ContactStatus.erased.rawValue)
                WHERE address_key = 'erased@example.org'
                """
            )
            for limit in [1, 50] {
                var found: [String] = [], cursor = ""
                repeat {
                    let page = try await fixture.send(.get, "/contacts?limit=\(limit)&\(row.query)\(cursor)")
                    #expect(page.status == 200, "\(page.text)")
                    found += (0..<(page.count("items") ?? 0)).compactMap { page["items.\($0).email"] }
                    cursor = page["next_cursor"].map { "&cursor=\($0)" } ?? ""
                } while !cursor.isEmpty
                #expect(found == row.found, row.because)
            }
            let audit = try await fixture.sql("SELECT concat_ws(' ', action, subject, reason) FROM audit").joined()
            #expect(!audit.lowercased().contains("anna") && !audit.contains("Berlin") && !audit.contains("example.org"))
            #expect(audit.contains("contacts.list a search by"))
        }
    }

    /// More match than are sorted, and few of those that come first.
    @Test func `a frequent value is found page by page, all of it and once`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.sql(
                """
                WITH added AS (
                    INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain,
                                          attributes)
                    SELECT 1, k, k, 1, sha256(k::bytea), 1, CASE WHEN n > 6000 THEN 'example.net' ELSE 'example.org' END,
                           jsonb_build_object('plan', CASE WHEN n > 13600 THEN 'pro' ELSE 'free' END,
                                              'new', CASE WHEN n > 14800 THEN 'yes' ELSE 'no' END)
                    FROM generate_series(1, 16000) n, format('c%s@example.org', n) k RETURNING 1
                ) SELECT count(*)::text FROM added
                """
            )
            for (query, count) in [
                ("field=plan%3Dpro", 2_400), ("field=new%3Dyes", 1_200), ("address=@example.org", 6_000),
            ] {
                var ids: [Int] = [], cursor = "", pages = 0
                repeat {
                    let page = try await fixture.send(.get, "/contacts?limit=200&\(query)\(cursor)")
                    ids += (0..<(page.count("items") ?? 0)).compactMap { page["items.\($0).id"].flatMap { Int($0) } }
                    cursor = page["next_cursor"].map { "&cursor=\($0)" } ?? ""
                    pages += 1
                } while !cursor.isEmpty
                #expect(ids.count == count && ids == Array(Set(ids)).sorted(), "\(query)")
                #expect(pages <= count / 200 + 2, "\(query)")
            }
            try await fixture.sql("ALTER FUNCTION contacts_with_keys(jsonb[], int) RENAME TO asked")
            let page = try await fixture.send(.get, "/contacts?limit=200&field=plan%3Dpro")
            #expect(page.count("items") == 200, "the index is not asked for what most have: \(page.text)")
        }
    }

    @Test func `a page after an erased contact says so, where the place is lost`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(3)
            let search = try await fixture.send(.get, "/contacts?address=c&limit=1")["next_cursor"] ?? ""
            let all = try await fixture.send(.get, "/contacts?limit=1")["next_cursor"] ?? ""
            try await fixture.sql(
                "UPDATE contacts SET address_key = 'erased:1', status = \(ContactStatus.erased.rawValue) WHERE contact_id = 1 RETURNING ''"
            )
            let lost = try await fixture.send(.get, "/contacts?address=c&limit=1&cursor=\(search)")
            #expect(lost.status == 422 && lost["errors.0.pointer"] == "cursor")
            #expect(try await fixture.send(.get, "/contacts?cursor=\(all)").count("items") == 2)
            #expect(try await fixture.send(.get, "/contacts?address=c&cursor=\(all)").status == 422, "of another order")
        }
    }

    @Test(arguments: [
        ("/contacts?address=", "address"), ("/contacts?address=@", "address"), ("/contacts?field=city", "field"),
        ("/contacts?field=a%3Db&address=c", "field"), ("/contacts?list=1&address=c", "list"),
        ("/contacts?list=1&field=a%3Db", "list"), ("/campaigns?name=", "name"), ("/lists?name=", "name"),
    ]) func `a search that cannot be is refused`(path: String, parameter: String) async throws {
        try await APIFixture.with { fixture in
            let answer = try await fixture.send(.get, path)
            #expect(answer.status == (path.hasSuffix("=") ? 400 : 422), "\(answer.text)")
            #expect(answer["errors.0.pointer"] == parameter, "\(answer.text)")
        }
    }

    @Test func `campaigns are found by name part and state, lists by name part`() async throws {
        try await APIFixture.with { fixture in
            for name in ["Spring sale", "Sommer 100%", "SPRING again"] {
                let body = APIFixture.campaign.replacing("Fresh horses", with: name)
                #expect(try await fixture.send(.post, "/campaigns", body).status == 201)
                _ = try await fixture.send(.post, "/lists", #"{"name": "\#(name)"}"#)
            }
            try await fixture.sql(
                "UPDATE campaigns SET state = \(CampaignState.finished.rawValue), version = 1 WHERE campaign_id = 3 RETURNING ''"
            )
            let table: [(path: String, ids: [String])] = [
                ("/campaigns?name=spring", ["3", "1"]), ("/campaigns?name=spring&state=draft", ["1"]),
                ("/campaigns?state=finished", ["3"]), ("/campaigns?name=0%25", ["2"]), ("/campaigns?name=_", []),
                ("/lists?name=SPRING", ["3", "5"]), ("/lists?name=s", ["1", "3", "4", "5"]),
            ]
            for row in table {
                let page = try await fixture.send(.get, row.path)
                let ids = (0..<(page.count("items") ?? 0)).compactMap { page["items.\($0).id"] }
                #expect(ids == row.ids, "\(row.path)")
            }
        }
    }

    @Test func `no role finds another account's contacts by their keys`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(2)
            let other = AccountDatabase(pool: fixture.parts.pool, actor: "test")
            for search in [ContactSearch.all, .beginning("c"), .domain("example.org"), .field(["name"], "C1")] {
                let page = try await other.contacts(of: APIFixture.other, search, after: 0, limit: 10)
                #expect(page?.contacts.isEmpty == true)
            }
            let none = try await other.transaction(account: nil) { connection in
                try connection.rows(.contactsWithKeys, [.texts([#"{"fields":{"name":"C1"}}"#]), .int32(9)]) {
                    try $0.int64(0)
                }
            }
            #expect(none.isEmpty)
        }
    }
}
