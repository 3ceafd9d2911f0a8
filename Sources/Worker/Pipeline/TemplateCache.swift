import Core
import Messages

/// The compiled messages of this worker's campaigns.
///
/// A frozen version never changes, so a compiled one never expires; beyond `capacityBytes` the least recently used are
/// dropped, which bounds the worker's memory.
actor TemplateCache {
    /// A compiled message, and the campaign's data that jobs need.
    struct Compiled: Sendable {
        let template: MessageTemplate
        let policy: DeliveryPolicy
    }

    private let store: any DeliveryStore
    private let installation: MessageSettings
    private let capacityBytes: Int
    private var compiled: [CampaignID: Entry] = [:]
    private var bytes = 0
    private var clock: UInt64 = 0

    private struct Entry {
        let message: Compiled
        let bytes: Int
        var usedAt: UInt64
    }

    /// What a compiled message takes, as a multiple of its source, and beside it.
    private static let growth = 4
    private static let overhead = 4_096

    init(store: any DeliveryStore, installation: MessageSettings, capacityBytes: Int = 16 << 20) {
        self.store = store
        self.installation = installation
        self.capacityBytes = capacityBytes
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
        let size = (frozen.subject.utf8.count + frozen.html.utf8.count + (frozen.plain?.utf8.count ?? 0)) * Self.growth
        keep(Entry(message: message, bytes: size + Self.overhead, usedAt: clock), of: campaign)
        return message
    }

    private func keep(_ entry: Entry, of campaign: CampaignID) {
        // Another task may have compiled it meanwhile.
        bytes += entry.bytes - (compiled[campaign]?.bytes ?? 0)
        compiled[campaign] = entry
        guard bytes > capacityBytes else { return }
        // A tenth at once, so that many campaigns do not look for the oldest each time.
        for (oldest, entry) in compiled.sorted(by: { $0.value.usedAt < $1.value.usedAt }) where oldest != campaign {
            guard bytes > capacityBytes / 10 * 9 else { break }
            compiled[oldest] = nil
            bytes -= entry.bytes
        }
    }
}
