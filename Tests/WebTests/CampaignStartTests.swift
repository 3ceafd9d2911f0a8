import Core
import HTTPTypes
import TestKit
import Testing

@testable import Web

/// A start, asked for by the API and by the dashboard, looks at the messages first.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct CampaignStartTests {
    private static let unready = APIFixture.campaign.replacing(#""friend""#, with: "null")

    @Test func `the API refuses what would fail, says why, and starts it when it is told to anyway`() async throws {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(3)
            let made = try await fixture.send(.post, "/campaigns", Self.unready)
            #expect(made.status == 201, "\(made.text)")
            let ready = try await fixture.send(.get, "/campaigns/1/check")
            #expect(ready.status == 200, "\(ready.text)")
            #expect(ready["ready"] == "true" && ready["recipients"] == "3" && ready["checked"] == "3", "\(ready.text)")
            try await fixture.sql("UPDATE contacts SET attributes = '{}' WHERE contact_id > 1 RETURNING ''")
            let check = try await fixture.send(.get, "/campaigns/1/check")
            #expect(check["ready"] == "false" && check["missing.0.field"] == "name" && check["missing.0.count"] == "2")
            let words = #"field "name" is missing for 2 of 3 recipients, such as contact 2"#
            #expect(check["problems.0"] == words, "\(check.text)")

            for body in [nil, #"{"start_at": "2099-01-01T00:00:00Z"}"#, #"{"anyway": false}"#] {
                let refused = try await fixture.send(.post, "/campaigns/1/start", body)
                #expect(refused.status == 409)
                #expect(refused["type"] == "urn:veredus:problem:not-ready", "\(refused.text)")
                #expect(refused["errors.0.detail"] == words)
                #expect(refused["detail"]?.contains(#""anyway": true"#) == true)
            }
            #expect(try await fixture.send(.post, "/campaigns/1/start", #"{"anyway": 1}"#).status == 400)
            #expect(try await fixture.sql("SELECT state::text FROM campaigns") == ["0"])
            let key: HTTPFields = [.unchecked("Idempotency-Key"): "s1"]
            let started = try await fixture.send(.post, "/campaigns/1/start", #"{"anyway": true}"#, key)
            #expect(started.status == 200 && started["state"] == "starting", "\(started.text)")
            let again = try await fixture.send(.post, "/campaigns/1/start", #"{"anyway": true}"#, key)
            #expect(again.text == started.text)
        }
    }

    @Test func `the API takes a scheduled campaign back, and refuses a change that would fail at its time`()
        async throws
    {
        try await APIFixture.with { fixture in
            try await fixture.importContacts(2)
            _ = try await fixture.send(.post, "/campaigns", APIFixture.campaign)
            let start = #"{"start_at": "2099-01-01T00:00:00Z"}"#
            #expect(try await fixture.send(.post, "/campaigns/1/start", start)["state"] == "scheduled")
            #expect(try await fixture.send(.get, "/campaigns?state=scheduled").count("items") == 1)
            let wrong = try await fixture.send(.patch, "/campaigns/1", #"{"subject": "{{nmae}}"}"#)
            #expect(wrong.status == 409 && wrong["type"] == "urn:veredus:problem:not-ready", "\(wrong.text)")
            let back = try await fixture.send(.post, "/campaigns/1/unschedule")
            #expect(back.status == 200 && back["state"] == "draft", "\(back.text)")
            #expect(back["start_at"] == nil)
            let again = try await fixture.send(.post, "/campaigns/1/unschedule")
            #expect(again.status == 409 && again["type"] == "urn:veredus:problem:wrong-state")
            #expect(
                try await fixture.send(.patch, "/campaigns/1", #"{"subject": "{{nmae}}"}"#).status == 200,
                "a draft"
            )
            let nobody = try await fixture.send(.get, "/campaigns/9/check")
            #expect(nobody.status == 404)
        }
    }

    @Test func `the dashboard says what would fail before it asks, and starts it anyway when that is clicked`()
        async throws
    {
        try await WebFixture.with { web in
            let browser = try await web.browser("ed")
            let page = try await browser.get("/campaigns/3/confirm/start")
            #expect(page.status == 200)
            #expect(
                page.text.contains("Field &quot;name&quot; is missing for 1 of 2 recipients, such as contact 2"),
                "\(page.text)"
            )
            #expect(
                page.text.contains("Start anyway") && page.text.contains("Messages were rendered for all 2 recipients")
            )
            let refused = try await browser.post("/campaigns/3/ask/start")
            #expect(refused.status == 409 && refused.text.contains("is not ready to start"), "\(refused.text)")
            let started = try await browser.post("/campaigns/3/ask/start", ["anyway": "yes"])
            #expect(started.location == "/campaigns/3")
            #expect(try await web.sql("SELECT state::text FROM campaigns WHERE campaign_id = 3") == ["1"])
        }
    }

    @Test func `the dashboard shows when a campaign starts, and what can be asked of it`() async throws {
        try await WebFixture.with { web in
            try await web.execute(
                "UPDATE campaigns SET state = \(CampaignState.scheduled.rawValue), start_at = '2040-01-01 09:00Z' WHERE campaign_id = 3"
            )
            let browser = try await web.browser("ed")
            let list = try await browser.get("/campaigns")
            #expect(list.text.contains("for <time datetime=\"2040-01-01T09:00:00Z\">"))
            let page = try await browser.get("/campaigns/3")
            #expect(page.text.contains("data-state=\"scheduled\"") && page.text.contains("starts <time"))
            for request in ["start", "cancel", "unschedule"] { #expect(page.text.contains("id=\"ask-\(request)\"")) }
            #expect(!page.text.contains("id=\"ask-pause\""))
            #expect(try await browser.get("/campaigns/3/confirm/unschedule").text.contains("It becomes a draft again"))
            try await web.execute(
                "UPDATE list_members SET status = \(MembershipStatus.unsubscribed.rawValue); UPDATE campaigns SET state = \(CampaignState.draft.rawValue) WHERE campaign_id = 3"
            )
            let empty = try await browser.get("/campaigns/3/confirm/start")
            #expect(empty.text.contains("It has no recipients"))
            #expect(!empty.text.contains("id=\"yes\""), "it cannot be started")
        }
    }
}
