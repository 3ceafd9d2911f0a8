import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Links' targets, cached in memory so that a click needs no database.
///
/// Links are frozen with their campaign, so cached ones stay valid. The newest campaigns are cached in advance; others
/// are looked up on the first click. Without the database only cached links work.
final class LinkCache: Service {
    /// The maximum number of campaigns; the least recently used is dropped first.
    static let most = 10_000
    /// How many of the newest campaigns are cached in advance.
    static let ahead: Int32 = 2_000
    private static let interval = Duration.seconds(20)
    /// How long a reader waits for the database.
    private static let patience = Duration.seconds(1)
    /// How long a failed or unsuccessful lookup is not repeated.
    private static let rest = Duration.seconds(1)

    /// The database does not answer, and the link is not cached.
    struct Away: Error {}

    private struct Known {
        let campaign: TrackedCampaign
        var used: ContinuousClock.Instant
    }

    private struct State {
        var known: [CampaignID: Known] = [:]
        /// Failed lookups, with the time from which they may be repeated.
        var unknown: [CampaignID: ContinuousClock.Instant] = [:]
        var awayUntil: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let store: TrackedLinkStore
    private let log: Logger

    init(_ store: TrackedLinkStore, log: Logger) {
        self.store = store
        self.log = log
    }

    /// A link's target, and whether it is counted.
    ///
    /// - Returns: `nil` if there is no such link.
    ///
    /// - Throws: ``Away``.
    func target(of campaign: CampaignID, link: UInt16) async throws(Away) -> (target: LinkTarget, mode: TrackingMode)? {
        if let known = known(campaign) { return known.targets[link].map { ($0, known.mode) } }
        let now = ContinuousClock.now
        let (isUnknown, isAway) = state.withLock { state in
            (state.unknown[campaign].map { $0 > now } ?? false, state.awayUntil.map { $0 > now } ?? false)
        }
        if isUnknown { return nil }
        if isAway { throw Away() }
        do {
            try await learn([campaign], within: Self.patience)
        } catch {
            log.warning("a link lookup is waiting for the database", metadata: ["why": "\(error)"])
            state.withLock { $0.awayUntil = .now + Self.rest }
            throw Away()
        }
        guard let known = known(campaign) else {
            state.withLock { state in
                if state.unknown.count >= Self.most { state.unknown.removeAll() }
                state.unknown[campaign] = .now + Self.rest
            }
            return nil
        }
        return known.targets[link].map { ($0, known.mode) }
    }

    /// Keeps the newest campaigns cached while the program runs.
    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await lookAhead()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    /// Looks up the newest campaigns that are not cached yet.
    func lookAhead() async {
        do {
            let newest = try await store.newest(Self.ahead)
            let missing = state.withLock { state in newest.filter { state.known[$0] == nil } }
            guard !missing.isEmpty else { return }
            try await learn(missing, within: .seconds(10))
        } catch {
            log.warning("the link cache could not be filled", metadata: ["why": "\(error)"])
        }
    }

    private func known(_ campaign: CampaignID) -> TrackedCampaign? {
        state.withLock { state in
            state.known[campaign]?.used = .now
            return state.known[campaign]?.campaign
        }
    }

    private func learn(_ campaigns: [CampaignID], within limit: Duration) async throws {
        let found = try await store.links(of: campaigns, within: limit)
        state.withLock { state in
            state.awayUntil = nil
            for (id, campaign) in found {
                state.known[id] = Known(campaign: campaign, used: .now)
                state.unknown[id] = nil
            }
            guard state.known.count > Self.most else { return }
            let oldest = state.known.sorted { $0.value.used < $1.value.used }.prefix(state.known.count - Self.most)
            for (id, _) in oldest { state.known[id] = nil }
        }
    }
}
