import ArgumentParser
import Bootstrap
import Broker
import Core

struct DeadLettersRequeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requeue",
        abstract: "Requeue dead letters after the cause is fixed.",
        discussion: """
            Skips recipients who have opted out meanwhile, and expired or cancelled campaigns. A finished campaign \
            runs again, for another lifetime. Safe to repeat or interrupt: it loses no recipient and mails none twice. \
            Shows its plan first, and changes nothing without --yes or a confirmation at the terminal. Exits with 65 \
            when some dead letters are unreadable.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var decision: DecisionOptions
    @OptionGroup var selected: DeadLetterSelectionOptions
    @Flag(help: "Also requeue those of expired campaigns, with a new lifetime.") var evenIfExpired = false

    func run() async throws {
        try await Session.run(common) { session in
            let (accounts, selection) = try await selected.resolve(session)
            let requeue = Requeue(
                database: session.database,
                selection: selection,
                accounts: accounts,
                evenIfExpired: evenIfExpired
            )
            let plan = try await requeue.plan()
            if !output.json { session.console.print(plan.text) }
            let isToBeDone = plan.settled > 0 && decision.isConfirmed("Send them again?", session.console)
            guard isToBeDone else {
                if output.json {
                    session.console.print(.object([.init(name: "done", value: .bool(false))] + plan.fields))
                }
                return try refuse(plan)
            }
            let publisher = try plan[.publishedAgain] > 0 ? broker() : nil
            let done: Requeue.Tally
            do {
                done = try await requeue.run(plan, reason: decision.reason, publisher: publisher)
            } catch {
                await publisher?.close()
                throw error
            }
            await publisher?.close()
            if output.json {
                session.console.print(.object([.init(name: "done", value: .bool(true))] + done.fields))
            } else {
                session.console.print("done: \(grouped(done[.sentAgain])) will be mailed again")
            }
            try refuse(done)
        }
    }

    private func broker() throws -> AMQPPublisher {
        var reader = try Session.settings(common)
        let broker = BrokerSettings(reading: &reader, clientName: "veredus")
        return try AMQPPublisher(reader.finished(broker))
    }

    /// Unreadable dead letters are an error if named by number; by cause or campaign they are only reported.
    private func refuse(_ tally: Requeue.Tally) throws {
        guard let (id, detail) = tally.unreadable, !selected.ids.isEmpty || tally.settled == 0 else { return }
        throw AdminFailure(
            .badData,
            "dead letter \(id) cannot be sent again: \(detail). No worker can read it. Discard it: "
                + "veredus dead-letters discard \(id)"
        )
    }
}
