import Core
import Database
import DatabaseClient
import Foundation

// A scenario's set-up and reads in the database.
extension Stage {
    /// Adds contacts to a list of the one account; what happens to their messages is up to the simulator.
    ///
    /// - Parameters:
    ///   - recipients: How many.
    ///   - list: Its number, from 1; the lists are made in order.
    ///   - address: The address of a recipient, from 1.
    /// - Throws: The database's error.
    package func addContacts(
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

    /// Creates a lane for some domains.
    package func addLane(_ number: Int16, _ name: String, domains: [String]) async throws {
        try await superuser.withConnection { connection in
            try await connection.run(.seedLane, [.int16(number), .text(name)])
            try await connection.run(.seedLaneDomains, [.int16(number), .texts(domains)])
        }
    }

    /// Creates a campaign for a list and requests its start.
    ///
    /// - Parameters:
    ///   - list: The list's number.
    ///   - policy: At-most-once, or at-least-once.
    ///   - lifetime: An interval as PostgreSQL reads it.
    ///   - delay: How long from now it is to start, by the database's clock.
    ///   - html: The message.
    /// - Returns: Its number.
    /// - Throws: The database's error.
    package func startCampaign(
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
    package func ask(_ request: CampaignState.Request, of campaign: CampaignID) async throws {
        try await admin.ask(request, of: campaign, account: 1)
    }

    /// Opts a recipient out of all marketing mail, as an operator does.
    package func suppress(_ address: String) async throws -> SuppressionReceipt {
        let hashes = try await superuser.withConnection { connection in
            try await connection.rows(.hashOfAddress, [.text(address)]) { try $0.bytes(0) }
        }
        guard let hash = hashes.first else { throw Missing(description: "\(address) is no contact") }
        return try await admin.suppress(
            Suppression(
                account: 1,
                addressHash: hash,
                hashKey: 1,
                scope: .marketing,
                list: 0,
                reason: .unsubscribe,
                source: "test",
                way: .commandLine
            )
        )
    }

    package static let html = """
        <html><body><p>Dear {{name}}, <a href="https://shop.example/offer">an offer</a>.</p></body></html>
        """

    /// Makes every producer's lease expire now.
    package func endLeases() async throws { try await execute("UPDATE campaigns SET lease_until = now()") }

    /// Runs a command as superuser.
    package func execute(_ sql: String) async throws {
        try await superuser.withConnection { try await $0.execute(sql) }
    }

    /// Reads one number as superuser.
    package func number(_ sql: String) async throws -> Int {
        guard let number = try await numbers(sql).first else { throw Missing(description: "no number: \(sql)") }
        return number
    }

    /// Reads a column of numbers as superuser.
    package func numbers(_ sql: String) async throws -> [Int] {
        let statement = Statement("number-\(sql.hashValue)", "SELECT n::int8 FROM (\(sql)) AS q(n)")
        return try await superuser.withConnection { connection in
            try await connection.rows(statement) { Int(try $0.int64(0)) }
        }
    }

    /// Reads one text as superuser.
    package func text(_ sql: String) async throws -> String {
        let statement = Statement("text-\(sql.hashValue)", sql)
        let texts = try await superuser.withConnection { connection in
            try await connection.rows(statement) { try $0.text(0) }
        }
        guard let text = texts.first else { throw Missing(description: "no text: \(sql)") }
        return text
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
    /// `$1` address.
    fileprivate static let hashOfAddress = Statement(
        "hash-of-address",
        "SELECT address_hash FROM contacts WHERE account_id = 1 AND address_key = $1"
    )
    fileprivate static let seedLane = Statement("seed-lane", "INSERT INTO lanes VALUES ($1, $2)")
    fileprivate static let seedLaneDomains = Statement(
        "seed-lane-domains",
        "INSERT INTO lane_domains SELECT domain, $1 FROM unnest($2::text[]) AS d(domain)"
    )
}
