import Core
import Database
import HTTPTypes
import Hummingbird
import Templates

/// A campaign's figures: as a part of its page, and as CSV.
extension Dashboard {
    private static let mostSamples: Int32 = 240

    func addFigures(to router: Router<WebContext>) {
        // The script replaces the old figures with these.
        accountPage(router, "campaigns/:campaign/figures", needs: .seeCampaigns) { _, context, visit in
            let campaign = try self.campaign(in: context)
            guard let look = try await feeds.look(at: campaign, of: visit.account) else { throw Refusal.notThere }
            var fields = try await figures(look, visit)
            fields["campaign"] = CampaignFields.row(look.report)
            return .page(try Views.figures.render(.record(fields)))
        }
        accountPage(router, "campaigns/:campaign/:table", needs: .seeCampaigns) { _, context, visit in
            let campaign = try self.campaign(in: context)
            guard let file = context.parameters.get("table"), file.hasSuffix(".csv"),
                let table = FigureTable.Name(rawValue: String(file.dropLast(4)))
            else { throw Refusal.notThere }
            guard let look = try await feeds.look(at: campaign, of: visit.account) else { throw Refusal.notThere }
            // The audit log records every export.
            let entry = AuditEntry("campaign.export", "campaign \(campaign), \(table.rawValue)")
            try await visit.database.audit(entry, account: visit.account)
            return .csv(try await self.table(table, look, visit), name: "campaign-\(campaign)-\(table.rawValue).csv")
        }
    }

    private func table(
        _ name: FigureTable.Name,
        _ look: CampaignLook,
        _ visit: AccountContext
    ) async throws -> FigureTable {
        let campaign = look.report.campaign
        let database = visit.database
        switch name {
        case .states: return .states(look.report)
        case .overTime:
            let samples = try await database.samples(of: campaign, account: visit.account, limit: Self.mostSamples)
            return .overTime(FigureCharts.course(look.report, samples))
        case .opens: return .opens(try await database.engagement(of: campaign, account: visit.account))
        case .links: return .links(try await database.engagement(of: campaign, account: visit.account))
        case .failures: return .failures(try await database.failures(of: campaign, account: visit.account) ?? [])
        }
    }

    /// What the figures' part of the page says.
    func figures(_ look: CampaignLook, _ visit: AccountContext) async throws -> [String: MergeValue] {
        let report = look.report
        let samples = try await visit.database.samples(
            of: report.campaign,
            account: visit.account,
            limit: Self.mostSamples
        )
        let engagement = try await visit.database.engagement(of: report.campaign, account: visit.account)
        let failures = try await visit.database.failures(of: report.campaign, account: visit.account)
        // If there are too many failures to count, there are too many replies.
        let refusals =
            failures == nil ? [] : try await visit.database.refusals(of: report.campaign, account: visit.account)
        let returned = try await visit.database.returned(of: report.campaign, account: visit.account)
        var fields: [String: MergeValue] = [
            "returned": [
                "bounced": .of(returned.failed), "complaints": .of(returned.complaints),
                "left": .of(returned.left + returned.unsubscribed),
            ],
            "bounces": .list(
                returned.bounced.map { bounce in
                    [
                        "domain": .of(bounce.domain), "reason": .of(bounce.reason.rawValue),
                        "consequence": .of(bounce.consequence.rawValue), "count": .of(bounce.count),
                    ]
                }
            ),
            "has_bounces": .bool(!returned.bounced.isEmpty),
            "states": .list(
                DeliveryState.allCases.map { state in
                    [
                        "name": .of(state.name), "count": .of(report.counts[state]),
                        "is_zero": .bool(report.counts[state] == 0),
                    ]
                }
            ),
            "bar": .of(ProgressBar.svg(report)),
            "audience": .of(report.audience),
            "overtime": FigureCharts.overTime(report, samples),
            "opens": FigureCharts.opens(report, engagement),
            "clicks": FigureCharts.clicks(report, engagement),
            "engagement": EngagementFields.totals(engagement),
            "links": .list(engagement.links.prefix(20).map { EngagementFields.link($0, engagement) }),
            "has_links": .bool(!engagement.links.isEmpty),
            "failures": .list((failures ?? []).map { FigureTable.failureFields($0) }),
            "has_failures": .bool(!(failures ?? []).isEmpty),
            "too_many_failures": .bool(failures == nil),
            "replies": .list(refusals.map { FigureTable.replyFields($0) }),
            "has_replies": .bool(!refusals.isEmpty),
        ]
        for (name, text) in LiveFigures.texts(look) { fields[name] = .of(text) }
        return fields
    }
}

extension Response {
    /// A download that no cache keeps.
    static func csv(_ table: FigureTable, name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8", .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: table.csv))
        )
    }
}
