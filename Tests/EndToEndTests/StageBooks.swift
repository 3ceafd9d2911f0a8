import Foundation
import MailSimulator
import Postgres
import Shared
import TestKit
import Testing

// What a scenario sets up in the database, and reads from it.
extension Stage {
    /// Adds contacts to a list of the one account; what happens to their letters is up to the simulator.
    ///
    /// - Parameters:
    ///   - recipients: How many.
    ///   - list: Its number, from 1; the lists are made in order.
    ///   - address: The address of a recipient, from 1.
    /// - Throws: What the database says.
    func addContacts(
        _ recipients: Int,
        list: Int32 = 1,
        address: (Int) -> String = { "user\($0)@example.net" }
    ) async throws {
        let addresses = (1...max(1, recipients)).prefix(recipients).map(address)
        try await superuser.withConnection { connection in
            try await connection.run(.seedAccount)
            try await connection.run(.seedList, [.int32(list)])
            try await connection.run(.seedContacts, [.texts(addresses), .int32(list)])
            try await connection.execute("ANALYZE contacts, list_members")
        }
    }

    /// Makes a lane of its own for some domains.
    func addLane(_ number: Int16, _ name: String, domains: [String]) async throws {
        try await superuser.withConnection { connection in
            try await connection.run(.seedLane, [.int16(number), .text(name)])
            try await connection.run(.seedLaneDomains, [.int16(number), .texts(domains)])
        }
    }

    /// Makes a campaign of a list and asks for its start.
    ///
    /// - Parameters:
    ///   - list: The list's number.
    ///   - policy: At-most-once, or at-least-once.
    ///   - lifetime: An interval as PostgreSQL reads it.
    ///   - delay: How long from now it is to start, by the database's clock.
    ///   - html: The letter.
    /// - Returns: Its number.
    /// - Throws: What the database says.
    func startCampaign(
        list: Int32 = 1,
        policy: DeliveryPolicy = .atMostOnce,
        lifetime: String = "3 days",
        in delay: Duration = .zero,
        html: String = Stage.html
    ) async throws -> CampaignID {
        let draft = CampaignDraft(
            name: "Scenario",
            kind: .marketing,
            policy: policy,
            tracking: .aggregate,
            lifetime: lifetime,
            subject: "Hello {{name}}",
            html: html,
            plain: nil,
            settings: #"{"from": {"name": "Test", "address": "news@sender.example"}, "language": "en"}"#
        )
        let campaign = try await admin.createCampaign(draft, account: 1, list: list)
        let now = Double(try await number("SELECT (extract(epoch FROM now()) * 1000)::int8")) / 1_000
        try await admin.start(campaign, account: 1, at: delay == .zero ? nil : now + delay / .seconds(1))
        return campaign
    }

    /// Pauses, resumes or cancels, as an operator does.
    func ask(_ request: CampaignState.Request, of campaign: CampaignID) async throws {
        try await admin.ask(request, of: campaign, account: 1)
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
        let rows = try await superuser.withConnection { connection in
            try await connection.rows(.readBooks, [.int32(campaign)]) { row in
                (
                    try row.int16(0), try row.int32(1), try row.optionalInt16(2), try row.int64(3), try row.int64(4),
                    try row.int64(5)
                )
            }
        }
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
            let books: Books
            do {
                books = try await self.books(campaign)
            } catch let error where error.isTransientFailure && ContinuousClock.now < deadline {
                // A scenario that stops the database.
                continue
            }
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

    /// Waits until something is so.
    func wait(within limit: Duration = .seconds(30), until isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + limit
        while try await !isSo() {
            guard ContinuousClock.now < deadline else { throw Missing(description: "did not come true in \(limit)") }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Lets every producer's lease run out now, as time would.
    func endLeases() async throws { try await execute("UPDATE campaigns SET lease_until = now()") }

    /// Checks that the books tell the truth: who is accepted got a letter, who is uncertain at most one, and nobody else
    /// got any.
    ///
    /// - Parameters:
    ///   - campaign: One that has ended.
    ///   - copies: How many copies one recipient may have got.
    /// - Throws: What the database says.
    func expectTruth(of campaign: CampaignID, copies: Int = 1) async throws {
        let rows = try await superuser.withConnection { connection in
            try await connection.rows(.readOutcomes, [.int32(campaign)]) { row in
                (try row.text(0), try row.int16(1), try row.int16(2))
            }
        }
        var wrong: [String] = []
        for (address, number, code) in rows {
            let state = try #require(DeliveryState(rawValue: number))
            let got = simulator.copies(of: address)
            let allowed: ClosedRange<Int> =
                switch state {
                case .accepted: 1...copies
                case .uncertain: 0...copies
                default: 0...0
                }
            if !allowed.contains(got) { wrong.append("\(address): \(state), \(got) copies") }
            if state == .accepted, !(200..<300).contains(code) { wrong.append("I9: \(address): accepted with \(code)") }
        }
        #expect(wrong == [], "\(wrong.count) of \(rows.count)")
    }

    /// Runs a command as superuser.
    func execute(_ sql: String) async throws {
        try await superuser.withConnection { try await $0.execute(sql) }
    }

    /// Reads one number as superuser.
    func number(_ sql: String) async throws -> Int {
        let statement = Statement("number-\(sql.hashValue)", sql)
        let numbers = try await superuser.withConnection { connection in
            try await connection.rows(statement) { try $0.int64(0) }
        }
        return Int(try #require(numbers.first))
    }
}

extension Statement {
    fileprivate static let seedAccount = Statement(
        "seed-account",
        "INSERT INTO accounts (name) VALUES ('Test') ON CONFLICT DO NOTHING"
    )
    /// `$1` number.
    fileprivate static let seedList = Statement(
        "seed-list",
        """
        INSERT INTO lists (account_id, name) SELECT 1, 'List ' || $1::int
        WHERE NOT EXISTS (SELECT FROM lists WHERE list_id = $1)
        """
    )
    /// `$1` addresses; `$2` list.
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
        INSERT INTO list_members (list_id, contact_id, account_id, source) SELECT $2, contact_id, 1, 'test' FROM made
        """
    )
    fileprivate static let seedLane = Statement("seed-lane", "INSERT INTO lanes VALUES ($1, $2)")
    fileprivate static let seedLaneDomains = Statement(
        "seed-lane-domains",
        "INSERT INTO lane_domains SELECT domain, $1 FROM unnest($2::text[]) AS d(domain)"
    )
    /// `$1` campaign.
    fileprivate static let readOutcomes = Statement(
        "read-outcomes",
        """
        SELECT c.address, d.state, d.code FROM deliveries d JOIN contacts c USING (contact_id) WHERE d.campaign_id = $1
        """
    )
    /// `$1` campaign.
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
