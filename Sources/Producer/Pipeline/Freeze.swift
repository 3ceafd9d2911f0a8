import Core
import Database
import Logging
import Messages

/// Freezes starting campaigns beside the ticks that run the others: a million recipients take seconds.
///
/// A few at a time, so that the ticks always find a connection to the database.
actor Freeze {
    /// How many campaigns are frozen at once.
    static let width = 2

    private let store: FreezeStore
    private let installation: MessageSettings
    private let log: Logger
    private var waiting: [CampaignID] = []
    /// Calls of ``freezeWaiting()`` under way.
    private var running = 0
    /// Being frozen, or postponed until the given time.
    private var busy: Set<CampaignID> = []
    private var refusedUntil: [CampaignID: ContinuousClock.Instant] = [:]

    init(store: FreezeStore, installation: MessageSettings, log: Logger) {
        self.store = store
        self.installation = installation
        self.log = log
    }

    /// Notes the campaigns that are to be frozen, in place of those noted before.
    ///
    /// - Returns: How many calls of ``freezeWaiting()`` the caller is to start beside those under way.
    func note(_ starting: [CampaignID]) -> Int {
        let now = ContinuousClock.now
        waiting = starting.filter { !busy.contains($0) && (refusedUntil[$0] ?? now) <= now }
        let missing = max(0, min(Self.width - running, waiting.count))
        running += missing
        return missing
    }

    /// Freezes campaigns until none is waiting.
    func freezeWaiting() async {
        while !waiting.isEmpty { await freeze(waiting.removeFirst()) }
        running -= 1
    }

    /// Freezes a leased campaign; a failure is logged and retried later.
    private func freeze(_ campaign: CampaignID) async {
        busy.insert(campaign)
        defer { busy.remove(campaign) }
        let installation = installation
        do {
            let frozen = try await store.freeze(campaign) { message in
                try MessageTemplate(message, installation: installation).links.map { (Int32($0.number), $0.url) }
            }
            guard let frozen else { return }
            log.info(
                "campaign frozen",
                metadata: [
                    "campaign": "\(campaign)", "audience": "\(frozen.audience)", "opted_out": "\(frozen.optedOut)",
                ]
            )
        } catch {
            refusedUntil[campaign] = .now + .seconds(5)
            log.error("campaign could not be frozen", metadata: ["campaign": "\(campaign)", "why": "\(error)"])
        }
    }
}
