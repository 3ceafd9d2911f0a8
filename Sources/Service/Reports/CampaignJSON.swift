import Core
import Database

extension CampaignOverview {
    /// `Campaign` in the API's document.
    package var json: JSONValue {
        [
            "id": .number(report.campaign), "name": .string(report.name), "state": .string(report.state.name),
            "kind": .string(traits.kind.name), "policy": .string(traits.policy.name),
            "tracking": .string(traits.tracking.name),
            "list": ["id": .number(traits.list), "name": .string(report.listName)],
            "version": .number(traits.version), "lifetime_minutes": .number(traits.lifetimeMinutes),
            "audience": .number(report.audience), "counts": report.counts.json,
            "follows": .number(orNull: report.follows?.campaign),
            "follows_state": .string(orNull: report.follows?.state.name),
            "missed_start": .bool(report.hasMissedItsStart), "held_because": report.whyHeld,
            "created_at": .moment(report.createdAt), "start_at": .moment(orNull: report.startAt),
            "started_at": .moment(orNull: report.startedAt), "finished_at": .moment(orNull: report.finishedAt),
        ]
    }
}

extension CampaignReport {
    /// Why it was paused automatically, or null.
    var whyHeld: JSONValue { .string(orNull: heldBecause.isEmpty ? nil : heldBecause) }
}

extension DeliveryCounts {
    /// `Counts` in the API's document: by state; they add up to the audience.
    package var json: JSONValue {
        .object(DeliveryState.allCases.map { .init(name: $0.name, value: .number(self[$0])) })
    }
}
