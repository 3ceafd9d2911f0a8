import Broker
import Core
import Database
import DatabaseClient
import FlightLog
import Glibc
import Logging
import RuntimeSupport
import SMTP
import Settlement

/// Assembles a worker: a source, a transport and a pipeline per lane, and one lease for all.
struct Assembly: Sendable {
    let service: WorkerService
    private let sources: [AMQPConsumer]
    private let publisher: AMQPPublisher
    private let flightLog: OwnedFlightLog?

    init(
        pool: PostgresPool,
        broker: BrokerSettings,
        route: SMTPRouteSettings,
        keys: KeyRing,
        settings: WorkerSettings,
        flightLogs: FlightLogs?,
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
        let capacity = 2 * slots + 64 / settings.lanes.count
        let flightLog = flightLogs?.create(for: workerRun, slots: capacity * settings.lanes.count)
        let flights: any FlightNotes = if let flightLog { flightLog } else { NoFlightNotes() }
        var sources: [AMQPConsumer] = []
        var pipelines: [Pipeline] = []
        for (index, lane) in settings.lanes.enumerated() {
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
            let transport = try SMTPTransport(laneRoute, fence: fence, flights: flights, onChange: routeLog.note)
            let inFlight = InFlight(capacity: capacity, log: flightLog, firstSlot: index * capacity)
            pipelines.append(
                Pipeline(
                    source: source,
                    store: store,
                    transport: transport,
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
                    inFlight: inFlight,
                    rendered: RenderedBytes(limit: (settings.inFlightMiB << 20) / settings.lanes.count),
                    workerRun: workerRun,
                    schedule: settings.retries,
                    log: log
                )
            )
        }
        self.sources = sources
        self.publisher = publisher
        self.flightLog = flightLog
        var settling: (@Sendable () async -> Void)?
        if let flightLogs {
            settling = { await flightLogs.keepSettling(SettlementStore(pool), settings.retries) }
        }
        service = WorkerService(
            pipelines: pipelines,
            lease: Lease(register: register, fence: fence, length: .seconds(settings.leaseSeconds), log: log),
            reconcile: Reconcile(
                register: register,
                store: store,
                inFlight: pipelines.map(\.record.inFlight),
                log: log
            ),
            settling: settling,
            name: name,
            slots: slots * settings.lanes.count,
            keepsLog: flightLog != nil,
            lanes: settings.lanes,
            grace: .seconds(settings.graceSeconds)
        )
    }

    /// Closes the broker's connections after the service has ended, and removes the flight log if nothing is left in it.
    func close() async {
        for source in sources { await source.close() }
        await publisher.close()
        if service.isDone { flightLog?.remove() }
    }
}
