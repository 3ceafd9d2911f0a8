import ArgumentParser
import Core
import Database

struct CampaignReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show where a campaign's recipients stand, and whether the totals reconcile."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            guard let report = try await session.database.report(on: campaign.id, account: account) else {
                throw AdminFailure(.badData, "there is no campaign \(campaign.id). `veredus campaign list` shows them")
            }
            let refusals = try await session.database.refusals(of: campaign.id, account: account)
            let engagement = try await session.database.engagement(of: campaign.id, account: account)
            let returned = try await session.database.returned(of: campaign.id, account: account)
            let throttles = try await session.database.throttles(of: account)
            let mail = ReturnedMailReport(facts: returned, accepted: report.counts[.accepted], throttles: throttles)
            if output.json {
                session.console.print(report.json(with: refusals, engagement, mail))
            } else {
                session.console.print(report.text(with: refusals, engagement) + mail.text)
            }
        }
    }
}

extension CampaignReport {
    /// One object: the totals, without replies and lanes.
    var json: JSONValue { .object(fields) }

    func json(
        with refusals: [Refusals],
        _ engagement: Engagement,
        _ returned: ReturnedMailReport
    ) -> JSONValue {
        let replies = refusals.map { refusal -> JSONValue in
            [
                "code": .number(refusal.code), "judgement": .string(refusal.judgementName),
                "count": .number(refusal.count),
            ]
        }
        let lanes = lanes.map { lane -> JSONValue in
            .object([.init(name: "lane", value: .string(lane.name))] + Self.fields(of: lane.counts))
        }
        return .object(
            fields + [
                .init(name: "lanes", value: .array(lanes)), .init(name: "replies", value: .array(replies)),
                .init(name: "engagement", value: engagement.json),
            ] + returned.fields
        )
    }

    private var fields: [JSONValue.JSONField] {
        func moment(_ seconds: Double?) -> JSONValue { .string(orNull: seconds.map { Timestamp.text($0) }) }
        let head: [JSONValue.JSONField] = [
            .init(name: "campaign", value: .number(campaign)), .init(name: "name", value: .string(name)),
            .init(name: "list", value: .string(listName)), .init(name: "state", value: .string(state.name)),
            .init(name: "audience", value: .number(audience)),
            .init(name: "follows", value: follows.map { .number($0.campaign) } ?? .null),
            .init(name: "follows_state", value: .string(orNull: follows?.state.name)),
            .init(name: "missed_start", value: .bool(hasMissedItsStart)),
            .init(name: "held_because", value: .string(orNull: heldBecause.isEmpty ? nil : heldBecause)),
        ]
        let tail: [JSONValue.JSONField] = [
            .init(name: "balanced", value: .bool(isBalanced)),
            .init(name: "seconds", value: seconds.map { .decimal($0) } ?? .null),
            .init(name: "start_at", value: moment(startAt)), .init(name: "started_at", value: moment(startedAt)),
            .init(name: "finished_at", value: moment(finishedAt)),
        ]
        return head + Self.fields(of: counts) + tail
    }

    private static func fields(of counts: DeliveryCounts) -> [JSONValue.JSONField] {
        DeliveryState.allCases.map { .init(name: $0.name, value: .number(counts[$0])) }
    }

    func text(with refusals: [Refusals], _ engagement: Engagement) -> String {
        var lines = ["campaign \(campaign): \(name)", "list \(listName), \(state.name)"]
        if !heldBecause.isEmpty { lines.append("paused by itself: \(heldBecause)") }
        if let follows { lines.append("for those whom campaign \(follows.campaign) left \(follows.state.name)") }
        if let startedAt {
            let rate = seconds.map { $0 > 0 ? " (\(grouped(Int(Double(counts.ended) / $0)))/s)" : "" } ?? ""
            lines.append("started \(Timestamp.text(startedAt)), \(spoken(seconds: seconds ?? 0))\(rate)")
        } else if let startAt, state == .starting {
            lines.append("starts \(Timestamp.text(startAt))\(hasMissedItsStart ? ", and nobody has taken it" : "")")
            if hasMissedItsStart { lines.append("ask for it again: veredus campaign start \(campaign)") }
        }
        lines.append("")
        let width = max(grouped(audience).count, 8)
        func line(_ name: String, _ number: some BinaryInteger) -> String {
            let text = grouped(number)
            return name + String(repeating: " ", count: max(1, 12 - name.count + width - text.count)) + text
        }
        lines.append(line("audience", audience))
        for state in DeliveryState.allCases where counts[state] != 0 || state == .accepted {
            lines.append(line(state.name, counts[state]))
        }
        lines.append("")
        let sum = "the states add up to \(grouped(counts.total))"
        lines.append(isBalanced ? "balanced: \(sum)" : "NOT balanced: \(sum), the audience is \(grouped(audience))")
        if lanes.count > 1 {
            lines.append("")
            lines.append(
                Table(
                    ["LANE", "ACCEPTED", "ENDED", "ALL"],
                    lanes.map { lane in
                        [
                            lane.name, grouped(lane.counts[.accepted]), grouped(lane.counts.ended),
                            grouped(lane.counts.total),
                        ]
                    }
                ).text
            )
        }
        if !refusals.isEmpty {
            lines.append("")
            lines.append(
                Table(
                    ["REPLY", "MEANS", "TIMES"],
                    refusals.map { refusal in
                        [
                            refusal.code == 0 ? "none" : String(refusal.code), refusal.judgementName,
                            grouped(refusal.count),
                        ]
                    }
                ).text
            )
        }
        if !engagement.text.isEmpty { lines += ["", engagement.text] }
        return lines.joined(separator: "\n")
    }
}

extension CampaignReport.Refusals {
    /// What a reply was taken for.
    var judgementName: String { Judgement.name(of: judgement) }
}
