import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient
import FlightLog
import Logging
import Settlement

struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover",
        abstract: "Settle what dead workers of this machine had in flight, by their flight logs.",
        discussion: """
            For a machine whose workers do not come back: a worker that starts, or runs beside, does the same by itself. \
            Run it as the workers' Unix user, with the log-in of veredus_worker in VEREDUS_DATABASE_URL, and with \
            VEREDUS_FLIGHT_LOGS. It ends the leases of workers that are gone, never of one that answers. Safe to repeat.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var reader = try Session.settings(common)
        let database = PostgresSettings(reading: &reader)
        let named = RecoverySettings(reading: &reader)
        let (settings, recovery) = try reader.finished(database, named)
        let folder: FlightLogFolder
        do {
            folder = try FlightLogFolder(recovery.flightLogs, boot: .current())
        } catch {
            throw AdminFailure(.badData, "VEREDUS_FLIGHT_LOGS: \(error)")
        }
        let pool = PostgresPool(settings: settings, name: "veredus", size: 1)
        do {
            try await pool.withConnection(deadline: .seconds(5)) { try await Migrator().verify(on: $0) }
            var settle = SettleFlightLogs(
                folder: folder,
                store: SettlementStore(pool),
                schedule: recovery.retries,
                log: Logger(label: "veredus") { _ in SwiftLogNoOpLogHandler() }
            )
            tell(try await settle.settleAll())
            await pool.close()
        } catch {
            await pool.close()
            throw error
        }
    }

    private func tell(_ settled: [SettleFlightLogs.Settled]) {
        let console = CommandEnvironment.current.console
        guard !output.json else { return console.print(["logs": .array(settled.map(\.json))]) }
        if settled.isEmpty { console.print("nothing to settle") }
        for log in settled {
            console.print(
                """
                worker \(String(log.workerRun, radix: 16)): \(log.messages) messages settled: \
                \(log[.putBack]) put back that no connection had, \(log[.begun]) that were on one before the final dot, \
                \(log[.recorded]) recorded as the server had answered, \(log[.unknown]) past the dot without a reply
                """
            )
            if log.unproved > 0 { console.print("  \(log.unproved) slots prove nothing: left to the sweep") }
            if !log.isOver { console.print("  some of its claims are left to the sweep; the log is kept until then") }
        }
    }
}

extension SettleFlightLogs.Settled {
    fileprivate subscript(kind: SettledMessage.Kind) -> Int { counts[kind] ?? 0 }

    fileprivate var json: JSONValue {
        [
            "worker": .string(String(workerRun, radix: 16)), "put_back": .number(self[.putBack]),
            "begun": .number(self[.begun]), "recorded": .number(self[.recorded]), "unknown": .number(self[.unknown]),
            "unproved": .number(unproved), "over": .bool(isOver),
        ]
    }
}
