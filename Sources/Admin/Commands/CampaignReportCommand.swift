import ArgumentParser
import Core
import Database
import Service

struct CampaignReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show a campaign's totals by state, and whether they reconcile."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            guard let report = try await FullReport(of: campaign.id, account: account, in: session.database) else {
                throw AdminFailure.noCampaign(campaign.id)
            }
            let engagement = try await session.database.engagement(of: campaign.id, account: account)
            guard output.json else {
                return session.console.print(
                    report.report.text(with: report.refusals, engagement, width: session.console.width)
                        + report.returnedText
                )
            }
            let links = try await session.database.links(of: campaign.id, account: account)
            session.console.print(
                report.json.adding([
                    "engagement": engagement.json(of: campaign.id), "links": engagement.json(of: links),
                ])
            )
        }
    }
}

extension CampaignReport {
    func text(with refusals: [Refusals], _ engagement: Engagement, width: Int) -> String {
        var lines = ["campaign \(campaign): \(name)", "list \(listName), \(state.name)"]
        if !heldBecause.isEmpty { lines.append("paused automatically: \(heldBecause)") }
        if let follows {
            lines.append("follow-up of campaign \(follows.campaign), for its \(follows.state.name) recipients")
        }
        if let startedAt {
            let rate = seconds.map { $0 > 0 ? " (\(grouped(Int(Double(counts.ended) / $0)))/s)" : "" } ?? ""
            lines.append("started \(Timestamp.text(startedAt)), \(spoken(seconds: seconds ?? 0))\(rate)")
        } else if let startAt, CampaignState.toStart.contains(state) {
            let missed = hasMissedItsStart ? ", but no producer has taken it" : ""
            lines.append("starts \(Timestamp.text(startAt))\(missed)")
            if hasMissedItsStart {
                lines.append("it missed its start; start it again: veredus campaign start \(campaign)")
            }
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
                    ["REPLY", "MEANS", "TIMES", "THE LAST ONE SAID"],
                    refusals.map { refusal in
                        [
                            refusal.code == 0 ? "none" : String(refusal.code), Judgement.name(of: refusal.judgement),
                            grouped(refusal.count), refusal.words,
                        ]
                    }
                ).text
            )
        }
        let opensAndClicks = engagement.text(width: width)
        if !opensAndClicks.isEmpty { lines += ["", opensAndClicks] }
        return lines.joined(separator: "\n")
    }
}
