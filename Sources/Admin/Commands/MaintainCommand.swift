import ArgumentParser
import Core
import Database
import DatabaseClient

struct MaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Create upcoming partitions and drop old events; run it daily.",
        discussion: """
            Logs in as veredus_owner, as `veredus migrate` does. Drops opens and clicks older than VEREDUS_EVENT_DAYS; \
            totals stay. A missed day does no harm: rows without a partition go to the default partition.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = CommandEnvironment.current.console
        var reader = try Session.settings(common)
        let named = OwnerURL(reading: &reader)
        let retention = EventRetention(reading: &reader)
        let target = try reader.finished(named).settings
        let connection = try await MigrateCommand.owner(target, nil)
        let campaigns = try await connection.makePartitions()
        let made = try await campaigns + connection.makeEventPartitions()
        let dropped = try await connection.dropEventPartitions(olderThan: retention.days)
        await connection.close()
        if output.json {
            console.print(["made": .number(made), "dropped": .number(dropped)])
        } else {
            console.print("made \(made) partitions, dropped \(dropped)")
        }
    }
}
