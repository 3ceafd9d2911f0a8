import Configuration
import Core
import Glibc
import Logging
import Observability

/// The first steps of every program: settings from environment and file, and logs.
package enum Bootstrap {
    /// Finds the settings, sets up JSON logs on standard error, and ignores SIGPIPE.
    ///
    /// The environment comes before the file. Problems with the file itself stay in the reader, so that `finish()`
    /// reports them together with those of the values.
    ///
    /// - Parameters:
    ///   - program: The program's name in log records.
    ///   - settingsFile: Lines `NAME=VALUE`; `nil` takes the one that VEREDUS_SETTINGS names, or none.
    ///   - environment: The process's own; tests pass another.
    /// - Returns: The settings, to be read and finished, and the program's logger.
    /// - Throws: ``SettingsError`` when the file cannot be read.
    package static func start(
        program: String,
        settingsFile: String?,
        environment: [String: String] = processEnvironment()
    ) throws(SettingsError) -> (settings: SettingsReader, logger: Logger) {
        signal(SIGPIPE, SIG_IGN)
        let secrets = SecretFiles()
        var reader = try settings(file: settingsFile, environment: environment, secrets: secrets)
        let level = reader.choice(.logLevel, default: LogLevel.info)
        let output = LogOutput(descriptor: STDERR_FILENO)
        let loggerLevel = Logger.Level(rawValue: level.rawValue) ?? .info
        var logger = Logger(label: program) { _ in
            JSONLogHandler(program: program, level: loggerLevel, output: output)
        }
        logger.logLevel = loggerLevel
        for name in unknownNames(in: environment) {
            let nearest = SettingName.nearest(to: name)?.rawValue ?? "none"
            logger.warning(
                "unknown setting in the environment",
                metadata: ["name": "\(name)", "nearest": "\(nearest)"]
            )
        }
        secrets.tell { [logger] path in
            logger.warning(
                "a file with a secret can be read by everybody",
                metadata: ["path": "\(path)", "remedy": "chmod o= it"]
            )
        }
        return (reader, logger)
    }

    /// Only the settings, without logs: for interactive programs. `secrets`: Told of files that hold secrets.
    package static func settings(
        file settingsFile: String?,
        environment: [String: String] = processEnvironment(),
        secrets: SecretFiles? = nil
    ) throws(SettingsError) -> SettingsReader {
        let path = settingsFile ?? environment[SettingName.settingsFile.rawValue]
        var file = SettingsFile(parsing: "", path: "")
        if let path {
            do throws(SettingsReader.UnreadableFile) {
                file = SettingsFile(parsing: try readSmallFile(path), path: path)
            } catch {
                let origin = settingsFile == nil ? SettingName.settingsFile.rawValue : "--settings"
                throw SettingsError(problems: [
                    SettingProblem(name: origin, origin: nil, value: path, problem: "cannot be read: \(error.reason)")
                ])
            }
        }
        let values = merged(environment: environment, file: file)
        if let path, values.contains(where: { $0.key.isSecret && file.values[$0.key.rawValue] != nil }) {
            secrets?.note(path)
        }
        return SettingsReader(values: values, problems: file.problems) { (path) throws(SettingsReader.UnreadableFile) in
            let text = try readSmallFile(path)
            secrets?.note(path)
            return text
        }
    }

    /// Environment before file, by swift-configuration; only texts are read, because its numbers are lenient.
    private static func merged(environment: [String: String], file: SettingsFile) -> [SettingName: SettingText] {
        let secrets = Set(SettingName.allCases.filter(\.isSecret).map(\.rawValue))
        let inFile = EnvironmentVariablesProvider(
            environmentVariables: file.values.mapValues(\.text),
            secretsSpecifier: .specific(secrets)
        )
        let inEnvironment = EnvironmentVariablesProvider(
            environmentVariables: environment.filter { $0.key.hasPrefix("VEREDUS_") },
            secretsSpecifier: .specific(secrets)
        )
        let configuration = ConfigReader(providers: [inEnvironment, inFile])
        var values: [SettingName: SettingText] = [:]
        for name in SettingName.allCases {
            let key = ConfigKey(name.rawValue.split(separator: "_").map { $0.lowercased() })
            guard let text = configuration.string(forKey: key, isSecret: name.isSecret) else { continue }
            let origin = environment[name.rawValue] == nil ? file.values[name.rawValue]?.origin : "environment"
            values[name] = SettingText(text: text, origin: origin ?? "environment")
        }
        // systemd.exec(5): the paths of the unit's StateDirectory=, separated by colons.
        if values[.stateDirectory] == nil, let folders = environment["STATE_DIRECTORY"],
            let first = folders.split(separator: ":").first
        {
            values[.stateDirectory] = SettingText(text: String(first), origin: "STATE_DIRECTORY")
        }
        return values
    }

    private static func unknownNames(in environment: [String: String]) -> [String] {
        environment.keys.filter { $0.hasPrefix("VEREDUS_") && SettingName(rawValue: $0) == nil }.sorted()
    }

    /// The values of VEREDUS_LOG_LEVEL, those of swift-log.
    private enum LogLevel: String, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }
}
