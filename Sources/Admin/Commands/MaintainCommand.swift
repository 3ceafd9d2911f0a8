import ArgumentParser
import Core
import Database
import DatabaseClient

struct MaintainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintain",
        abstract: "Make partitions for the days and campaigns ahead, drop events that are old; once a day.",
        discussion: """
            Logs in as veredus_owner, as `veredus migrate` does. Drops single opens and clicks that are older than \
            VEREDUS_EVENT_DAYS; figures stay. Nothing breaks on a day without it: what has no partition goes to one for \
            all.
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
