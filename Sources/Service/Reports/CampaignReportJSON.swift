import Core
import Database

/// The full report on a campaign's recipients: totals by state, servers' replies, returned mail.
package struct FullReport: Sendable {
    package let report: CampaignReport
    package let refusals: [CampaignReport.Refusals]
    package let returned: ReturnedFacts
    package let throttles: [ThrottleFacts]
    /// Messages settled from flight logs of dead workers.
    package let settled: [SettledMessage.Kind: Int]

    package init(
        _ report: CampaignReport,
        refusals: [CampaignReport.Refusals],
        returned: ReturnedFacts,
        throttles: [ThrottleFacts],
        settled: [SettledMessage.Kind: Int] = [:]
    ) {
        self.report = report
        self.refusals = refusals
        self.returned = returned
        self.throttles = throttles
        self.settled = settled
    }

    /// `nil` where the account has no campaign of that number.
    package init?(of campaign: CampaignID, account: AccountID, in database: AccountDatabase) async throws {
        guard let report = try await database.report(on: campaign, account: account) else { return nil }
        self.init(
            report,
            refusals: try await database.refusals(of: campaign, account: account),
            returned: try await database.returned(of: campaign, account: account),
            throttles: try await database.throttles(of: account),
            settled: try await database.settled(of: campaign, account: account)
        )
    }

    package var complaints: ComplaintRate { returned.complaintRate(accepted: report.counts[.accepted]) }

    /// `Report` in the API's document.
    package var json: JSONValue {
        report.json.adding([
            "lanes": .array(report.lanes.map { ["lane": .string($0.name), "counts": $0.counts.json] }),
            "replies": .array(refusals.map(\.json)),
            "returned": returned.json(accepted: report.counts[.accepted]),
            "throttles": .array(throttles.map(\.json)),
            "settled": [
                "put_back": .number(settled[.putBack] ?? 0), "begun": .number(settled[.begun] ?? 0),
                "recorded": .number(settled[.recorded] ?? 0), "unknown": .number(settled[.unknown] ?? 0),
            ],
        ])
    }
}

extension CampaignReport {
    /// The totals; ``FullReport`` adds the outcomes.
    package var json: JSONValue {
        [
            "campaign": .number(campaign), "name": .string(name), "list": .string(listName),
            "state": .string(state.name), "audience": .number(audience), "balanced": .bool(isBalanced),
            "counts": counts.json, "follows": .number(orNull: follows?.campaign),
            "follows_state": .string(orNull: follows?.state.name), "missed_start": .bool(hasMissedItsStart),
            "held_because": whyHeld, "seconds": seconds.map { .decimal($0) } ?? .null,
            "start_at": .moment(orNull: startAt), "started_at": .moment(orNull: startedAt),
            "finished_at": .moment(orNull: finishedAt),
        ]
    }
}

extension CampaignReport.Refusals {
    fileprivate var json: JSONValue {
        [
            "code": code == 0 ? .null : .number(code), "judgement": .string(Judgement.name(of: judgement)),
            "count": .number(count), "words": words.isEmpty ? .null : .string(words),
        ]
    }
}
