import HTTPTypes
import Hummingbird
import Postgres
import Shared

/// Campaigns: made, changed, sent.
extension APICall {
    func showCampaigns() async throws -> APIReply {
        let (limit, state, cursor) = try reading { reader in
            (reader.limit(), reader.choice("state", CampaignState.allCases, \.name), reader.cursor(.campaigns))
        }
        let campaigns = try await database.campaigns(
            of: account,
            before: cursor.map { Int32($0.numbers[0]) } ?? .max,
            state: state,
            limit: limit
        )
        let next = campaigns.last.flatMap { last in
            campaigns.count == Int(limit) ? PageCursor(.campaigns, [Int64(last.report.campaign)]) : nil
        }
        return .page(campaigns.map(\.json), next: next)
    }

    func showCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let overview = try await campaign(id)
        let letter = try await database.letter(of: id, account: account)
        guard case .object(let fields) = overview.json else { throw APIProblem.internalError }
        return APIReply(.object(fields + [.init(name: "letter", value: letter?.json ?? .null)]))
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

    /// Fields that are left out stay as they are.
    func changeCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let overview = try await campaign(id)
        guard overview.report.state == .draft else { throw APIProblem.noDraft(overview.report.state) }
        guard let letter = try await database.letter(of: id, account: account) else { throw APIProblem.notFound }
        let draft = try await heavily { [body] stop in
            var reader = try FieldReader(body: body)
            return try CampaignBody(&reader, over: (overview, letter), stop: stop).draft
        }
        guard try await database.updateCampaign(id, draft, account: account) != nil else {
            throw APIProblem.noDraft(try await campaign(id).report.state)
        }
        return try await showCampaign()
    }

    func startCampaign() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        var moment: Double?
        if !body.isEmpty {
            var reader = try FieldReader(body: body)
            moment = reader.moment("start_at")
            try reader.finish()
        }
        let actor = database.actor
        return try await once { [account, moment] connection in
            // Here and not before: a start that is asked for again under its key gets the first answer, however late.
            if let moment, moment <= currentSeconds() - 60 {
                throw APIProblem.invalid([.init(pointer: "/start_at", detail: "is past; leave it out to start now")])
            }
            guard try connection.campaign(id) != nil else { throw APIProblem.notFound }
            try connection.start(id, account: account, at: moment, by: actor)
            guard let started = try connection.campaign(id) else { throw APIProblem.internalError }
            return APIReply(started.json)
        }
    }

    /// Pauses, resumes or cancels.
    func ask(_ request: CampaignState.Request) async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        _ = try await campaign(id)
        try await database.ask(request, of: id, account: account)
        return APIReply(try await campaign(id).json)
    }

    /// - Throws: ``APIProblem`` where the account has none of that number.
    func campaign(_ id: CampaignID) async throws -> CampaignOverview {
        guard let overview = try await database.campaign(id, account: account) else { throw APIProblem.notFound }
        return overview
    }
}

extension APIProblem {
    fileprivate static func noDraft(_ state: CampaignState) -> APIProblem {
        .conflict("wrong-state", "The campaign is \(state.name); only a draft can be changed. Make another one.")
    }
}

extension CampaignOverview {
    fileprivate var json: JSONValue {
        [
            "id": .number(report.campaign), "name": .string(report.name), "state": .string(report.state.name),
            "kind": .string(traits.kind.name), "policy": .string(traits.policy.name),
            "tracking": .string(traits.tracking.name),
            "list": ["id": .number(traits.list), "name": .string(report.listName)],
            "version": .number(traits.version), "lifetime_minutes": .number(traits.lifetimeMinutes),
            "audience": .number(report.audience), "counts": report.counts.json,
            "missed_start": .bool(report.hasMissedItsStart),
            "held_because": .string(orNull: report.heldBecause.isEmpty ? nil : report.heldBecause),
            "created_at": .moment(report.createdAt), "start_at": .moment(orNull: report.startAt),
            "started_at": .moment(orNull: report.startedAt), "finished_at": .moment(orNull: report.finishedAt),
        ]
    }
}

extension DeliveryCounts {
    /// By state; they add up to the audience.
    var json: JSONValue {
        .object(DeliveryState.allCases.map { .init(name: $0.name, value: .number(self[$0])) })
    }
}

extension FrozenLetter {
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
