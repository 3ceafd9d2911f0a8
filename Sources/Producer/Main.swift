import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import Logging
import ServiceLifecycle

/// `veredus-producer`: freezes campaigns, publishes their jobs, retries, sweeps, and finishes campaigns.
@main
struct ProducerProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-producer",
        abstract: "Runs campaigns: freezes audiences, publishes jobs, retries, finishes.",
        discussion: """
            Settings come from the environment and from a file; docs/reference/settings.md lists them. Several \
            producers may run: one runs each campaign, and another takes over if it stops.
            """
    )

    @Option(name: .long, help: "A settings file with lines NAME=VALUE.")
    var settings: String?

    func run() async throws {
        await Bootstrap.runProgram("veredus-producer", settingsFile: settings) { reader, log in
            let producer = ProducerSettings(reading: &reader)
            let installation = MessageSettings(reading: &reader)
            let postgres = PostgresSettings(reading: &reader)
            let broker = BrokerSettings(reading: &reader, clientName: "veredus-producer")
            let (database, amqp) = try reader.finished(postgres, broker)

            var session = database
            session.plansForKeys = true
            let pool = PostgresPool(settings: session, name: "veredus-producer", size: 4)
            try await pool.assertReady(log: log)
            // Before the restore guard, which may refuse the database: what a restore forgot is brought back all the same.
            let journalPool = PostgresPool(settings: database, name: "veredus-journal", size: 1)
            let journal = JournalWriter(pool: journalPool, state: producer.state, program: "veredus-producer", log: log)
            try await journal?.begin()
            let restoreGuard = RestoreGuardService(
                pool: pool,
                broker: amqp,
                state: producer.state,
                program: "veredus-producer",
                log: log
            )
            try await restoreGuard.begin()
            let publisher = try AMQPPublisher(amqp) { log.notice("broker", metadata: ["what": "\($0)"]) }
            let token = Int64.random(in: 1...Int64.max)
            let store = ProducerStore(pool, token: token)
            let scheduler = CampaignScheduler(
                store: store,
                freeze: Freeze(store: FreezeStore(pool, token: token), installation: installation, log: log),
                publish: Publish(
                    store: store,
                    publisher: publisher,
                    jobsPerMessage: producer.jobsPerMessage,
                    log: log
                ),
                settings: CampaignScheduler.Settings(
                    lostAfter: .seconds(producer.lostAfterSeconds),
                    pauseAtDead: producer.pauseAtDead,
                    startGraceSeconds: producer.startGraceSeconds,
                    attempts: producer.attempts,
                    settleWait: SettleWait(
                        seconds: producer.settleWaitSeconds,
                        secondsToSendAgain: producer.settleWaitAgainSeconds
                    )
                ),
                log: log
            )
            log.info("producer started")
            try await Bootstrap.run(
                (journal.map { [.init(service: JournalService($0))] } ?? []) + [
                    .init(service: scheduler, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: restoreGuard, failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                log: log
            )
            await publisher.close()
            await pool.close()
            await journalPool.close()
            log.info("producer stopped")
        }
    }
}
