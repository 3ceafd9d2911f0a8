import ArgumentParser
import Bootstrap
import Broker
import Core
import Database
import DatabaseClient
import Glibc
import Logging
import ServiceLifecycle

/// `veredus-recorder`: takes opens and clicks from the broker and counts them.
@main
struct RecorderProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "veredus-recorder",
        abstract: "Counts opens and clicks.",
        discussion: """
            Settings come from the environment and from a file; docs/reference/settings.md lists them. One is enough; \
            several share the work. SIGTERM writes pending events before it stops.
            """
    )

    @Option(name: .long, help: "A settings file with lines NAME=VALUE.")
    var settings: String?

    func run() async throws {
        await Bootstrap.runProgram("veredus-recorder", settingsFile: settings) { reader, log in
            let recorder = RecorderSettings(reading: &reader)
            let postgres = PostgresSettings(reading: &reader)
            let broker = BrokerSettings(reading: &reader, clientName: "veredus-recorder")
            let (database, amqp) = try reader.finished(postgres, broker)

            let pool = PostgresPool(settings: database, name: "veredus-recorder", size: 2)
            try await pool.assertReady(log: log)
            let journalPool = PostgresPool(settings: database, name: "veredus-journal", size: 1)
            let journal = JournalWriter(pool: journalPool, state: recorder.state, program: "veredus-recorder", log: log)
            try await journal?.begin()
            let notice: @Sendable (String) -> Void = { log.notice("broker", metadata: ["what": "\($0)"]) }
            let publisher = try AMQPPublisher(amqp, notice: notice)
            let source = try AMQPConsumer(
                amqp,
                queues: [EventMessage.queue],
                // Everything held is unacknowledged.
                prefetch: UInt16(Hold.mostMessages + 500),
                notice: notice
            )
            let service = RecorderService(
                source: source,
                totals: EventTotals(pool, keepDays: recorder.retention.days),
                deadLetters: EventDeadLetters(
                    store: PostgresDeliveryStore(pool),
                    publisher: publisher,
                    name: "veredus-recorder:\(getpid())",
                    grace: .seconds(recorder.tooNewGraceSeconds),
                    log: log
                ),
                publisher: publisher,
                flush: .seconds(recorder.flushSeconds),
                log: log
            )
            log.info("recorder started", metadata: ["flush_seconds": "\(recorder.flushSeconds)"])
            try await Bootstrap.run(
                (journal.map { [.init(service: JournalService($0))] } ?? []) + [
                    .init(
                        service: service,
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                ],
                stopWithin: .seconds(30),
                log: log
            )
            await source.close()
            await publisher.close()
            await pool.close()
            await journalPool.close()
            log.info("recorder stopped")
        }
    }
}
