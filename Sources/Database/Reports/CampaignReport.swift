import Core
import DatabaseClient

/// A campaign's state and totals.
package struct CampaignReport: Sendable {
    package struct Lane: Sendable {
        package let name: String
        package let counts: DeliveryCounts
    }

    /// A follow-up's audience.
    package struct Followed: Sendable, Equatable {
        package let campaign: CampaignID
        package let state: DeliveryState
    }

    /// Refusals, by code.
    package struct Refusals: Sendable {
        /// 0 without a reply.
        package let code: Int16
        package let judgement: Int16
        package let count: Int64
        /// What the newest of them says, blanked (``ReplyWords``); empty where nothing is kept.
        package let words: String
    }

    package let campaign: CampaignID
    package let account: AccountID
    package let name: String
    package let state: CampaignState
    package let audience: Int32
    package let listName: String
    package let createdAt: Double
    package let startAt: Double?
    package let startedAt: Double?
    package let finishedAt: Double?
    /// The database's clock when this was read.
    package let readAt: Double
    /// Whether a producer runs it now.
    package let isLeased: Bool
    /// Why it was paused automatically; empty if it was not.
    package let heldBecause: String
    /// The followed campaign, and the state of its recipients.
    package let follows: Followed?
    package let lanes: [Lane]

    package var counts: DeliveryCounts { lanes.reduce(into: DeliveryCounts()) { $0 += $1.counts } }

    /// Whether its start time passed more than a minute ago and no producer took it.
    package var hasMissedItsStart: Bool {
        guard CampaignState.toStart.contains(state), !isLeased, let startAt else { return false }
        return readAt - startAt > 60
    }

    /// When it will start; `nil` where it is not scheduled.
    package var scheduledFor: Double? { state == .scheduled ? startAt : nil }

    /// Whether each recipient is in exactly one state.
    package var isBalanced: Bool { counts.total == Int64(audience) }

    /// The time from the start to the end, or until now.
    package var seconds: Double? { startedAt.map { max(0, (finishedAt ?? readAt) - $0) } }
}

/// The number of recipients in each state.
package struct DeliveryCounts: Sendable, Equatable {
    private var numbers = [Int64](repeating: 0, count: DeliveryState.allCases.count)

    package init() {}

    package subscript(state: DeliveryState) -> Int64 {
        get { numbers[Int(state.rawValue)] }
        set { numbers[Int(state.rawValue)] = newValue }
    }

    package var total: Int64 { numbers.reduce(0, +) }

    /// Recipients in a final state.
    package var ended: Int64 { DeliveryState.allCases.filter(\.isFinal).map { self[$0] }.reduce(0, +) }

    package static func += (left: inout Self, right: Self) {
        for state in DeliveryState.allCases { left[state] += right[state] }
    }
}

extension AccountDatabase {
    /// Reads one campaign's counters: a few rows, whatever the campaign's size.
    package func report(on campaign: CampaignID, account: AccountID) async throws -> CampaignReport? {
        // One snapshot for both statements, or the totals would occasionally not reconcile.
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            try connection.reports(.reportOnCampaign, [.int32(campaign)]).first
        }
    }

    /// The most frequent refusals.
    package func refusals(of campaign: CampaignID, account: AccountID) async throws -> [CampaignReport.Refusals] {
        try await transaction(account: account) { connection in
            try connection.rows(.refusals, [.int32(campaign)]) { row in
                CampaignReport.Refusals(
                    code: try row.int16(0),
                    judgement: try row.int16(1),
                    count: try row.int64(2),
                    words: ReplyWords.blanked(try row.text(3))
                )
            }
        }
    }
}

extension PostgresConnection {
    func reports(_ statement: Statement, _ values: [PostgresValue]) throws -> [CampaignReport] {
        let heads = try rows(statement, values, ReportHead.init)
        let lanes = try rows(.countersOfCampaigns, [.int32s(heads.map(\.campaign))], LaneCounts.init)
        let byCampaign = Dictionary(grouping: lanes, by: \.campaign)
        return heads.map { head in
            CampaignReport(
                campaign: head.campaign,
                account: head.account,
                name: head.name,
                state: head.state,
                audience: head.audience,
                listName: head.listName,
                createdAt: head.createdAt,
                startAt: head.startAt,
                startedAt: head.startedAt,
                finishedAt: head.finishedAt,
                readAt: head.readAt,
                isLeased: head.isLeased,
                heldBecause: head.heldBecause,
                follows: head.follows,
                lanes: (byCampaign[head.campaign] ?? []).map { CampaignReport.Lane(name: $0.lane, counts: $0.counts) }
            )
        }
    }
}

private struct ReportHead: Sendable {
    let campaign: CampaignID
    let account: AccountID
    let name: String
    let state: CampaignState
    let audience: Int32
    let listName: String
    let createdAt: Double
    let startAt: Double?
    let startedAt: Double?
    let finishedAt: Double?
    let readAt: Double
    let isLeased: Bool
    let heldBecause: String
    let follows: CampaignReport.Followed?

    init(_ row: borrowing PostgresRow) throws {
        campaign = try row.int32(0)
        account = try row.int32(1)
        name = try row.text(2)
        let number = try row.int16(3)
        guard let state = CampaignState(rawValue: number) else {
            throw PostgresError.misuse("state \(number) is unknown", statement: "report-on-campaign")
        }
        self.state = state
        audience = try row.int32(4)
        listName = try row.text(5)
        createdAt = try row.timestamp(6)
        startAt = try row.optionalTimestamp(7)
        startedAt = try row.optionalTimestamp(8)
        finishedAt = try row.optionalTimestamp(9)
        readAt = try row.timestamp(10)
        isLeased = try row.bool(11)
        heldBecause = try row.text(14)
        let left = try row.optionalInt16(13).flatMap(DeliveryState.init(rawValue:))
        follows =
            if let followed = try row.optionalInt32(12), let left {
                CampaignReport.Followed(campaign: followed, state: left)
            } else {
                nil
            }
    }
}

private struct LaneCounts: Sendable {
    let campaign: CampaignID
    let lane: String
    let counts: DeliveryCounts

    init(_ row: borrowing PostgresRow) throws {
        campaign = try row.int32(0)
        lane = try row.text(1)
        var counts = DeliveryCounts()
        for (column, state) in DeliveryState.allCases.enumerated() {
            counts[state] = try row.int64(Int32(column) + 2)
        }
        self.counts = counts
    }
}

extension Statement {
    static let reportColumns = """
        SELECT c.campaign_id, c.account_id, c.name, c.state, c.audience, l.name, c.created_at, c.start_at, c.started_at,
               c.finished_at, clock_timestamp(), c.lease_until > now(), c.follows, c.follows_state,
               c.held_because
        FROM campaigns c JOIN lists l ON l.list_id = c.list_id
        """
    /// `$1` campaign.
    static let reportOnCampaign = Statement(
        "report-on-campaign",
        roles: [.admin, .web],
        reportColumns + " WHERE c.campaign_id = $1"
    )
    /// `$1` campaigns. The columns of counts are in the order of ``DeliveryState``.
    static let countersOfCampaigns = Statement(
        "counters-of-campaigns",
        roles: [.admin, .web],
        """
        SELECT c.campaign_id, l.name, sum(pending), sum(sending), sum(deferred), sum(accepted), sum(failed),
               sum(suppressed), sum(uncertain), sum(cancelled), sum(expired), sum(dead)
        FROM counters c JOIN lanes l ON l.lane_id = c.lane_id
        WHERE c.campaign_id = ANY($1::int[]) GROUP BY c.campaign_id, l.lane_id ORDER BY c.campaign_id, l.lane_id
        """
    )
    /// With the text of the newest reply of each kind, which an erasure may have emptied. `$1` campaign.
    static let refusals = Statement(
        "refusals",
        roles: [.admin, .web],
        """
        WITH kinds AS (
            SELECT code, judgement, count(*) AS times, max(reply_id) FILTER (WHERE reply <> '') AS newest
            FROM replies WHERE campaign_id = $1 GROUP BY code, judgement ORDER BY times DESC, code LIMIT 10
        )
        SELECT k.code, k.judgement, k.times, COALESCE(r.reply, '')
        FROM kinds k LEFT JOIN replies r ON r.reply_id = k.newest ORDER BY k.times DESC, k.code
        """
    )
}
