import Core
import Database
import Hummingbird
import Service

/// A campaign's results.
extension APICall {
    func showReport() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        guard let report = try await FullReport(of: id, account: account, in: database) else {
            throw APIProblem.notFound
        }
        return APIReply(report.json)
    }

    func showEngagement() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        _ = try await campaign(id)
        let engagement = try await database.engagement(of: id, account: account)
        return APIReply(engagement.json(of: id))
    }

    func showLinks() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        _ = try await campaign(id)
        let engagement = try await database.engagement(of: id, account: account)
        let links = try await database.links(of: id, account: account)
        return APIReply(["campaign": .number(id), "items": engagement.json(of: links)])
    }

    func showDeliveries() async throws -> APIReply {
        let (limit, state, cursor, withAddresses) = try reading { reader in
            (
                reader.limit(), reader.choice("state", DeliveryState.self), reader.cursor(.deliveries),
                reader.flag("addresses")
            )
        }
        let id = try id()
        guard !withAddresses || allows(.readContacts) else { throw APIProblem.scopeMissing([.readContacts]) }
        _ = try await campaign(id)
        let page = try await database.deliveries(
            of: id,
            account: account,
            after: cursor.map { Seq($0.numbers[0]) } ?? 0,
            state: state,
            limit: limit,
            withAddresses: withAddresses
        )
        return .page(page.rows.map(\.json), next: page.next.map { PageCursor(.deliveries, [Int64($0)]) })
    }

    func showDeadLetters() async throws -> APIReply {
        let (limit, campaign, cursor) = try reading { reader in
            (reader.limit(), reader.whole("campaign", 1...Int64(Int32.max)), reader.cursor(.deadLetters))
        }
        let messages = try await database.deadLetters(
            of: account,
            campaign: campaign.map { Int32($0) },
            before: cursor?.numbers[0] ?? .max,
            limit: limit
        )
        return .page(messages.map(\.json), next: messages.next(limit) { PageCursor(.deadLetters, [$0.id]) })
    }
}
