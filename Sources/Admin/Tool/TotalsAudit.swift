import Core
import Database

/// Recounts a campaign's rows and compares them with all other records of them.
struct TotalsAudit: Sendable {
    /// A difference, in words.
    struct Difference: Sendable, Equatable {
        /// The lane's name; `nil` for the campaign as a whole.
        let lane: String?
        /// Its name in JSON: a state, or a flaw of rows.
        let what: String
        let text: String
    }

    /// One lane, recounted.
    struct Lane: Sendable {
        let range: LaneRange
        let counted: DeliveryCounts
        /// Before the first page and with the last; equal if all was read in one snapshot.
        let countersBefore: DeliveryCounts
        let counters: DeliveryCounts
        /// Whether rows may have changed between its pages.
        let isMoving: Bool
    }

    /// The maximum number of rows in one snapshot: a fraction of a second.
    static let pageRows: Seq = 200_000

    let database: AccountDatabase
    let campaign: CampaignID
    let account: AccountID
    /// Smaller in tests.
    var pageRows = TotalsAudit.pageRows
    private(set) var report: CampaignReport?
    private(set) var lanes: [Lane] = []
    private(set) var differences: [Difference] = []

    init(database: AccountDatabase, campaign: CampaignID, account: AccountID) {
        self.database = database
        self.campaign = campaign
        self.account = account
    }

    mutating func run(progress: (Int) -> Void = { _ in }) async throws {
        guard let report = try await database.report(on: campaign, account: account) else {
            throw AdminFailure.noCampaign(campaign)
        }
        self.report = report
        var done = 0
        for range in try await database.lanes(of: campaign, account: account) {
            try await recount(range, report.state)
            done += range.rows
            progress(done)
        }
        compareWhole(report)
    }

    private mutating func recount(_ range: LaneRange, _ state: CampaignState) async throws {
        var counted = DeliveryCounts()
        var before: DeliveryCounts?
        var counters = DeliveryCounts()
        var flawed: [RowFlaw: (count: Int64, example: Seq)] = [:]
        var pages = 0
        for start in stride(from: range.first - 1, to: range.last, by: Int(pageRows)) {
            let page = try await database.recount(
                campaign,
                account: account,
                lane: range.lane,
                above: start,
                upTo: min(range.last, start + pageRows)
            )
            pages += 1
            counted += page.counted
            before = before ?? page.counters
            counters = page.counters
            for found in page.flawed {
                let known = flawed[found.flaw]
                flawed[found.flaw] = (found.count + (known?.count ?? 0), known?.example ?? found.example)
            }
        }
        let isAtRest = [.cancelled, .finished].contains(state) || state == .paused && counters[.sending] == 0
        let lane = Lane(
            range: range,
            counted: counted,
            countersBefore: before ?? counters,
            counters: counters,
            isMoving: pages > 1 && (!isAtRest || before != counters)
        )
        lanes.append(lane)
        compare(lane)
        for flaw in RowFlaw.allCases {
            guard let found = flawed[flaw] else { continue }
            let text = "\(grouped(found.count)) \(flaw.sentence), like seq \(found.example). \(flaw.remedy)"
            differences.append(Difference(lane: range.name, what: flaw.name, text: text))
        }
    }

    private mutating func compare(_ lane: Lane) {
        if lane.counted.total != Int64(lane.range.rows) {
            note(
                lane,
                "rows",
                "\(grouped(lane.counted.total)) rows, but seq \(lane.range.first) to \(lane.range.last) are "
                    + "\(grouped(lane.range.rows)). Rows were added or removed by hand: restore them from a backup"
            )
        }
        for state in DeliveryState.allCases {
            let (recount, before, after) = (lane.counted[state], lane.countersBefore[state], lane.counters[state])
            if lane.isMoving {
                // While it changes, only values that never shrink can be compared, and after a reopen not even those.
                guard Self.growing.contains(state), before <= after, !(before...after).contains(recount) else {
                    continue
                }
            } else {
                guard recount != after else { continue }
            }
            note(
                lane,
                state.name,
                "\(grouped(recount)) rows are \(state.name), the counter has \(grouped(after)). The rows are right; "
                    + "the counter was changed by hand, or the trigger deliveries_counted was disabled"
            )
        }
    }

    private mutating func compareWhole(_ report: CampaignReport) {
        let rows = lanes.reduce(0) { $0 + $1.range.rows }
        if rows != Int(report.audience) {
            differences.append(
                Difference(
                    lane: nil,
                    what: "audience",
                    text: "the lanes have \(grouped(rows)) recipients, the audience is \(grouped(report.audience))"
                )
            )
        }
        if !report.isBalanced {
            differences.append(
                Difference(
                    lane: nil,
                    what: "balance",
                    text: "the counters add up to \(grouped(report.counts.total)), the audience is "
                        + grouped(report.audience)
                )
            )
        }
        let left = report.counts.total - report.counts.ended
        if report.state == .finished || report.state == .cancelled, left != 0 {
            differences.append(
                Difference(
                    lane: nil,
                    what: "finished",
                    text:
                        "the campaign is \(report.state.name), but \(grouped(left)) of its recipients are not in a final state"
                )
            )
        }
    }

    private mutating func note(_ lane: Lane, _ what: String, _ text: String) {
        differences.append(Difference(lane: lane.range.name, what: what, text: text))
    }

    /// States that rows enter and leave only by evidence or an operator.
    private static let growing: Set<DeliveryState> = [.accepted, .failed, .suppressed, .cancelled, .expired]
}

extension TotalsAudit {
    var json: JSONValue {
        [
            "campaign": .number(campaign), "state": .string(orNull: report?.state.name),
            "agrees": .bool(differences.isEmpty), "audience": .number(report?.audience ?? 0),
            "lanes": .array(
                lanes.map { lane in
                    let states = DeliveryState.allCases.map { state in
                        JSONValue.JSONField(name: state.name, value: .number(lane.counted[state]))
                    }
                    return .object(
                        [
                            .init(name: "lane", value: .string(lane.range.name)),
                            .init(name: "recipients", value: .number(lane.range.rows)),
                            .init(name: "moving", value: .bool(lane.isMoving)),
                        ] + states
                    )
                }
            ),
            "differences": .array(
                differences.map { difference in
                    [
                        "lane": .string(orNull: difference.lane), "what": .string(difference.what),
                        "text": .string(difference.text),
                    ]
                }
            ),
        ]
    }

    var text: String {
        guard let report else { return "" }
        var lines = ["campaign \(campaign), \(report.state.name): \(grouped(report.audience)) recipients"]
        for lane in lanes {
            let moving =
                lane.isMoving ? ", still changing: compared in part; pause the campaign for a full comparison" : ""
            lines.append("lane \(lane.range.name): \(grouped(lane.counted.total)) rows recounted\(moving)")
        }
        for difference in differences {
            lines.append("DIFFERS  \(difference.lane.map { "lane \($0): " } ?? "")\(difference.text)")
        }
        if differences.isEmpty { lines.append("no differences") }
        return lines.joined(separator: "\n")
    }
}

extension RowFlaw {
    fileprivate var sentence: String {
        switch self {
        case .deferredWithoutRetry: "deferred rows have no row in retries"
        case .retryWithoutDeferred: "retries belong to rows that are not deferred"
        case .deadWithoutLetter: "dead rows have no dead letter"
        case .sendingWithoutWorker: "rows are being sent by workers that are gone"
        case .acceptedWithoutReply: "accepted rows have no 2xx reply code"
        case .failedWithoutReason: "failed rows have neither a reply nor a reason"
        }
    }

    fileprivate var remedy: String {
        switch self {
        case .deferredWithoutRetry: "They were changed by hand and are not retried before the campaign expires"
        case .retryWithoutDeferred: "They were changed by hand; workers refuse them"
        case .deadWithoutLetter: "Rows of dead_letters were removed by hand"
        case .sendingWithoutWorker: "A producer settles them within seconds: start one, or check its log"
        case .acceptedWithoutReply: "They were changed by hand, or by another program"
        case .failedWithoutReason: "They were changed by hand, or by another program"
        }
    }
}
