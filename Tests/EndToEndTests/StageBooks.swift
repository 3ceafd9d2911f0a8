import Foundation
import Postgres
import Shared
import TestKit
import Testing

// What a scenario sets up in the database, and reads from it.
extension Stage {
    /// Makes an account, a list and contacts `user<n>@<domain>`; what one of them does is up to the simulator.
    ///
    /// `recipients`: How many.
    /// `address`: The address of a recipient, from 1.
    func addContacts(_ recipients: Int, address: (Int) -> String = { "user\($0)@example.net" }) async throws {
        let addresses = (1...max(1, recipients)).prefix(recipients).map(address)
        let connection = try await database.connect()
        try await connection.run(.seedAccount)
        try await connection.run(.seedContacts, [.texts(addresses)])
        try await connection.execute("ANALYZE contacts, list_members")
        await connection.close()
    }

    /// Makes a lane of its own for some domains.
    func addLane(_ number: Int16, _ name: String, domains: [String]) async throws {
        let connection = try await database.connect()
        try await connection.run(.seedLane, [.int16(number), .text(name)])
        try await connection.run(.seedLaneDomains, [.int16(number), .texts(domains)])
        await connection.close()
    }

    /// Makes a campaign of the list and asks for its start.
    func startCampaign(policy: DeliveryPolicy = .atMostOnce, html: String = Stage.html) async throws -> CampaignID {
        let connection = try await database.connect()
        let ids = try await connection.rows(.seedCampaign, [.int16(policy.rawValue), .text(html)]) { try $0.int32(0) }
        await connection.close()
        return try #require(ids.first)
    }

    static let html = """
        <html><body><p>Dear {{name}}, <a href="https://shop.example/offer">an offer</a>.</p></body></html>
        """

    /// What the books say of a campaign.
    struct Books: Sendable, Equatable {
        var state: CampaignState
        var audience: Int
        var counts: [DeliveryState: Int]

        subscript(_ state: DeliveryState) -> Int { counts[state] ?? 0 }
        var sum: Int { counts.values.reduce(0, +) }
    }

    /// Reads the counters, and checks in the same snapshot that a recount says the same.
    func books(_ campaign: CampaignID) async throws -> Books {
        let connection = try await database.connect()
        let rows = try await connection.rows(.readBooks, [.int32(campaign)]) { row in
            (
                try row.int16(0), try row.int32(1), try row.optionalInt16(2), try row.int64(3), try row.int64(4),
                try row.int64(5)
            )
        }
        await connection.close()
        let first = try #require(rows.first)
        var counts: [DeliveryState: Int] = [:]
        for (_, _, state, counted, recounted, _) in rows {
            guard let state = state.flatMap(DeliveryState.init(rawValue:)) else { continue }
            #expect(counted == recounted, "I13: the counter of \(state) against a recount")
            if recounted > 0 { counts[state] = Int(recounted) }
        }
        #expect(Int64(counts[.deferred] ?? 0) == first.5, "I13: deferred rows against rows of retries")
        return Books(
            state: try #require(CampaignState(rawValue: first.0)),
            audience: Int(first.1),
            counts: counts
        )
    }

    /// Waits until the books are as wanted, looking often; they must balance at every look.
    @discardableResult
    func wait(
        for campaign: CampaignID,
        within limit: Duration = .seconds(60),
        until wanted: (Books) -> Bool = { $0.state == .finished || $0.state == .cancelled }
    ) async throws -> Books {
        let deadline = ContinuousClock.now + limit
        while true {
            let books = try await books(campaign)
            if books.state != .starting {
                #expect(books.sum == books.audience, "P3: the books balance at every moment")
            }
            if wanted(books) { return books }
            guard ContinuousClock.now < deadline else {
                throw Missing(description: "not in \(limit): \(books)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Runs a command as superuser.
    func execute(_ sql: String) async throws {
        let connection = try await database.connect()
        try await connection.execute(sql)
        await connection.close()
    }

    /// Reads one number as superuser.
    func number(_ sql: String) async throws -> Int {
        let connection = try await database.connect()
        let numbers = try await connection.rows(Statement("number", sql)) { try $0.int64(0) }
        await connection.close()
        return Int(try #require(numbers.first))
    }
}

extension Statement {
    fileprivate static let seedAccount = Statement(
        "seed-account",
        """
        WITH account AS (INSERT INTO accounts (name) VALUES ('Test') RETURNING account_id)
        INSERT INTO lists (account_id, name) SELECT account_id, 'News' FROM account
        """
    )
    fileprivate static let seedContacts = Statement(
        "seed-contacts",
        """
        WITH made AS (
            INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain,
                                  attributes)
            SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, split_part(a, '@', 2),
                   jsonb_build_object('name', 'Nr. ' || n)
            FROM unnest($1::text[]) WITH ORDINALITY AS t(a, n)
            RETURNING contact_id
        )
        INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT 1, contact_id, 1, 'test' FROM made
        """
    )
    fileprivate static let seedLane = Statement("seed-lane", "INSERT INTO lanes VALUES ($1, $2)")
    fileprivate static let seedLaneDomains = Statement(
        "seed-lane-domains",
        "INSERT INTO lane_domains SELECT domain, $1 FROM unnest($2::text[]) AS d(domain)"
    )
    fileprivate static let seedCampaign = Statement(
        "seed-campaign",
        """
        WITH made AS (
            INSERT INTO campaigns (account_id, list_id, name, policy, state, start_at)
            VALUES (1, 1, 'Scenario', $1::smallint, 1, now()) RETURNING campaign_id
        )
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, settings)
        SELECT campaign_id, 1, 1, 'Hello {{name}}', $2::text,
               '{"from": {"name": "Test", "address": "news@sender.example"}, "language": "en"}' FROM made
        RETURNING campaign_id
        """
    )
    fileprivate static let readBooks = Statement(
        "read-books",
        """
        SELECT c.state, c.audience, s.state, COALESCE(k.n, 0), COALESCE(d.n, 0),
               (SELECT count(*) FROM retries r WHERE r.campaign_id = c.campaign_id)
        FROM campaigns c
        CROSS JOIN (SELECT generate_series(0, 9)::smallint) AS s(state)
        LEFT JOIN (
            SELECT state, sum(n)::bigint AS n FROM counters,
                LATERAL unnest(ARRAY[pending, sending, deferred, accepted, failed, suppressed, uncertain, cancelled,
                                     expired, dead]) WITH ORDINALITY AS u(n, place),
                LATERAL (SELECT (place - 1)::smallint) AS p(state)
            WHERE campaign_id = $1 GROUP BY state
        ) AS k ON k.state = s.state
        LEFT JOIN (
            SELECT state, count(*) AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state
        ) AS d ON d.state = s.state
        WHERE c.campaign_id = $1
        """
    )
}
