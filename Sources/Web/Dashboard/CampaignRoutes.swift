import Core
import Database
import Hummingbird
import Service
import Templates

/// The account's campaigns, one campaign, and its requests.
extension Dashboard {
    func addCampaigns(to router: Router<WebContext>) {
        accountPage(router, "campaigns", needs: .seeCampaigns) { request, _, visit in
            let page = try ListPage(request, searching: ["name", "state"]) { _ in .campaigns }
            let state = CampaignState(name: page["state"])
            guard state != nil || page["state"].isEmpty else { throw Refusal.notThere }
            let reports = try await visit.database.reports(
                of: visit.account,
                CampaignSearch(name: page["name"], state: state),
                before: CampaignID(clamping: page.before),
                limit: ListPage.rows
            )
            let next = reports.next(ListPage.rows) { PageCursor(.campaigns, [Int64($0.campaign)]) }
            let fields: [String: MergeValue] = [
                "campaigns": .list(reports.map { CampaignFields.row($0) }), "has": .bool(!reports.isEmpty),
                "name": .of(page["name"]),
                "states": .list(
                    CampaignState.allCases.map { ["state": .of($0.name), "chosen": .bool($0 == state)] }
                ),
            ]
            return try Views.respond(
                Views.campaigns,
                title: "Campaigns",
                visit: visit.visit,
                section: "Campaigns",
                fields.merging(page.fields(next: next)) { $1 },
                isRefreshed: reports.contains { $0.state == .running || CampaignState.toStart.contains($0.state) }
            )
        }
        accountPage(router, "campaigns/:campaign", needs: .seeCampaigns) { _, context, visit in
            try await campaignPage(self.campaign(in: context), visit)
        }
        accountPage(router, "campaigns/:campaign/confirm/:request", needs: .runCampaigns) { _, context, visit in
            let (look, request) = try await asked(context, visit)
            guard CampaignState.states(allowing: request).contains(look.report.state) else {
                let (campaign, state) = (look.report.campaign, look.report.state)
                let refused = RequestRefused(campaign: campaign, request: request, why: .state(state))
                throw Refusal.refused(refused.sentence)
            }
            let readiness =
                request == .start ? try await requests(context, visit).readiness(of: look.report.campaign) : nil
            let problems = readiness?.problems ?? []
            return try Views.respond(
                Views.confirm,
                title: "\(request.rawValue.capitalizedFirst) campaign \(look.report.campaign)",
                visit: visit.visit,
                section: "Campaigns",
                [
                    "campaign": .of(String(look.report.campaign)), "name": .of(look.report.name),
                    "request": .of(request.rawValue), "verb": .of(request.rawValue.capitalizedFirst),
                    "consequence": .of(Self.consequence(of: request, look.report)),
                    "is_final": .bool(request == .cancel),
                    "checked": readiness.map { .of($0.scope) } ?? .bool(false),
                    "problems": .list(problems.map { .of($0.capitalizedFirst) }),
                    "has_problems": .bool(!problems.isEmpty), "is_impossible": .bool(readiness?.isEmpty ?? false),
                    "has_failures": .bool(!(readiness?.messageProblems.isEmpty ?? true)),
                ]
            )
        }
        accountForm(router, "campaigns/:campaign/ask/:request", needs: .runCampaigns) { form, context, visit in
            let (look, request) = try await asked(context, visit)
            do {
                let anyway = form["anyway"] == "yes"
                _ = try await requests(context, visit).ask(request, of: look.report.campaign, anyway: anyway)
            } catch let refused as RequestRefused {
                throw Refusal.refused(refused.sentence)
            }
            await feeds.forget(look.report.campaign, of: visit.account)
            return .seeOther("/campaigns/\(look.report.campaign)")
        }
    }

    private func requests(_ context: WebContext, _ visit: AccountContext) -> CampaignRequests<HeavyPlace> {
        CampaignRequests(
            visit.database,
            account: visit.account,
            place: HeavyPlace(heavy: parts.heavy, account: visit.account, isGone: context.isGone)
        )
    }

    private func asked(
        _ context: WebContext,
        _ visit: AccountContext
    ) async throws -> (CampaignLook, CampaignState.Request) {
        guard let request = context.parameters.get("request").flatMap({ CampaignState.Request(rawValue: $0) }) else {
            throw Refusal.notThere
        }
        let campaign = try self.campaign(in: context)
        guard let look = try await feeds.look(at: campaign, of: visit.account) else { throw Refusal.notThere }
        return (look, request)
    }

    private func campaignPage(_ campaign: CampaignID, _ visit: AccountContext) async throws -> Response {
        guard let look = try await feeds.look(at: campaign, of: visit.account) else { throw Refusal.notThere }
        let report = look.report
        var fields = try await figures(look, visit)
        fields["campaign"] = CampaignFields.row(report)
        fields["live"] = .bool(Self.moves(report))
        let requests = CampaignState.Request.allCases.filter {
            visit.visit.may(.runCampaigns) && CampaignState.states(allowing: $0).contains(report.state)
        }
        fields["requests"] = .list(
            requests.map { request in
                [
                    "request": .of(request.rawValue), "verb": .of(request.rawValue.capitalizedFirst),
                    "is_first": .bool(request == requests.first && request != .cancel),
                    "is_final": .bool(request == .cancel),
                ]
            }
        )
        return try Views.respond(
            Views.campaign,
            title: report.name,
            visit: visit.visit,
            section: "Campaigns",
            fields,
            isRefreshed: Self.moves(report)
        )
    }

    /// Whether the page updates itself: opens, clicks and bounces continue for a day after the end.
    static func moves(_ report: CampaignReport) -> Bool {
        switch report.state {
        case .scheduled, .starting, .running, .paused, .cancelling: true
        case .cancelled, .finished: report.finishedAt.map { report.readAt - $0 < 86_400 } ?? false
        case .draft: false
        }
    }

    // MARK: Words

    private static func consequence(of request: CampaignState.Request, _ report: CampaignReport) -> String {
        switch request {
        case .start: return "It goes to all current subscribers of “\(report.listName)”."
        case .pause: return "Sending stops until the campaign is resumed. Messages in flight still arrive."
        case .resume: return "Sending continues where it stopped."
        case .unschedule: return "It becomes a draft again. Nothing is sent until it is started."
        case .cancel:
            let left = report.audience > 0 ? grouped(Int64(report.audience) - report.counts.ended) : "All"
            return "\(left) recipients will get no message. This cannot be undone. Messages in flight still arrive."
        }
    }
}

/// What pages say of a campaign.
enum CampaignFields {
    static func row(_ report: CampaignReport) -> MergeValue {
        let counts = report.counts
        return [
            "number": .of(String(report.campaign)), "name": .of(report.name), "list": .of(report.listName),
            "state": .of(report.state.name), "audience": .of(report.audience),
            "accepted": .of(counts[.accepted]), "failed": .of(counts[.failed]),
            "open": .of(counts[.pending] + counts[.sending] + counts[.deferred]),
            "percent": .of(report.audience > 0 ? LiveFigures.percent(report) : "–"),
            "bar": .of(ProgressBar.svg(report, hasEmptyParts: false)), "created": .moment(report.createdAt),
            "start": .moment(report.scheduledFor), "started": .moment(report.startedAt),
            "finished": .moment(report.finishedAt),
            "took": report.seconds.map { .of(spoken(seconds: $0)) } ?? .bool(false),
            "follows": report.follows.map { follows in
                ["campaign": .of(String(follows.campaign)), "state": .of(follows.state.name)]
            } ?? .bool(false),
        ]
    }
}

extension String {
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
