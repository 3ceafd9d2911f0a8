import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Where links lead, kept in memory, so that a click needs no database.
///
/// Links are frozen with their campaign: what is known stays right. The newest campaigns are known before anybody
/// clicks; others are looked up on the first click. While the database is away only what is known is answered.
final class LinkCache: Service {
    /// How many campaigns are known at most; the one that was asked for longest ago goes first.
    static let most = 10_000
    /// How many of the newest are looked up ahead.
    static let ahead: Int32 = 2_000
    private static let interval = Duration.seconds(20)
    /// How long a reader waits for the database.
    private static let patience = Duration.seconds(1)
    /// For how long nobody asks again after the database did not answer, or did not know.
    private static let rest = Duration.seconds(1)

    /// The database does not answer, and nothing is known.
    struct Away: Error {}

    private struct Known {
        let campaign: TrackedCampaign
        var used: ContinuousClock.Instant
    }

    private struct State {
        var known: [CampaignID: Known] = [:]
        /// Asked for in vain, with the moment from which on it may be asked again.
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

    /// Where a link leads, and whether it is counted.
    ///
    /// - Returns: `nil` when there is no such link.
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

    /// What is known of the newest campaigns is kept up to date for as long as the program runs.
    func run() async throws {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await lookAhead()
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.interval) }
        }
    }

    /// Looks up the newest campaigns that are not known yet.
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
