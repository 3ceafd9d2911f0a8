import Core
import Database
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Drives campaigns from their start to their end: a tick of the ``Pipeline``, a pause, and so on until it is stopped.
struct CampaignScheduler: Service {
    private let pipeline: Pipeline
    private let settings: Settings
    private let log: Logger

    struct Settings: Sendable {
        /// How long a campaign stays this producer's without a renewal.
        var leaseSeconds = 10.0
        /// Between two ticks while there is work, and while there is none.
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
                let pause: Duration
                do {
                    let isBusy = try await pipeline.tick { campaign in
                        group.addTask { await freeze.freeze(campaign) }
                    }
                    pause = isBusy ? settings.busyInterval : settings.idleInterval
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
