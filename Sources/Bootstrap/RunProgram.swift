import Core
import Logging
import ServiceLifecycle
import UnixSignals

extension Bootstrap {
    /// A program's main: settings and logs, then its body, then the exit status.
    ///
    /// `body`: Reads its settings and finishes the reader; returns after a graceful stop.
    package static func runProgram(
        _ program: String,
        settingsFile: String?,
        environment: [String: String] = processEnvironment(),
        _ body: (inout SettingsReader, Logger) async throws -> Void
    ) async -> Never {
        await exitAfter(program) {
            var (reader, log) = try start(program: program, settingsFile: settingsFile, environment: environment)
            try await body(&reader, log)
        }
    }

    /// Runs services until one of them ends the group, or until SIGTERM or SIGINT. The last one stops first.
    ///
    /// `stopWithin`: The time limit for stopping; `nil` for none.
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
