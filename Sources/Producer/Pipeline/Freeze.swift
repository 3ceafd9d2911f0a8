import Core
import Database
import Logging
import Messages

/// Freezes starting campaigns beside the ticks that run the others: a million recipients take seconds.
actor Freeze {
    private let store: FreezeStore
    private let installation: MessageSettings
    private let log: Logger
    /// Being frozen, or postponed until the given time.
    private var busy: Set<CampaignID> = []
    private var refusedUntil: [CampaignID: ContinuousClock.Instant] = [:]

    init(store: FreezeStore, installation: MessageSettings, log: Logger) {
        self.store = store
        self.installation = installation
        self.log = log
    }

    /// Whether the caller is to freeze the campaign now.
    func take(_ campaign: CampaignID) -> Bool {
        guard (refusedUntil[campaign] ?? .now) <= .now else { return false }
        return busy.insert(campaign).inserted
    }

    /// Freezes a leased campaign; a failure is logged and retried later.
    func freeze(_ campaign: CampaignID) async {
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
