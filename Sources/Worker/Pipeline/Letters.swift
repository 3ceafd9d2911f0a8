import Core
import Messages

/// The compiled letters of the campaigns that this worker has jobs of.
///
/// A frozen version never changes, so a compiled one is good for ever; the least recently used goes when there are
/// more than `capacity`, which bounds the worker's memory whatever the number of campaigns.
actor Letters {
    /// A letter that can be rendered, and what else a job needs of its campaign.
    struct Compiled: Sendable {
        let template: LetterTemplate
        let policy: DeliveryPolicy
    }

    private let store: any DeliveryStore
    private let installation: LetterSettings
    private let capacity: Int
    private var compiled: [CampaignID: (letter: Compiled, usedAt: UInt64)] = [:]
    private var clock: UInt64 = 0

    init(store: any DeliveryStore, installation: LetterSettings, capacity: Int = 64) {
        self.store = store
        self.installation = installation
        self.capacity = capacity
    }

    /// The letter of a campaign, compiled now if need be.
    ///
    /// - Returns: `nil` when the campaign is not frozen in this database.
    /// - Throws: What the store throws; ``TemplateError`` for a letter that no longer compiles.
    func letter(of campaign: CampaignID) async throws -> Compiled? {
        clock += 1
        if let found = compiled[campaign]?.letter {
            compiled[campaign]?.usedAt = clock
            return found
        }
        guard let frozen = try await store.letter(of: campaign) else { return nil }
        let letter = Compiled(template: try LetterTemplate(frozen, installation: installation), policy: frozen.policy)
        if compiled.count >= capacity, let oldest = compiled.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
            compiled[oldest] = nil
        }
        compiled[campaign] = (letter, clock)
        return letter
    }
}
