import Core
import Database
import DatabaseClient

/// What an installation has grown to before a benchmark: accounts beside the one that sends, and rows of campaigns that
/// have ended.
struct BenchGrowth: Sendable {
    private let accounts: Int
    private let oldDeliveries: Int

    init(_ options: Options) throws {
        accounts = try options.number("ACCOUNTS", 1...10_000, default: 1)
        oldDeliveries = try options.number("OLD_DELIVERIES", 0...100_000_000, default: 0)
    }

    func grow(_ database: DevDatabase) async throws {
        if accounts > 1 { _ = try await database.number(.growAccounts(accounts - 1)) }
        if oldDeliveries > 0 { _ = try await database.number(.growDeliveries(oldDeliveries)) }
    }
}

extension Statement {
    /// Accounts with a list of a thousand contacts each.
    fileprivate static func growAccounts(_ count: Int) -> Statement {
        Statement(
            "grow-accounts",
            """
            WITH more AS (
                INSERT INTO accounts (name) SELECT 'more ' || n FROM generate_series(1, \(count)) n RETURNING account_id
            ), theirs AS (
                INSERT INTO lists (account_id, name) SELECT account_id, 'all' FROM more RETURNING list_id, account_id
            ), people AS (
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
                SELECT account_id, k, k, 1, sha256(format('%s %s', account_id, k)::bytea), 1, 'example.net'
                FROM more, generate_series(1, 1000) n, format('c%s@example.net', n) k
                RETURNING contact_id, account_id
            ), members AS (
                INSERT INTO list_members (list_id, contact_id, account_id, source)
                SELECT t.list_id, p.contact_id, p.account_id, 'bench' FROM people p JOIN theirs t USING (account_id)
                RETURNING 1
            )
            SELECT count(*) FROM members
            """
        )
    }

    /// Accepted messages of campaigns of a hundred thousand recipients that ended.
    fileprivate static func growDeliveries(_ count: Int) -> Statement {
        Statement(
            "grow-deliveries",
            """
            WITH ended AS (
                INSERT INTO campaigns (account_id, list_id, name, state, audience, start_at, started_at, finished_at)
                SELECT l.account_id, l.list_id, 'old ' || n, \(CampaignState.finished.sql), 100000,
                       now(), now(), now()
                FROM generate_series(1, \((count + 99_999) / 100_000)) n,
                     (SELECT * FROM lists ORDER BY list_id LIMIT 1) l
                RETURNING campaign_id, account_id, list_id
            ), rows AS (
                INSERT INTO deliveries (contact_id, campaign_id, seq, account_id, list_id, lane_id, state, attempt, code)
                SELECT n, campaign_id, n, account_id, list_id, 1, \(DeliveryState.accepted.sql), 1, 250
                FROM ended, generate_series(1, 100000) n RETURNING 1
            )
            SELECT count(*) FROM rows
            """
        )
    }

    /// Copies of a campaign, each to a list with its share of the first one's.
    ///
    /// - Returns: The number of the first of them.
    static func splitCampaign(_ campaign: Int, into count: Int) -> Statement {
        Statement(
            "split-campaign",
            """
            WITH original AS (
                SELECT * FROM campaigns WHERE campaign_id = \(campaign)
            ), parts AS (
                INSERT INTO lists (account_id, name)
                SELECT account_id, 'part ' || n FROM original, generate_series(1, \(count)) n
                RETURNING list_id, account_id, name
            ), numbered AS (
                SELECT list_id, account_id, row_number() OVER (ORDER BY list_id) - 1 AS n FROM parts
            ), members AS (
                INSERT INTO list_members (list_id, contact_id, account_id, source)
                SELECT p.list_id, m.contact_id, m.account_id, 'bench'
                FROM list_members m JOIN original o ON o.list_id = m.list_id
                JOIN numbered p ON p.n = m.contact_id % \(count)
            ), copies AS (
                INSERT INTO campaigns (account_id, list_id, name, kind, policy, tracking)
                SELECT o.account_id, p.list_id, o.name, o.kind, o.policy, o.tracking FROM original o, parts p
                RETURNING campaign_id, account_id
            ), versions AS (
                INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, plain, settings)
                SELECT c.campaign_id, 1, c.account_id, v.subject, v.html, v.plain, v.settings
                FROM copies c, campaign_versions v WHERE v.campaign_id = \(campaign)
            )
            SELECT min(campaign_id)::int8 FROM copies
            """
        )
    }

    static func startCampaigns(_ campaigns: ClosedRange<Int>) -> Statement {
        Statement(
            "start-campaigns",
            """
            UPDATE campaigns SET state = \(CampaignState.starting.sql), start_at = now() \
            WHERE campaign_id BETWEEN \(campaigns.lowerBound) AND \(campaigns.upperBound)
            """
        )
    }
}
