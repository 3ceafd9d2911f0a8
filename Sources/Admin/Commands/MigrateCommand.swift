import ArgumentParser
import Bootstrap
import Core
import Database
import DatabaseClient

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Create or upgrade the database schema; safe to repeat.",
        discussion: """
            Logs in as veredus_owner, with VEREDUS_OWNER_URL if set, otherwise with VEREDUS_DATABASE_URL. --bootstrap \
            first creates roles and database, and needs no password for veredus_owner. VEREDUS_ROLE_PASSWORDS names a \
            file of lines like veredus_worker=PASSWORD for --bootstrap to set.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "A superuser's URL, to create missing roles and the database.")
    var bootstrap: String?

    func run() async throws {
        let console = CommandEnvironment.current.console
        var reader = try Session.settings(common)
        let named = OwnerURL(reading: &reader)
        let passwords = RolePasswords(reading: &reader, isNeeded: bootstrap != nil)
        let target = try reader.finished(named).settings
        let superuser = try bootstrap.map { try Self.superuser($0) }
        for sentence in passwords.warnings { console.complain(sentence) }

        if let superuser {
            let done = try await DatabaseBootstrap(superuser: superuser).run(
                database: target.database,
                passwords: passwords.byRole
            )
            for sentence in done { console.say(sentence) }
        }
        let connection = try await Self.owner(target, superuser)
        let applied = try await Migrator().migrate(on: connection) { console.say($0) }
        let campaigns = try await connection.makePartitions()
        let partitions = try await campaigns + connection.makeEventPartitions()
        await connection.close()
        if output.json {
            console.print([
                "applied": .array(applied.map { .number($0) }), "partitions": .number(partitions),
            ])
        } else {
            console.print(
                applied.isEmpty
                    ? "the schema is up to date"
                    : "applied \(applied.count == 1 ? "1 migration" : "\(applied.count) migrations")"
            )
            if partitions > 0 { console.print("created \(partitions) upcoming partitions") }
        }
    }

    private static func superuser(_ url: String) throws -> PostgresSettings {
        do {
            return try PostgresSettings(parsing: url)
        } catch {
            throw AdminFailure(.usage, "--bootstrap: \(error)")
        }
    }

    /// A session as the owner: through the superuser if there is one, which needs no password of the owner, otherwise
    /// with the owner's own login.
    static func owner(_ target: PostgresSettings, _ superuser: PostgresSettings?) async throws -> PostgresConnection {
        let owner = StatementRole.owner.rawValue
        guard let superuser else {
            if target.user == owner { return try await PostgresConnection.open(target, name: "migrate") }
            throw AdminFailure(
                .configuration,
                "this runs as \(owner), but the database URL logs in as \(target.user). "
                    + "Set VEREDUS_OWNER_URL, or use --bootstrap with a superuser's URL"
            )
        }
        let connection = try await PostgresConnection.open(superuser.with(database: target.database), name: "migrate")
        try await connection.execute("SET ROLE \(owner)")
        return connection
    }
}

/// The owner's URL, or the programs', which names the database at least.
struct OwnerURL {
    let settings: PostgresSettings

    init?(reading reader: inout SettingsReader) {
        guard let url = reader.text(.ownerURL) else {
            guard let settings = PostgresSettings(reading: &reader) else { return nil }
            self.settings = settings
            return
        }
        do throws(PostgresSettings.Malformed) {
            settings = try PostgresSettings(parsing: url)
        } catch {
            reader.report(.ownerURL, "\(error)")
            return nil
        }
    }
}

/// The file of VEREDUS_ROLE_PASSWORDS: lines ROLE=PASSWORD.
private struct RolePasswords {
    private(set) var byRole: [StatementRole: String] = [:]
    /// Not errors, but worth knowing.
    private(set) var warnings: [String] = []

    init(reading reader: inout SettingsReader, isNeeded: Bool) {
        guard isNeeded, let path = reader.text(.rolePasswords) else { return }
        let text: String
        do throws(SettingsReader.UnreadableFile) {
            text = try readSmallFile(path)
        } catch {
            reader.report(.rolePasswords, "cannot be read: \(error.reason)")
            return
        }
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = String(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let role = StatementRole(rawValue: String(parts[0])), !parts[1].isEmpty else {
                let roles = StatementRole.allCases.map(\.rawValue).joined(separator: ", ")
                reader.report(.rolePasswords, "line \(index + 1) is not ROLE=PASSWORD with a role of \(roles)")
                continue
            }
            byRole[role] = String(parts[1])
        }
        let name = SettingName.rolePasswords.rawValue
        if isReadableByAll(path) {
            warnings.append("\(name): everybody on this machine can read \(path): chmod 600 it")
        }
        let missing = StatementRole.allCases.filter { byRole[$0] == nil }.map(\.rawValue)
        if !missing.isEmpty {
            warnings.append(
                "\(name): \(path) has no password of \(missing.joined(separator: ", ")): none is set, and a role without "
                    + "one cannot log in with a password"
            )
        }
    }
}
