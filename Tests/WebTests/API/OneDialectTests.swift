import Core
import Templates
import Testing

@testable import Database
@testable import Service
@testable import Web

/// The command line and the API write the same objects; the API's document describes them field by field.
@Suite struct OneDialectTests {
    typealias Row = (schema: String, value: JSONValue, more: Set<String>, because: Comment)

    private static let counts: DeliveryCounts = {
        var counts = DeliveryCounts()
        counts[.accepted] = 8
        counts[.dead] = 2
        return counts
    }()

    private static func report(_ state: CampaignState, isFollowUp: Bool = false) -> CampaignReport {
        CampaignReport(
            campaign: 3,
            account: 1,
            name: "Spring",
            state: state,
            audience: 10,
            listName: "news",
            createdAt: 1,
            startAt: isFollowUp ? 2 : nil,
            startedAt: isFollowUp ? 3 : nil,
            finishedAt: nil,
            readAt: 63,
            isLeased: false,
            heldBecause: isFollowUp ? "too many complaints" : "",
            follows: isFollowUp ? .init(campaign: 1, state: .failed) : nil,
            lanes: [.init(name: "default", counts: counts)]
        )
    }

    private static func full(_ report: CampaignReport) -> FullReport {
        FullReport(
            report,
            refusals: [
                .init(code: 550, judgement: 2, count: 1, words: "no such user"),
                .init(code: 0, judgement: 99, count: 1, words: ""),
            ],
            returned: ReturnedFacts(
                bounced: [
                    .init(reason: .autoReply, consequence: .nothing, lane: "default", domain: "", count: 1),
                    .init(reason: .mailboxUnknown, consequence: .hard, lane: "slow", domain: "example.org", count: 2),
                ],
                failed: 2,
                complaints: 1,
                unsubscribed: 1,
                left: 1,
                rule: ComplaintRule(warnMillionths: 1_000, pauseMillionths: 3_000, least: 5)
            ),
            throttles: [.init(lane: "slow", until: 99, level: 1, blocked: 30)],
            settled: [.putBack: 4, .begun: 3, .recorded: 2, .unknown: 1]
        )
    }

    private static func overview(_ report: CampaignReport) -> CampaignOverview {
        let traits = CampaignTraits(
            campaign: 3,
            kind: .marketing,
            policy: .atMostOnce,
            tracking: .aggregate,
            list: 1,
            lifetimeMinutes: 4_320,
            version: 2
        )
        return CampaignOverview(report: report, traits: traits)
    }

    private static let engagement = Engagement(
        mode: .aggregate,
        recipients: 40,
        rows: [
            EngagementRow(kind: .open, link: 0, hour: 1, counts: figures(unique: 9, machine: 7)),
            EngagementRow(kind: .click, link: 1, hour: 1, counts: figures(unique: 1, machine: 0)),
        ],
        links: [(number: 1, url: "https://example.org/")]
    )

    private static func figures(unique: Int64, machine: Int64) -> EngagementCounts {
        var counts = EngagementCounts()
        (counts.unique, counts.total, counts.machine) = (unique, unique, machine)
        return counts
    }

    private static let contact = ContactFacts(
        id: 5,
        address: "ada@example.org",
        attributes: Array(#"{"name":"Ada"}"#.utf8),
        isErased: false,
        version: 1,
        createdAt: 1
    )

    private static func suppression(_ scope: SuppressionScope, list: Int32) -> SuppressionFacts {
        SuppressionFacts(scope: scope.rawValue, list: list, reason: 3, source: "asked", createdAt: 1)
    }

    /// By a message, undone, and by nobody's message.
    private static let proofs = [
        proof(.oneClick, .list, message: DeliveryKey(campaign: 3, seq: 7), list: 2),
        proof(.page, .undo, message: DeliveryKey(campaign: 3, seq: 7), list: 2, undoes: 1),
        proof(.imported, .all, message: nil, list: 0),
    ]

    private static func proof(
        _ way: OptOutWay,
        _ action: OptOutAction,
        message: DeliveryKey?,
        list: Int32,
        undoes: Int64? = nil
    ) -> OptOutProof {
        OptOutProof(
            number: 1,
            at: 1,
            message: message,
            way: way.rawValue,
            action: action.rawValue,
            list: list,
            isNew: true,
            recalled: 0,
            onTheirWay: 0,
            undoes: undoes,
            source: "asked"
        )
    }

    private static func card() -> ContactCard {
        ContactCard(
            contact: contact,
            memberships: [.init(list: "news", isSubscribed: true, source: "form", consentedAt: 1, changedAt: 2)],
            suppressions: [suppression(.marketing, list: 0)],
            deliveries: [],
            proofs: proofs
        )
    }

    private static func deadLetter(_ message: String, isSettled: Bool) -> DeadLetterFacts {
        DeadLetterFacts(
            id: 1,
            account: isSettled ? 1 : nil,
            campaign: isSettled ? 3 : nil,
            seq: isSettled ? 7 : nil,
            reason: .renderError,
            detail: "no field",
            worker: "1f",
            attempt: 0,
            queue: "jobs.default",
            envelope: Array(message.utf8),
            createdAt: 1,
            settledAt: isSettled ? 2 : nil,
            settlement: isSettled ? .sentAgain : nil,
            state: isSettled ? .dead : nil
        )
    }

    private static func readiness() -> CampaignReadiness {
        var result = DryRun.Result()
        (result.recipients, result.audience, result.suppressed) = (2, 3, 1)
        result.missing = ["name": DryRun.Finding(count: 1, exampleContact: 5)]
        result.failures = ["too long": DryRun.Finding(count: 1, exampleContact: 6)]
        return CampaignReadiness(CampaignDraft.any.message(campaign: 3), result)
    }

    static let table: [Row] = [
        (
            "Account",
            AccountFacts(id: 1, name: "acme", createdAt: 1)
                .json(with: AccountSize(contacts: 3, erased: 1, suppressions: 2, campaigns: 1))
                .adding(["key": ["prefix": "vrd_1", "name": "shop", "scopes": .array([]), "expires_at": .null]]),
            [], "`account show`, which has no key and says more"
        ),
        (
            "List", ListFacts(id: 1, name: "news", createdAt: 1, subscribed: 3, unsubscribed: 1).json, [], "`list list`"
        ),
        ("Counts", counts.json, [], "recipients by state"),
        ("Campaign", overview(report(.draft)).json, [], "a draft, also in `campaign list`"),
        ("Campaign", overview(report(.paused, isFollowUp: true)).json, [], "a follow-up that paused by itself"),
        ("CampaignCheck", readiness().json, [], "`campaign check` has most of these, too"),
        ("Report", full(report(.running)).json, [], "also in `campaign report`, which adds opens and clicks"),
        ("Report", full(report(.paused, isFollowUp: true)).json, [], "with everything that can be null"),
        ("Engagement", engagement.json(of: 3), [], "`engagement` of `campaign report`"),
        ("Engagement", Engagement(mode: .none).json(of: 3), [], "nothing is tracked"),
        (
            "Links", ["campaign": .number(3), "items": engagement.json(of: [(1, "https://example.org/")])], [],
            "`links`"
        ),
        (
            "Delivery",
            DeliveryFacts(
                seq: 1,
                contact: 5,
                state: 4,
                reason: 1,
                code: 550,
                attempts: 1,
                changedAt: 1,
                address: nil
            ).json, [], "a recipient"
        ),
        ("Contact", contact.json, [], "without its lists"),
        (
            "Contact",
            MemberFacts(contact: contact, isSubscribed: true, source: "form", consentedAt: 1).json,
            ["source", "consented_at"], "`contacts export`"
        ),
        ("ContactWithLists", card().json, ["suppressions", "deliveries"], "`contacts show`"),
        (
            "ContactWithLists",
            ContactWithLists(contact: contact, memberships: card().memberships, proofs: proofs).json, [],
            "a contact of the API"
        ),
        ("Suppression", suppression(.list, list: 2).json(contact: 5), [], "of a list"),
        ("Suppression", suppression(.all, list: 0).json(contact: nil), [], "of an address that is no contact"),
        (
            "Suppression",
            SuppressionRow(
                id: 1,
                address: nil,
                addressHash: [0x5A],
                hashKey: 1,
                scope: .list,
                list: 2,
                listName: "news",
                contact: nil,
                reason: .hardBounce,
                source: "bounce",
                createdAt: 1
            ).json, ["number", "address", "hash", "key", "list_name"], "`suppressions list`"
        ),
        (
            "SuppressionReceipt",
            SuppressionReceipt(contact: nil, isNew: true, recalled: 1, alreadyOnTheirWay: 0).json(scope: .marketing),
            [],
            "`suppressions add`"
        ),
        ("DeadLetter", deadLetter("v1 1 1 3", isSettled: true).json, [], "`dead-letters show`"),
        ("DeadLetter", deadLetter("\u{0}", isSettled: false).json, [], "of no campaign, and unreadable"),
    ]

    @Test(arguments: table)
    func `what is written is what the document describes`(row: Row) throws {
        let schemas = try MergeValue(json: PackageResources.openapi_json).field("components")?.field("schemas")
        let check = SchemaCheck(schemas: try #require(schemas))
        let schema = try #require(check.schemas.field(MergeText(row.schema)), "\(row.schema)")
        let found = check.differences(try MergeValue(json: row.value.bytes), schema, at: row.schema, allowing: row.more)
        #expect(found.isEmpty, row.because)
    }
}

extension CampaignDraft {
    fileprivate static let any = CampaignDraft(
        name: "Spring",
        kind: .marketing,
        policy: .atMostOnce,
        tracking: .none,
        lifetime: "3 days",
        subject: "Hello",
        html: "<p>Hello</p>",
        plain: nil,
        settings: "{}"
    )
}

/// Compares values with the schemas of the API's document, as far as these use JSON Schema.
private struct SchemaCheck {
    let schemas: MergeValue

    func differences(
        _ value: MergeValue,
        _ schema: MergeValue,
        at place: String,
        allowing more: Set<String> = []
    ) -> [String] {
        if let reference = text(schema.field("$ref")), let name = reference.split(separator: "/").last {
            guard let schema = schemas.field(MergeText(String(name))) else { return ["\(place): no schema \(name)"] }
            return differences(value, schema, at: place)
        }
        guard types(schema).contains(where: { $0 == type(of: value) || $0 == "integer" && type(of: value) == "number" })
        else { return ["\(place): is \(value), and shall be \(types(schema))"] }
        switch value {
        case .object(let fields):
            guard case .object(let properties)? = schema.field("properties") else { return [] }
            let names = Set(fields.map(\.name.string))
            let wanted = Set(items(schema.field("required")).compactMap(text))
            let known = Set(properties.map(\.name.string)).union(more)
            var found = wanted.union(more).subtracting(names).map { "\(place): has no \($0)" }
            found += names.subtracting(known).map { "\(place): \($0) is not documented" }
            for property in properties {
                guard let field = value.field(property.name) else { continue }
                found += differences(field, property.value, at: "\(place).\(property.name.string)")
            }
            return found
        case .list(let elements):
            guard let schema = schema.field("items") else { return [] }
            return elements.flatMap { differences($0, schema, at: "\(place)[]") }
        default:
            let choices = items(schema.field("enum"))
            return choices.isEmpty || choices.contains(value) ? [] : ["\(place): \(value) is none of the enum"]
        }
    }

    private func types(_ schema: MergeValue) -> [String] {
        guard let type = schema.field("type") else { return [] }
        return text(type).map { [$0] } ?? items(type).compactMap(text)
    }

    private func type(of value: MergeValue) -> String {
        switch value {
        case .text: "string"
        case .number: "number"
        case .bool: "boolean"
        case .null: "null"
        case .list: "array"
        case .object: "object"
        }
    }

    private func text(_ value: MergeValue?) -> String? {
        guard case .text(let text)? = value else { return nil }
        return text.string
    }

    private func items(_ value: MergeValue?) -> [MergeValue] {
        guard case .list(let items)? = value else { return [] }
        return items
    }
}
