import Core
import Database
import DatabaseClient
import HTTPTypes
import TestKit
import Testing

@testable import Web

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct LivePageTests {
    @Test func `a page is kept up to date until its session ends`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("vic")
            async let stream = browser.get("/campaigns/1/live")
            // Another change each time, until the stream has ended.
            try await web.execute("UPDATE counters SET pending = 0, accepted = 1 WHERE campaign_id = 1")
            try await browser.post("/sign-out")
            let answer = try await stream
            #expect(answer.headers[.contentType] == "text/event-stream")
            #expect(answer.text.isEmpty || answer.text.hasPrefix("event: figures\ndata: {\"state\":\"running\""))
        }
    }

    @Test func `a page is kept up to date until the program stops`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("vic")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await web.parts.drain.run() }
                async let stream = browser.get("/campaigns/1/live")
                // A page that is about to look for the third time has looked for itself once at least, and written that.
                let gate = try await web.database.connect()
                let waits = """
                    SELECT count(*)::text FROM pg_stat_activity
                    WHERE datname = current_database() AND usename = 'veredus_web' AND wait_event_type = 'Lock'
                    """
                for look in 1...3 {
                    try await gate.execute("BEGIN; LOCK TABLE counters")
                    try await eventually("look \(look)") { try await web.sql(waits) == ["1"] }
                    try await gate.execute("COMMIT")
                }
                await gate.close()
                group.cancelAll()
                #expect(try await stream.text.contains("\"failed\":\"1\""))
            }
        }
    }

    @Test func `a hundred watchers ask the database once`() async throws {
        try await WebFixture.with { web in
            let feeds = CampaignFeeds(database: AccountDatabase(pool: web.parts.pool, actor: "test"))
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<100 { group.addTask { try await feeds.look(at: 1, of: 1) != nil } }
                for try await isThere in group { #expect(isThere) }
            }
            #expect(await feeds.reads == 1)
            #expect(try await feeds.look(at: 1, of: 2) == nil, "another account's")
            await feeds.forget(1, of: 1)
            let look = try await feeds.look(at: 1, of: 1)
            #expect(look?.report.counts[.failed] == 1)
            #expect(await feeds.reads == 3)
        }
    }

    @Test func `a session has a few live pages, and the process a bounded number`() throws {
        let streams = LiveStreams(perSession: 2, inAll: 3)
        let first = try #require(streams.open([1]))
        _ = try #require(streams.open([1]))
        #expect(streams.open([1]) == nil)
        #expect(!streams.hasRoom([1]))
        streams.close(first)
        streams.close(first)
        #expect(streams.hasRoom([1]))
        let other = try #require(streams.open([2]))
        #expect(streams.open([2]) != nil)
        #expect(streams.open([1]) == nil, "three in all")
        streams.end([2])
        #expect(!streams.isOpen(other))
        #expect(streams.open([1]) != nil)
    }

    @Test func `a page works without scripts and loads itself again while something moves`() async throws {
        try await WebFixture.with { web in
            let browser = try await web.browser("vic")
            let page = try await browser.get("/campaigns/1")
            #expect(page.text.contains("<noscript><meta http-equiv=\"refresh\" content=\"10\"></noscript>"))
            #expect(page.text.contains("<svg class=\"plot\""))
            #expect(try await !browser.get("/campaigns/3").text.contains("refresh"), "a draft does not move")
        }
    }

    @Test func `the producer notes counts when they have changed, and thins them a day after the end`() async throws {
        try await WebFixture.with { web in
            let pool = PostgresPool(settings: web.database.settings(role: .producer), name: "producer", size: 1)
            let store = ProducerStore(pool, token: 77)
            try await web.execute(
                "DELETE FROM campaign_samples; UPDATE campaigns SET lease_token = 77 WHERE campaign_id = 1"
            )
            func count() async throws -> [String] {
                try await web.sql(
                    "SELECT count(*)::text FROM campaign_samples WHERE campaign_id = 1 AND account_id = 1"
                )
            }
            try await store.sample()
            try await store.sample()
            #expect(try await count() == ["1"], "nothing has changed in between")
            try await web.execute("UPDATE counters SET pending = 0, accepted = 1 WHERE campaign_id = 1")
            try await store.sample()
            #expect(try await count() == ["2"])
            #expect(
                try await web.sql("SELECT count(*)::text FROM campaign_samples") == ["2"],
                "another producer's is left alone"
            )
            try await web.execute(
                """
                UPDATE campaigns SET state = \(CampaignState.finished.rawValue), finished_at = now() - interval '2 days' WHERE campaign_id = 1;
                UPDATE campaign_samples SET at = date_trunc('hour', now()) - interval '2 days'
                    + (accepted * interval '10 seconds')
                """
            )
            try await store.thinSamples()
            #expect(
                try await web.sql("SELECT accepted::text FROM campaign_samples") == ["1"],
                "the last of ten minutes"
            )
            await pool.close()
        }
    }
}
