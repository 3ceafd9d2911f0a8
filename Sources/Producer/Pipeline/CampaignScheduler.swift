import Core
import Database
import Logging
import ServiceLifecycle

/// Drives campaigns from their start to their end: leases them, freezes, tops up, retries, sweeps, finishes.
///
/// All state is in PostgreSQL; what this remembers only paces it. A producer that is killed is replaced by any other
/// once its leases have run out.
struct CampaignScheduler: Service {
    let store: ProducerStore
    let freeze: Freeze
    let fill: QueueFiller
    let settings: Settings
    let log: Logger

    struct Settings: Sendable {
        /// How long a campaign stays this producer's without a renewal.
        var leaseSeconds = 10.0
        /// Between two looks while there is work, and while there is none.
        var busyInterval = Duration.milliseconds(50)
        var idleInterval = Duration.milliseconds(200)
        /// How long a lane without a claim is trusted to be merely slow.
        var lostAfter = Duration.seconds(30)
        /// When a retry that was published and not claimed is published again, in seconds.
        var retryAgainSeconds = 60.0
        var sweepInterval = Duration.seconds(2)
        /// Between two looks for campaigns that had better stop.
        var alarmInterval = Duration.milliseconds(500)
        /// Between two notes of how far campaigns are, and between two thinnings of old notes.
        var sampleInterval = Duration.seconds(10)
        var thinInterval = Duration.seconds(3_600)
        /// How many dead letters are too many; 0 for no limit.
        var pauseAtDead = 100
        /// How many seconds late a scheduled start may be.
        var startGraceSeconds = 3_600.0
        /// How often a message may be tried in all.
        var attempts = 12
    }

    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var round = Round(settings: settings)
            var pause = Duration.milliseconds(100)
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                do {
                    let isBusy = try await look(&round) { campaign in
                        group.addTask { await freeze.freeze(campaign) }
                    }
                    pause = isBusy ? settings.busyInterval : settings.idleInterval
                } catch let error where error.isTransientFailure {
                    pause = min(pause * 2, .seconds(5))
                    log.warning("waiting for a server", metadata: ["why": "\(error)"])
                }
                try? await Task.sleep(for: pause)
            }
        }
        // Whoever takes over need not wait for the lease to run out. Every freeze has ended by now.
        do {
            try await store.release()
        } catch {
            log.warning("the campaigns are free when their lease has run out", metadata: ["why": "\(error)"])
        }
    }

    /// What one producer remembers between two looks.
    struct Round {
        var lost: LostJobs
        var closing: [CampaignID: Seq] = [:]
        var lastSweep: ContinuousClock.Instant?
        var lastAlarm: ContinuousClock.Instant?
        var sampling = Sampling()
        var missedStarts: Set<CampaignID> = []

        init(settings: Settings) { lost = LostJobs(patience: settings.lostAfter) }
    }

    /// One look at everything that this producer drives.
    ///
    /// - Returns: Whether there is work.
    private func look(_ round: inout Round, startFreeze: (CampaignID) -> Void) async throws -> Bool {
        try await store.lease(seconds: settings.leaseSeconds, startGrace: settings.startGraceSeconds)
        let campaigns = try await store.leased()
        for campaign in campaigns where campaign.state == .starting {
            if await freeze.take(campaign.campaign) { startFreeze(campaign.campaign) }
        }
        try await sweep(&round)
        for campaign in campaigns where campaign.isToBeRepublished && campaign.state == .running {
            try await store.renewGenerations(campaign.campaign, campaign.lanes)
        }
        try await holdBroken(&round)
        try await close(campaigns, &round)
        try await finish(campaigns)
        try await round.sampling.sample(store, settings)
        let depths = try await fill.fill(campaigns)
        try await publishRetries(campaigns, roomy: await fill.lanesWithRoom(depths))
        for (campaign, lane) in round.lost.find(campaigns, depths: depths, now: .now) {
            log.warning(
                "jobs were lost: publishing the lane anew",
                metadata: ["campaign": "\(campaign)", "lane": "\(lane.name)", "pending": "\(lane.pending)"]
            )
            try await store.renewGenerations(campaign, [lane])
        }
        return campaigns.contains { $0.state != .paused }
    }

    private func holdBroken(_ round: inout Round) async throws {
        guard round.lastAlarm.map({ .now - $0 >= settings.alarmInterval }) ?? true else { return }
        round.lastAlarm = .now
        for campaign in try await store.holdComplainedCampaigns() {
            log.error("paused: too many recipients complain", metadata: ["campaign": "\(campaign)"])
        }
        guard settings.pauseAtDead > 0 else { return }
        for campaign in try await store.holdBrokenCampaigns(most: settings.pauseAtDead) {
            log.error("paused: too many of its messages cannot be made", metadata: ["campaign": "\(campaign)"])
        }
    }

    /// Ends the rows of campaigns that are cancelled or have expired, a few thousand at a time.
    private func close(_ campaigns: [LeasedCampaign], _ round: inout Round) async throws {
        let step: Seq = 5_000
        var closing: [CampaignID: Seq] = [:]
        for campaign in campaigns
        where campaign.state == .cancelling || campaign.isExpired && campaign.state != .starting {
            // Nothing to end while the last messages wait for their replies.
            guard campaign.lanes.contains(where: { $0.pending + $0.deferred > 0 }) else { continue }
            let last = campaign.lanes.map(\.lastSeq).max() ?? 0
            var seq = round.closing[campaign.campaign] ?? 0
            for _ in 0..<10 where seq < last {
                let state: DeliveryState = campaign.state == .cancelling ? .cancelled : .expired
                _ = try await store.closeRows(campaign.campaign, above: seq, upTo: seq + step, as: state)
                seq += step
            }
            // Rows that were being sent may have come back as deferred: begin again.
            closing[campaign.campaign] = seq < last ? seq : 0
        }
        round.closing = closing
    }

    private func finish(_ campaigns: [LeasedCampaign]) async throws {
        for campaign in campaigns
        where campaign.state == .running || campaign.state == .cancelling
            || campaign.state == .paused && campaign.isExpired
        {
            guard campaign.lanes.allSatisfy({ $0.pending == 0 && $0.sending == 0 && $0.deferred == 0 }) else {
                continue
            }
            if try await store.finish(campaign.campaign) {
                log.info("campaign ended", metadata: ["campaign": "\(campaign.campaign)"])
            }
        }
    }

    /// Publishes retries that are due into lanes whose queues have room: the broker never holds more than a window.
    private func publishRetries(_ campaigns: [LeasedCampaign], roomy: Set<String>) async throws {
        let waiting = campaigns.filter { $0.state == .running }.flatMap(\.lanes)
            .filter { $0.deferred > 0 && !$0.isThrottled && roomy.contains($0.name) }
        guard !waiting.isEmpty else { return }
        let due = try await store.dueRetries(
            limit: 500,
            againSeconds: settings.retryAgainSeconds,
            lanes: Set(waiting.map(\.lane)).sorted()
        )
        guard !due.isEmpty else { return }
        var names: [LaneID: String] = [:]
        var generations: [DeliveryKey.Lane: Generation] = [:]
        for campaign in campaigns {
            for lane in campaign.lanes {
                names[lane.lane] = lane.name
                generations[.init(campaign: campaign.campaign, lane: lane.lane)] = lane.generation
            }
        }
        do {
            try await fill.publish(due, lanes: names, generations: generations)
        } catch {
            // Not published, as far as we know: due again soon. The claim absorbs one too many.
            try await store.undueRetries(due.map(\.key))
            throw error
        }
    }

    /// Ends what dead workers left behind, and learns who is alive.
    private func sweep(_ round: inout Round) async throws {
        guard round.lastSweep.map({ .now - $0 >= settings.sweepInterval }) ?? true else { return }
        round.lastSweep = .now
        await fill.note(slots: try await store.workerSlots())
        let swept = try await store.sweepDeadWorkers(limit: 200, attempts: settings.attempts)
        let missed = Set(try await store.missedStarts(startGrace: settings.startGraceSeconds))
        for campaign in missed.subtracting(round.missedStarts).sorted() {
            log.warning(
                "not started: its time was missed by more than VEREDUS_START_GRACE. Ask again: veredus campaign start",
                metadata: ["campaign": "\(campaign)"]
            )
        }
        round.missedStarts = missed
        if swept > 0 { log.warning("swept claims of workers that went away", metadata: ["claims": "\(swept)"]) }
    }
}
