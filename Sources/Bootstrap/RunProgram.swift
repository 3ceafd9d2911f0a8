import Core
import Logging
import ServiceLifecycle
import UnixSignals

extension Bootstrap {
    /// A program's main: settings and logs, then its body, then the exit status.
    ///
    /// `body`: Reads the settings that it needs and finishes the reader; returns when the program has stopped in order.
    package static func runProgram(
        _ program: String,
        settingsFile: String?,
        environment: [String: String] = processEnvironment(),
        _ body: (inout SettingsReader, Logger) async throws -> Void
    ) async -> Never {
        await exitAfter {
            var (reader, log) = try start(program: program, settingsFile: settingsFile, environment: environment)
            try await body(&reader, log)
        }
    }

    /// Runs services until one of them ends the group, or SIGTERM or SIGINT does. The last one is asked to stop first.
    ///
    /// `stopWithin`: How long they have to stop; `nil` for as long as it takes.
    package static func run(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration],
        stopWithin: Duration? = nil,
        log: Logger
    ) async throws {
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log
        )
        group.maximumGracefulShutdownDuration = stopWithin
        try await ServiceGroup(configuration: group).run()
    }
}
