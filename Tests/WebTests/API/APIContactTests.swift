import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APIContactTests {
    @Test func `each contact of a batch is told what became of it`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(4)
            // c2 has unsubscribed from the list, c3 has opted out of everything, c4 was erased.
            for (address, scope) in [("c2", #""list", "list": 1"#), ("c3", #""all""#)] {
                let body = #"{"email": "\#(address)@example.org", "scope": \#(scope), "note": "asked"}"#
                #expect(try await fixture.send(.post, "/suppressions", body).status == 201)
            }
            try await fixture.sql(
                """
                WITH gone AS (DELETE FROM list_members WHERE contact_id = 4)
                UPDATE contacts SET address = '', address_key = 'erased:4', attributes = '{}', status = 1
                WHERE contact_id = 4
                """
            )
            let answer = try await fixture.send(
                .post,
                "/contacts",
                """
                {"list": 1, "source": "order form", "contacts": [
                    {"email": "C1@Example.ORG", "attributes": {"name": null, "town": {"zip": "10115"}}},
                    {"email": "c2@example.org"}, {"email": "c3@example.org"}, {"email": "c4@example.org"},
                    {"email": "new@example.org"}, {"email": "New@example.org", "attributes": {"n": 1.50}},
                    {"email": "no address"}, {"attributes": []}, 5,
                    {"email": "d@example.org", "attributes": {"note": "4111111111111111"}},
                    {"email": "e@example.org", "attributes": {"note": 4111111111111111}},
                    {"email": "f@example.org", "status": "subscribed"}
                ]}
                """
            )
            #expect(answer.status == 200, "\(answer.text)")
            func facts(_ index: Int) -> [String?] {
                ["outcome", "contact", "subscribed", "suppressed", "errors.0.pointer"].map {
                    answer["results.\(index).\($0)"]
                }
            }
            #expect(facts(0) == ["changed", "1", "true", "false", nil])
            #expect(facts(1) == ["unchanged", "2", "false", "true", nil], "unsubscribed stays so")
            #expect(facts(2) == ["unchanged", "3", "true", "true", nil], "a suppression is not touched")
            #expect(facts(3) == ["erased", nil, nil, "true", nil], "an erased one is not brought back")
            #expect(facts(4) == ["duplicate", facts(5)[1], "true", "false", nil])
            #expect(facts(5).first == "added")
            for (index, pointer) in [
                (6, "/contacts/6/email"), (7, "/contacts/7/email"), (8, "/contacts/8"), (9, "/contacts/9/attributes"),
                (10, "/contacts/10/attributes"), (11, "/contacts/11/status"),
            ] {
                #expect(facts(index) == ["rejected", nil, nil, nil, pointer])
            }
            let stored = try await fixture.sql(
                "SELECT attributes::text FROM contacts WHERE status = 0 ORDER BY contact_id"
            )
            #expect(
                stored == [#"{"town": {"zip": "10115"}}"#, #"{"name": "C2"}"#, #"{"name": "C3"}"#, #"{"n": 1.50}"#]
            )
            let everything = try await fixture.sql(
                "SELECT string_agg(c::text, '') || (SELECT string_agg(a::text, '') FROM audit a) FROM contacts c"
            )
            #expect(!everything[0].contains("4111"))
            #expect(!everything[0].contains("c4@"))
            let list = try await fixture.send(.get, "/lists/1")
            #expect(list["unsubscribed"] == "1")
        }
    }

    @Test func `an opt-out elsewhere is no consent, and a telephone number no card`() async throws {
        try await APIFixture.with { fixture in
            let answer = try await fixture.send(
                .post,
                "/contacts",
                """
                {"list": 1, "source": "order form", "contacts": [
                    {"email": "s1@example.org", "attributes": {"status": "unsubscribed"}},
                    {"email": "s2@example.org", "attributes": {"unsubscribed": true}},
                    {"email": "s3@example.org", "attributes": {"status": "gold", "unsubscribed": false}},
                    {"email": "4111111111111111@example.org", "attributes": {"mobile": "4915112345678"}}
                ]}
                """
            )
            #expect(answer.status == 200, "\(answer.text)")
            let outcomes = (0..<4).map { answer["results.\($0).outcome"] }
            #expect(outcomes == ["rejected", "rejected", "added", "added"])
            #expect(answer["results.0.errors.0.pointer"] == "/contacts/0/attributes")
        }
    }

    @Test func `a thousand contacts are taken, one more is not`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(1_000)
            let contacts = (1...1_001).map { #"{"email": "x\#($0)@example.org"}"# }.joined(separator: ",")
            let answer = try await fixture.send(
                .post,
                "/contacts",
                #"{"list": 1, "source": "x", "contacts": [\#(contacts)]}"#
            )
            #expect(answer.status == 400)
            #expect(answer["errors.0.pointer"] == "/contacts")
            #expect(try await fixture.sql("SELECT count(*)::text FROM contacts") == ["1000"])
        }
    }

    @Test func `whoever looks at addresses is written down`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(3)
            let before = try await fixture.audit().count
            #expect(try await fixture.send(.get, "/contacts?list=1&limit=2").count("items") == 2)
            let one = try await fixture.send(.get, "/contacts/2")
            #expect(one["email"] == "c2@example.org")
            #expect(one["lists.0.source"] == "test")
            #expect(try await fixture.send(.get, "/contacts").count("items") == 3)
            #expect(
                try await fixture.audit().dropFirst(before) == [
                    "contacts.list list 1", "contacts.show contact 2", "contacts.list all contacts",
                ]
            )
        }
    }

    @Test func `an opt-out recalls what is queued`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(2)
            try await fixture.sql(
                """
                WITH c AS (INSERT INTO campaigns (account_id, list_id, name, state, version, audience)
                           VALUES (1, 1, 'runs', 2, 1, 2) RETURNING 1)
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state)
                VALUES (1, 1, 1, 1, 1, 1, 0), (1, 2, 1, 2, 1, 1, 1)
                """
            )
            for (address, recalled, onTheirWay) in [("c1", "1", "0"), ("c2", "0", "1")] {
                let body = #"{"email": "\#(address)@example.org", "note": "asked"}"#
                let answer = try await fixture.send(.post, "/suppressions", body)
                #expect(answer.status == 201, "\(answer.text)")
                #expect(answer["recalled"] == recalled)
                #expect(answer["already_on_their_way"] == onTheirWay)
                #expect(try await fixture.send(.post, "/suppressions", body).status == 200, "safe to repeat")
            }
            let one = try await fixture.send(.get, "/contacts/1")
            #expect(one.count("opt_outs") == 1)
            #expect(one["opt_outs.0.way"] == "api" && one["opt_outs.0.action"] == "marketing")
            #expect(one["opt_outs.0.recalled"] == "1" && one["opt_outs.0.source"] == "asked")
            let page = try await fixture.send(.get, "/suppressions")
            #expect(page.count("items") == 2)
            #expect(page["items.0.reason"] == "by-hand")
            #expect(!page.text.contains("@"))
        }
    }

    @Test func `an address that is hashed with another key is refused`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.sql("INSERT INTO key_checks VALUES ('address', 1, '\\x00') RETURNING ''")
            let answer = try await fixture.send(.post, "/suppressions", #"{"email": "c@example.org", "note": "asked"}"#)
            #expect(answer.status == 500, "a mistake of the operator's: no opt-out may be stored where nobody finds it")
            #expect(try await fixture.sql("SELECT count(*)::text FROM suppressions") == ["0"])
        }
    }
}
