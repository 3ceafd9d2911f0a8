import Broker
import Core
import Database
import DatabaseClient
import Glibc
import Logging
import RuntimeSupport
import SMTP

/// Assembles a worker: a source, a transport and a pipeline per lane, and one lease for all.
struct Assembly: Sendable {
    let service: WorkerService
    private let sources: [AMQPConsumer]
    private let publisher: AMQPPublisher

    init(
        pool: PostgresPool,
        broker: BrokerSettings,
        route: SMTPRouteSettings,
        keys: KeyRing,
        settings: WorkerSettings,
        log: Logger
    ) throws {
        let workerRun = WorkerRun.random(in: 1...WorkerRun.max)
        let name = "\(systemHostName() ?? "localhost"):\(getpid()):\(String(workerRun, radix: 16))"
        let store = PostgresDeliveryStore(pool)
        let register = WorkerRegister(pool, workerRun: workerRun, leaseSeconds: settings.leaseSeconds)
        let fence = LeaseFence()
        let messages = TemplateCache(store: store, installation: settings.messages)
        let notice: @Sendable (String) -> Void = { log.notice("broker", metadata: ["what": "\($0)"]) }
        let publisher = try AMQPPublisher(broker, notice: notice)
        let routeLog = RouteLog(route: "\(route)", log: log)
        let slots = max(1, route.connections / settings.lanes.count)
        let unsupported = UnsupportedVersions(grace: .seconds(settings.tooNewGraceSeconds))
        var sources: [AMQPConsumer] = []
        var pipelines: [Pipeline] = []
        for lane in settings.lanes {
            let source = try AMQPConsumer(
                broker,
                queues: ["jobs.\(lane)"],
                // About the jobs in flight: a crash counts against every delivered message.
                prefetch: UInt16(max(4, (2 * slots + 64) / max(1, min(settings.jobsPerMessage, slots / 4)))),
                notice: notice
            )
            var laneRoute = route
            laneRoute.connections = slots
            sources.append(source)
            pipelines.append(
                Pipeline(
                    source: source,
                    store: store,
                    transport: try SMTPTransport(laneRoute, fence: fence, onChange: routeLog.note),
                    messages: messages,
                    keys: keys,
                    deadLetters: DeadLetterQueue(
                        store: store,
                        source: source,
                        publisher: publisher,
                        worker: name,
                        unsupported: unsupported,
                        log: log
                    ),
                    inFlight: InFlight(capacity: 2 * slots + 64 / settings.lanes.count),
                    rendered: RenderedBytes(limit: (settings.inFlightMiB << 20) / settings.lanes.count),
                    workerRun: workerRun,
                    schedule: settings.retries,
                    log: log
                )
            )
        }
        self.sources = sources
        self.publisher = publisher
        service = WorkerService(
            pipelines: pipelines,
            lease: Lease(register: register, fence: fence, length: .seconds(settings.leaseSeconds), log: log),
            reconcile: Reconcile(
                register: register,
                store: store,
                inFlight: pipelines.map(\.record.inFlight),
                log: log
            ),
            name: name,
            slots: slots * settings.lanes.count,
            lanes: settings.lanes,
            grace: .seconds(settings.graceSeconds)
        )
    }

    /// Closes the broker's connections after the service has ended.
    func close() async {
        for source in sources { await source.close() }
        await publisher.close()
    }
}
