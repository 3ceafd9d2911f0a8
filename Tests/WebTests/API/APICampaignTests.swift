import Core
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct APICampaignTests {
    @Test func `a campaign is made, changed, started, and asked to stop`() async throws {
        try await APIFixture.with { fixture in
            let made = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            #expect(made.status == 201)
            #expect(made.headers[.location] == "/api/v1/campaigns/1")
            #expect(made["state"] == "draft")
            #expect(made["policy"] == "at-most-once")
            #expect(made["lifetime_minutes"] == "4320")

            let empty = try await fixture.send(.post, "/campaigns/1/start")
            #expect(empty.status == 409)
            #expect(empty["type"] == "urn:veredus:problem:empty-list")

            let changed = try await fixture.send(
                .patch,
                "/campaigns/1",
                #"{"subject": "Ave {{name}}", "text": "Ave {{name}}", "lifetime_minutes": 60}"#
            )
            #expect(changed.status == 200, "\(changed.text)")
            #expect(changed["message.subject"] == "Ave {{name}}")
            #expect(changed["message.html"] == "<p>Salve {{name}}</p>", "what was left out stays")
            #expect(changed["message.from.address"] == "stables@example.net")
            #expect(changed["message.defaults.name"] == "friend")
            #expect(changed["version"] == "2")
            #expect(changed["lifetime_minutes"] == "60")
            let textless = try await fixture.send(.patch, "/campaigns/1", #"{"text": null}"#)
            #expect(textless["message.text"] == nil)

            try await fixture.importContacts(2)
            let late = try await fixture.send(.post, "/campaigns/1/start", #"{"start_at": "2020-01-01T00:00:00Z"}"#)
            #expect(late.status == 422)
            let started = try await fixture.send(
                .post,
                "/campaigns/1/start",
                #"{"start_at": "2099-01-01T00:00:00+01:00"}"#
            )
            #expect(started.status == 200)
            #expect(started["state"] == "scheduled")
            #expect(started["start_at"] == "2098-12-31T23:00:00Z")

            let changedLate = try await fixture.send(.patch, "/campaigns/1", #"{"subject": "Vale {{name}}"}"#)
            #expect(changedLate.status == 200, "\(changedLate.text)")
            #expect(changedLate["state"] == "scheduled")
            #expect(changedLate["start_at"] == "2098-12-31T23:00:00Z", "it keeps its time")
            let paused = try await fixture.send(.post, "/campaigns/1/pause")
            #expect(paused.status == 409)
            #expect(paused["type"] == "urn:veredus:problem:wrong-state")
            let cancelled = try await fixture.send(.post, "/campaigns/1/cancel")
            #expect(cancelled["state"] == "cancelling")
            let log = try await fixture.audit()
            #expect(
                log.filter { $0.hasPrefix("campaign.") } == [
                    "campaign.create campaign 1", "campaign.update campaign 1", "campaign.update campaign 1",
                    "campaign.start campaign 1", "campaign.update campaign 1", "campaign.cancel campaign 1",
                ]
            )
            let actors = try await fixture.sql("SELECT DISTINCT actor FROM audit WHERE action LIKE 'campaign.%'")
            #expect(actors == ["API key \(fixture.key.prefix(12)) (test)"])
        }
    }

    static let wrong: [(change: (String, String), status: Int, pointer: String, because: Comment)] = [
        ((#""<p>Salve {{name}}</p>""#, #""<p>{{#name}}</p>""#), 422, "/html", "a section that is not closed"),
        ((#""Salve {{name}}""#, #""Salve\nBcc: x@example.org""#), 422, "/subject", "a header of its own"),
        ((#""stables@example.net""#, #""stables""#), 422, "/from/address", "no address"),
        ((#""list": 1"#, #""list": 3"#), 422, "/list", "no such list"),
        ((#""list": 1"#, #""list": 1, "tracking": "individual""#), 422, "/tracking", "the account has not opted in"),
        ((#""friend""#, #""4111 1111 1111 1111""#), 422, "/defaults", "a card number"),
        ((#""list": 1"#, #""list": 1, "lifetime_minutes": 86401"#), 400, "/lifetime_minutes", "more than 60 days"),
        ((#""list": 1"#, #""list": 1.5"#), 400, "/list", "no whole number"),
    ]

    @Test func `a draft is checked by what checks the tool's`() async throws {
        try await APIFixture.with { fixture in
            for row in Self.wrong {
                let body = APIFixture.campaign.replacing(row.change.0, with: row.change.1)
                #expect(body != APIFixture.campaign, row.because)
                let answer = try await fixture.send(.post, "/campaigns", body)
                #expect(answer.status == row.status, "\(row.because): \(answer.text)")
                #expect(answer["errors.0.pointer"] == row.pointer, "\(row.because): \(answer.text)")
            }
            #expect(try await fixture.send(.get, "/campaigns").count("items") == 0)
        }
    }

    @Test func `a byte-order mark before a body or in a template is passed over`() async throws {
        try await APIFixture.with { fixture in
            let body = APIFixture.campaign.replacing(#""Salve {{name}}""#, with: "\"\u{FEFF}Salve {{name}}\"")
            #expect(body != APIFixture.campaign)
            let made = try await fixture.send(.post, "/campaigns", "\u{FEFF}" + body)
            #expect(made.status == 201, "\(made.text)")
        }
    }

    @Test func `what looks like HTML is data`() async throws {
        try await APIFixture.with { fixture in
            let name = #"<script>alert("1")</script> & \u2028 ' 日本"#
            let made = try await fixture.send(.post, "/lists", #"{"name": "<script>alert(\"1\")</script> & ' 日本"}"#)
            #expect(made["name"] == #"<script>alert("1")</script> & ' 日本"#, "\(name)")
            #expect(made.headers[.contentType] == "application/json")
            #expect(made.headers[.xContentTypeOptions] == "nosniff")
            let again = try await fixture.send(.get, "/lists/3")
            #expect(again["name"] == made["name"])
        }
    }

    @Test func `a start that is asked for again under its key gets the first answer, also when its time has passed`()
        async throws
    {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(1)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            // Just not too late yet.
            let start = currentSeconds() - 58
            let body = #"{"start_at": "\#(Timestamp.text(start))"}"#
            let key: HTTPFields = [.unchecked("Idempotency-Key"): "s1"]
            let first = try await fixture.send(.post, "/campaigns/1/start", body, key)
            #expect(first.status == 200, "\(first.text)")
            try await eventually("it is more than a minute ago") { currentSeconds() > start + 61 }
            let again = try await fixture.send(.post, "/campaigns/1/start", body, key)
            #expect(again.status == 200 && again.text == first.text, "\(again.text)")
            let other = try await fixture.send(.post, "/campaigns/1/start", body)
            #expect(other.status == 422)
        }
    }

    @Test func `the totals, the messages one by one, and what is told of whom`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(4)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            try await fixture.sql(Self.sent)
            let report = try await fixture.send(.get, "/campaigns/1/report")
            #expect(report.status == 200, "\(report.text)")
            #expect(report["balanced"] == "true")
            #expect(report["counts.accepted"] == "1")
            #expect(report["lanes.0.counts.dead"] == "1")
            #expect(report["replies.0.judgement"] == "not-this-message")
            #expect(report["replies.0.words"] == "no")
            #expect(report["returned.bounced"] == "1")
            #expect(report["returned.complaints"] == "1")
            #expect(report["returned.complaints_percent"] == "100")
            #expect(report["returned.complaints_verdict"] == "warn", "one is below the least for a pause")
            #expect(report["returned.bounces.0.reason"] == "mailbox-full")
            #expect(report["returned.bounces.0.consequence"] == "soft")
            #expect(report["returned.bounces.0.domain"] == "example.org")
            #expect(report["returned.bounces.0.count"] == "1")

            let all = try await fixture.send(.get, "/campaigns/1/deliveries?limit=3")
            #expect(all.count("items") == 3)
            #expect(all["items.1.reason"] == "message-refused")
            #expect(all["items.0.email"] == nil, "no address unless it is asked for")
            let rest = try await fixture.send(
                .get,
                "/campaigns/1/deliveries?limit=3&cursor=\(all["next_cursor"] ?? "")"
            )
            #expect(rest.count("items") == 1)
            #expect(rest["next_cursor"] == nil)
            let dead = try await fixture.send(.get, "/campaigns/1/deliveries?state=dead&addresses=true")
            #expect(dead.count("items") == 1)
            #expect(dead["items.0.email"] == "c3@example.org")
            #expect(try await fixture.audit().last == "deliveries.show campaign 1")
            let reader = try await APIFixture.key(fixture.fixture, [.readCampaigns], account: APIFixture.acme)
            let refused = try await fixture.send(.get, "/campaigns/1/deliveries?addresses=true", key: reader)
            #expect(refused.status == 403)
            #expect(try await fixture.send(.get, "/campaigns/1/deliveries", key: reader).status == 200)

            let messages = try await fixture.send(.get, "/dead-letters?campaign=1")
            #expect(messages.count("items") == 1)
            #expect(messages["items.0.reason"] == "render-error")
            #expect(messages["items.0.state"] == "dead")
            let links = try await fixture.send(.get, "/campaigns/1/links")
            #expect(links["items.0.url"] == "https://example.net/")
            let engagement = try await fixture.send(.get, "/campaigns/1/engagement")
            #expect(engagement.status == 200, "\(engagement.text)")
        }
    }

    private static let sent = """
        WITH frozen AS (UPDATE campaigns SET state = 6, version = 1, audience = 4, started_at = now(), finished_at = now()
                        RETURNING 1),
        l AS (INSERT INTO links VALUES (1, 1, 1, 1, 'https://example.net/') RETURNING 1),
        d AS (INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state, code, reason)
              SELECT 1, contact_id, 1, contact_id, 1, 1, (ARRAY[3, 4, 9, 6])[contact_id],
                     (ARRAY[250, 554, 0, 0])[contact_id], (ARRAY[0, 2, 4, 9])[contact_id] FROM contacts RETURNING 1),
        c AS (INSERT INTO counters (campaign_id, lane_id, writer, accepted, failed, dead, uncertain)
              VALUES (1, 1, 0, 1, 1, 1, 1) RETURNING 1),
        r AS (INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
              VALUES (1, 2, 1, 1, 3, 5, 554, 'no') RETURNING 1),
        b AS (INSERT INTO bounces (account_id, campaign_id, seq, attempt, kind, detail, source_hash, contact_id, lane_id,
                  reason, consequence)
              VALUES (1, 1, 2, 1, 1, '', 'bounce', 2, 1, 3, 2), (1, 1, 1, 1, 2, '', 'complaint', 1, 1, 0, 0)
              RETURNING 1)
        INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope)
        VALUES (1, 3, 1, 3, 'line 1', 'w', 'jobs.default', '')
        """
}
