import Core
import Messages

/// The compiled messages of the campaigns that this worker has jobs of.
///
/// A frozen version never changes, so a compiled one is good for ever; the least recently used goes when there are
/// more than `capacity`, which bounds the worker's memory whatever the number of campaigns.
actor TemplateCache {
    /// A message that can be rendered, and what else a job needs of its campaign.
    struct Compiled: Sendable {
        let template: MessageTemplate
        let policy: DeliveryPolicy
    }

    private let store: any DeliveryStore
    private let installation: MessageSettings
    private let capacity: Int
    private var compiled: [CampaignID: (message: Compiled, usedAt: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(store: any DeliveryStore, installation: MessageSettings, capacity: Int = 64) {
        self.store = store
        self.installation = installation
        self.capacity = capacity
    }

    /// The message of a campaign, compiled now if need be.
    ///
    /// - Returns: `nil` when the campaign is not frozen in this database.
    /// - Throws: What the store throws; ``TemplateError`` for a message that no longer compiles.
    func message(of campaign: CampaignID) async throws -> Compiled? {
        clock += 1
        if let found = compiled[campaign]?.message {
            compiled[campaign]?.usedAt = clock
            return found
        }
        guard let frozen = try await store.message(of: campaign) else { return nil }
        let message = Compiled(template: try MessageTemplate(frozen, installation: installation), policy: frozen.policy)
        if compiled.count >= capacity, let oldest = compiled.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
            compiled[oldest] = nil
        }
        compiled[campaign] = (message, clock)
        return message
    }
}
