import Core
import Database
import Logging

/// The steps of a campaign, in the order in which a tick takes them.
///
/// 1. ``Lease``: leases campaigns that no producer runs, and renews its own leases.
/// 2. ``Freeze``: writes the audience and the message, beside the ticks: a million recipients take seconds.
/// 3. ``Sweep``: settles the claims of dead workers.
/// 4. ``Republish``: publishes a resumed campaign's jobs again and, at the end of the tick, lost ones.
/// 5. ``AutoPause``: pauses harmful campaigns.
/// 6. ``Finish``: ends the rows of cancelled and expired campaigns, then campaigns whose rows are all final.
/// 7. ``Sampling``: samples progress, for charts.
/// 8. ``Publish``: fills the lanes' queues with jobs. The worker's pipeline continues from here.
/// 9. ``Retry``: publishes due retries.
///
/// All state is in PostgreSQL; a step's own memory only paces it.
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

    /// Runs every step once, for every campaign that this producer runs.
    ///
    /// `startFreezing`: Freezes waiting campaigns beside the ticks.
    /// - Returns: Whether there is work.
    mutating func tick(startFreezing: () -> Void) async throws -> Bool {
        let campaigns = try await lease.renew()
        let starting = campaigns.filter { $0.state == .starting }.map(\.campaign)
        for _ in 0..<(await freeze.note(starting)) { startFreezing() }
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
