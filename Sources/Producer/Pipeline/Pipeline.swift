import Core
import Database
import Logging

/// The steps of a campaign, in the order in which a tick takes them.
///
/// 1. ``Lease``: takes the campaigns that no producer drives, and keeps its own.
/// 2. ``Freeze``: writes down who gets what, beside the ticks: a million recipients take seconds.
/// 3. ``Sweep``: ends what workers that are gone left behind.
/// 4. ``Republish``: publishes a resumed campaign's jobs again, and at the tick's end those that were lost.
/// 5. ``AutoPause``: pauses campaigns that do harm.
/// 6. ``Finish``: ends the rows of cancelled and expired campaigns, then campaigns of which every row is final.
/// 7. ``Sampling``: notes how far campaigns are, for charts.
/// 8. ``Publish``: fills the lanes' queues with jobs. From here a message goes its way in the worker's pipeline.
/// 9. ``Retry``: publishes deferred deliveries that are due.
///
/// All state is in PostgreSQL; what a step remembers between two ticks only paces it.
struct Pipeline: Sendable {
    let lease: Lease
    let freeze: Freeze
    var sweep: Sweep
    var republish: Republish
    var autoPause: AutoPause
    var finish: Finish
    var sampling: Sampling
    let publish: Publish
    let retry: Retry

    /// Takes every step once, for every campaign that this producer drives.
    ///
    /// `startFreeze`: Freezes a campaign beside the ticks.
    /// - Returns: Whether there is work.
    mutating func tick(startFreeze: (CampaignID) -> Void) async throws -> Bool {
        let campaigns = try await lease.renew()
        for campaign in campaigns where campaign.state == .starting {
            if await freeze.take(campaign.campaign) { startFreeze(campaign.campaign) }
        }
        try await sweep.sweep(telling: publish)
        try await republish.publishResumed(campaigns)
        try await autoPause.pause()
        try await finish.finish(campaigns)
        try await sampling.sample()
        let depths = try await publish.fill(campaigns)
        try await retry.publishDue(campaigns, lanesWithRoom: await publish.lanesWithRoom(depths))
        try await republish.publishLost(campaigns, depths: depths)
        return campaigns.contains { $0.state != .paused }
    }
}
