import Core
import Database
import HTTPTypes
import Hummingbird
import Messages
import Service

/// Campaigns: create, change, send.
extension APICall {
    func showCampaigns() async throws -> APIReply {
        let (limit, search, cursor) = try reading { reader in
            let state = reader.choice("state", CampaignState.self)
            let search = CampaignSearch(name: reader.part("name") ?? "", state: state)
            return (reader.limit(), search, reader.cursor(.campaigns))
        }
        let campaigns = try await database.campaigns(
            of: account,
            search,
            before: cursor.map { Int32($0.numbers[0]) } ?? .max,
            limit: limit
        )
        return .page(
            campaigns.map(\.json),
            next: campaigns.next(limit) { PageCursor(.campaigns, [Int64($0.report.campaign)]) }
        )
    }

    func showCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let overview = try await campaign(id)
        let message = try await database.message(of: id, account: account)
        return APIReply(overview.json.adding(["message": message?.json ?? .null]))
    }

    func createCampaign() async throws -> APIReply {
        try takesNoParameters()
        let (list, draft) = try await heavily { [body] stop in
            var reader = try FieldReader(body: body)
            let list = reader.whole("list", 1...Int(Int32.max), isRequired: true)
            let draft = try CampaignBody(&reader, stop: stop).draft
            guard let list else { throw APIProblem.internalError }
            return (list, draft)
        }
        _ = try await listName(list, pointer: "/list")
        let actor = database.actor
        return try await once { [account] connection in
            let id = try connection.createCampaign(draft, account: account, list: Int32(list), by: actor)
            guard let made = try connection.campaign(id) else { throw APIProblem.internalError }
            return APIReply(made.json, status: .created, location: "/api/v1/campaigns/\(id)")
        }
    }

    /// Omitted fields stay unchanged.
    func changeCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let overview = try await campaign(id)
        guard CampaignState.editable.contains(overview.report.state) else {
            throw ChangeRefused(campaign: id, state: overview.report.state)
        }
        guard let message = try await database.message(of: id, account: account) else { throw APIProblem.notFound }
        let draft = try await heavily { [body] stop in
            var reader = try FieldReader(body: body)
            return try CampaignBody(&reader, over: (overview, message), stop: stop).draft
        }
        guard try await requests.change(id, to: draft) != nil else { throw APIProblem.notFound }
        return try await showCampaign()
    }

    /// Renders the message and says what a start would find.
    func checkCampaign() async throws -> APIReply {
        try takesNoParameters()
        guard let readiness = try await requests.readiness(of: id()) else { throw APIProblem.notFound }
        return APIReply(readiness.json)
    }

    func startCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        var moment: Double?
        var anyway = false
        if !body.isEmpty {
            var reader = try FieldReader(body: body)
            moment = reader.moment("start_at")
            anyway = reader.flag("anyway") ?? false
            try reader.finish()
        }
        let actor = database.actor
        let readiness = try await requests.readinessToStart(id)
        return try await once { [account, moment, anyway] connection in
            // The time and the check's result count only here: a start repeated under its Idempotency-Key gets the first
            // answer, however late.
            let started = try connection.startCampaign(
                id,
                account: account,
                at: moment,
                readiness: readiness,
                anyway: anyway,
                by: actor
            )
            guard let started else { throw APIProblem.notFound }
            return APIReply(started.json)
        }
    }

    /// Pauses, resumes, cancels or unschedules.
    func ask(_ request: CampaignState.Request) async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let asked = try await requests.ask(request, of: id)
        guard let asked else { throw APIProblem.notFound }
        return APIReply(asked.json)
    }

    private var requests: CampaignRequests<HeavyPlace> {
        CampaignRequests(
            database,
            account: account,
            place: HeavyPlace(heavy: parts.heavy, account: account, isGone: isGone)
        )
    }

    /// - Throws: ``APIProblem`` where the account has none of that number.
    func campaign(_ id: CampaignID) async throws -> CampaignOverview {
        guard let overview = try await database.campaign(id, account: account) else { throw APIProblem.notFound }
        return overview
    }
}

extension CampaignVersion {
    fileprivate var json: JSONValue {
        let head: [JSONValue.JSONField] = [
            .init(name: "version", value: .number(version)), .init(name: "subject", value: .string(subject)),
            .init(name: "html", value: .string(html)), .init(name: "text", value: .string(orNull: plain)),
        ]
        guard case .object(let settings) = (try? CampaignSettings(json: self.settings))?.json ?? .null else {
            return .object(head)
        }
        return .object(head + settings)
    }
}
