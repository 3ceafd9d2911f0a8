import Core
import Messages

/// The compiled messages of this worker's campaigns.
///
/// A frozen version never changes, so a compiled one never expires; beyond `capacity` the least recently used is
/// dropped, which bounds the worker's memory.
actor TemplateCache {
    /// A compiled message, and the campaign's data that jobs need.
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

    /// A campaign's message, compiled if necessary.
    ///
    /// - Returns: `nil` if the campaign is not frozen in this database.
    /// - Throws: Errors of the store; ``TemplateError`` for a message that no longer compiles.
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
