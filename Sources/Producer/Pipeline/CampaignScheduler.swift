import Core
import Database
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Runs campaigns from start to finish: a tick of the ``Pipeline``, a pause, and so on until it is stopped.
struct CampaignScheduler: Service {
    private let pipeline: Pipeline
    private let settings: Settings
    private let log: Logger

    struct Settings: Sendable {
        /// How long a lease on a campaign lasts without renewal.
        var leaseSeconds = 10.0
        /// The pause between two ticks: with work, and without.
        var busyInterval = Duration.milliseconds(50)
        var idleInterval = Duration.milliseconds(200)
        /// How long the pause after a slow tick may be.
        var longestRest = Duration.seconds(1)
        /// How long a lane without a claim counts as merely slow.
        var lostAfter = Duration.seconds(30)
        /// Seconds after which a published, unclaimed retry is published again.
        var retryAgainSeconds = 60.0
        var sweepInterval = Duration.seconds(2)
        /// The pause between two checks for campaigns to pause.
        var alarmInterval = Duration.milliseconds(500)
        /// The pause between two progress samples, and between two thinnings of old samples.
        var sampleInterval = Duration.seconds(10)
        var thinInterval = Duration.seconds(3_600)
        /// How many dead letters are too many; 0 for no limit.
        var pauseAtDead = 100
        /// How many seconds late a scheduled start may be.
        var startGraceSeconds = 3_600.0
        /// The maximum number of attempts per message.
        var attempts = 12
        /// How long the claims of a dead worker with a flight log wait.
        var settleWait = SettleWait()
    }

    init(store: ProducerStore, freeze: Freeze, publish: Publish, settings: Settings, log: Logger) {
        pipeline = Pipeline(
            lease: Lease(
                store: store,
                seconds: settings.leaseSeconds,
                startGraceSeconds: settings.startGraceSeconds
            ),
            freeze: freeze,
            sweep: Sweep(
                store: store,
                interval: settings.sweepInterval,
                attempts: settings.attempts,
                settleWait: settings.settleWait,
                startGraceSeconds: settings.startGraceSeconds,
                log: log
            ),
            republish: Republish(store: store, lostAfter: settings.lostAfter, log: log),
            autoPause: AutoPause(
                store: store,
                pauseAtDead: settings.pauseAtDead,
                interval: settings.alarmInterval,
                log: log
            ),
            finish: Finish(store: store, log: log),
            sampling: Sampling(
                store: store,
                sampleInterval: settings.sampleInterval,
                thinInterval: settings.thinInterval
            ),
            publish: publish,
            retry: Retry(store: store, publish: publish, againSeconds: settings.retryAgainSeconds)
        )
        self.settings = settings
        self.log = log
    }

    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            var pipeline = pipeline
            let freeze = pipeline.freeze
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                let began = ContinuousClock.now
                let pause: Duration
                do {
                    let isBusy = try await pipeline.tick { group.addTask { await freeze.freezeWaiting() } }
                    // No longer at work than at rest: with many campaigns a tick costs the database more.
                    let rest = min(.now - began, settings.longestRest)
                    pause = max(isBusy ? settings.busyInterval : settings.idleInterval, rest)
                    backoff.reset()
                } catch let error where error.isTransientFailure {
                    pause = backoff.next()
                    log.warning("waiting for a server", metadata: ["why": "\(error)"])
                }
                try? await Task.sleep(for: pause)
            }
        }
        // Every freeze has ended by now.
        do {
            try await pipeline.lease.release()
        } catch {
            log.warning("the leases could not be released and will expire", metadata: ["why": "\(error)"])
        }
    }
}
