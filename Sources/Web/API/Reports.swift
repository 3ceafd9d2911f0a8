import Core
import Database
import Hummingbird

/// What became of a campaign.
extension APICall {
    func showReport() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        let report = try await campaign(id).report
        let refusals = try await database.refusals(of: id, account: account)
        let returned = try await database.returned(of: id, account: account)
        return APIReply([
            "campaign": .number(id), "state": .string(report.state.name), "audience": .number(report.audience),
            "balanced": .bool(report.isBalanced), "seconds": report.seconds.map { .decimal($0) } ?? .null,
            "counts": report.counts.json,
            "lanes": .array(report.lanes.map { ["lane": .string($0.name), "counts": $0.counts.json] }),
            "replies": .array(
                refusals.map { refusal in
                    [
                        "code": refusal.code == 0 ? .null : .number(refusal.code),
                        "judgement": .string(Judgement.name(of: refusal.judgement)),
                        "count": .number(refusal.count),
                    ]
                }
            ),
            "returned": returned.json(accepted: report.counts[.accepted]),
        ])
    }

    func showEngagement() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        _ = try await campaign(id)
        let engagement = try await database.engagement(of: id, account: account)
        // Hours of few people tell who was up when.
        let hours = engagement.opens.isBlurred && engagement.clicks.isBlurred ? [] : engagement.hours
        return APIReply([
            "campaign": .number(id), "tracking": .string(engagement.mode.name),
            "opens": engagement.opens.json,
            "clicks": engagement.clicks.json,
            "hours": .array(
                hours.map { hour in
                    [
                        "start": .moment(hour.start), "opens": hour.opens.json,
                        "clicks": hour.clicks.json,
                    ]
                }
            ),
        ])
    }

    func showLinks() async throws -> APIReply {
        try takesNoParameters()
        let id = try id()
        _ = try await campaign(id)
        let engagement = try await database.engagement(of: id, account: account)
        let clicks = Dictionary(engagement.links.map { ($0.number, $0.clicks) }) { first, _ in first }
        let links = try await database.links(of: id, account: account).map { link -> JSONValue in
            let counts = clicks[link.number] ?? EngagementCounts()
            return [
                "number": .number(link.number), "url": .string(link.url),
                "clicks": counts.json,
            ]
        }
        return APIReply(["campaign": .number(id), "items": .array(links)])
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
        let next = messages.last.flatMap { messages.count == Int(limit) ? PageCursor(.deadLetters, [$0.id]) : nil }
        return .page(messages.map(\.json), next: next)
    }
}

extension ReturnedFacts {
    fileprivate func json(accepted: Int64) -> JSONValue {
        let rate = ComplaintRate(complaints: Int(complaints), accepted: Int(accepted))
        return [
            "bounced": .number(failed), "complaints": .number(complaints),
            "complaints_percent": .decimal(rate.percent), "complaints_verdict": .string(rate.verdict(rule).rawValue),
            "unsubscribed": .number(left), "unsubscribed_by_mail": .number(unsubscribed),
            "bounces": .array(
                bounced.map { bounce in
                    [
                        "reason": .string(bounce.reason.rawValue),
                        "consequence": .string(bounce.consequence.rawValue), "lane": .string(bounce.lane),
                        "domain": bounce.domain.isEmpty ? .null : .string(bounce.domain),
                        "count": .number(bounce.count),
                    ]
                }
            ),
        ]
    }
}

extension EngagementCounts {
    /// Figures that would tell of a person are null.
    fileprivate var json: JSONValue {
        [
            "unique": isBlurred ? .null : .number(unique), "total": isBlurred ? .null : .number(total),
            "machine": isTold(\.machine) ? .number(machine) : .null,
            "fewer_than": isBlurred || !isTold(\.machine) ? .number(Self.least) : .null,
        ]
    }
}

extension DeliveryFacts {
    fileprivate var json: JSONValue {
        [
            "seq": .number(seq), "contact": .number(contact),
            "state": .string(DeliveryState.name(of: state)),
            "reason": .string(DeliveryReason.name(of: reason)),
            "code": code == 0 ? .null : .number(code), "attempts": .number(attempts),
            "changed_at": .moment(changedAt),
            "email": .string(orNull: address.flatMap { $0.isEmpty ? nil : $0 }),
        ]
    }
}

extension DeadLetterFacts {
    fileprivate var json: JSONValue {
        [
            "id": .number(id), "campaign": campaign.map { .number($0) } ?? .null,
            "seq": seq.map { .number($0) } ?? .null, "reason": .string(reason.name),
            "detail": .string(detail), "worker": .string(worker), "attempt": .number(attempt),
            "queue": .string(queue), "created_at": .moment(createdAt), "settled_at": .moment(orNull: settledAt),
            "settlement": .string(orNull: settlement?.name),
            "state": state.map { .string($0.name) } ?? .null,
        ]
    }
}
