import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import Glibc
import Logging
import SMTP
import ServiceLifecycle
import Settlement

/// `veredus-worker`: takes jobs, renders, claims, sends, records.
@main
struct WorkerProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-worker",
        abstract: "Sends campaign messages.",
        discussion: """
            Settings come from the environment and from a file; docs/reference/settings.md lists them. Run as many \
            workers as the relay can take. SIGTERM first finishes what is in flight, for at most VEREDUS_GRACE \
            seconds.
            """
    )

    @Option(name: .long, help: "A settings file with lines NAME=VALUE.")
    var settings: String?

    @Option(name: .long, help: "SMTP connections, shared by the lanes; overrides VEREDUS_SMTP_CONNECTIONS.")
    var connections: String?

    @Option(name: .long, help: "Lanes to serve, separated by commas; overrides VEREDUS_LANES.")
    var lanes: String?

    func run() async throws {
        var environment = processEnvironment()
        environment["VEREDUS_SMTP_CONNECTIONS"] = connections ?? environment["VEREDUS_SMTP_CONNECTIONS"]
        environment["VEREDUS_LANES"] = lanes ?? environment["VEREDUS_LANES"]
        await Bootstrap.runProgram("veredus-worker", settingsFile: settings, environment: environment) { reader, log in
            let worker = WorkerSettings(reading: &reader)
            let keys = KeyRing(reading: &reader)
            let addressKey = Int16(KeySettings.addressKey(reading: &reader).number)
            let postgres = PostgresSettings(reading: &reader)
            let broker = BrokerSettings(reading: &reader, clientName: "veredus-worker")
            let smtp = SMTPRouteSettings(reading: &reader)
            let (database, amqp, route, ring) = try reader.finished(postgres, broker, smtp, keys)

            var session = database
            session.plansForKeys = true
            let pool = PostgresPool(settings: session, name: "veredus-worker", size: 3 + worker.lanes.count)
            let restoreGuard = RestoreGuardService(
                pool: pool,
                broker: amqp,
                state: worker.state,
                program: "veredus-worker",
                log: log
            )
            let flightLogs = FlightLogs(worker.flightLogs, log: log)
            let workerRuns = WorkerRuns(
                next: {
                    try await pool.assertReady(addressKey: (addressKey, ring), log: log)
                    let strange = try await pool.withConnection { try await $0.unknownLanes(among: worker.lanes) }
                    if !strange.isEmpty {
                        log.warning(
                            "VEREDUS_LANES names lanes that do not exist: nothing is ever sent there",
                            metadata: [
                                "lanes": "\(strange.joined(separator: ", "))",
                                "remedy": "Correct the setting, or `veredus lane create` them",
                            ]
                        )
                    }
                    try await restoreGuard.begin()
                    log.info(
                        "worker started",
                        metadata: ["lanes": "\(worker.lanes)", "connections": "\(route.connections)"]
                    )
                    return try Assembly(
                        pool: pool,
                        broker: amqp,
                        route: route,
                        keys: ring,
                        settings: worker,
                        flightLogs: flightLogs,
                        log: log
                    )
                },
                log: log
            )
            try await Bootstrap.run(
                [
                    .init(
                        service: workerRuns,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    ),
                    .init(service: restoreGuard, failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                // Everything in flight has ended by then; the lease settles results that could not be recorded.
                stopWithin: .seconds(worker.graceSeconds + 5),
                log: log
            )
            await pool.close()
            log.info("worker stopped")
        }
    }
}
