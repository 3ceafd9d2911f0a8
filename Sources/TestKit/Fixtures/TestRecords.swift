import Core
import Database

extension CampaignDraft {
    /// Of a marketing campaign whose message is the same for everybody.
    package static let test = CampaignDraft(
        name: "Test",
        kind: .marketing,
        policy: .atMostOnce,
        tracking: .none,
        lifetime: "3 days",
        subject: "Hello",
        html: "<p>Hello</p>",
        plain: nil,
        settings: #"{"from": {"address": "news@example.org"}}"#
    )
}

extension Suppression {
    /// Of account 1, and of its list 1 where the scope is a list.
    package static func test(
        _ hash: [UInt8],
        _ scope: SuppressionScope,
        _ reason: SuppressionReason,
        source: String = "test"
    ) -> Suppression {
        Suppression(
            account: 1,
            addressHash: hash,
            hashKey: 1,
            scope: scope,
            list: scope == .list ? 1 : 0,
            reason: reason,
            source: source,
            way: nil
        )
    }
}
