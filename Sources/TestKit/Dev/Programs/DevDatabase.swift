import DatabaseClient
import Foundation

/// The database of the demo or of a benchmark.
struct DevDatabase {
    private let settings: ProgramSettings
    private let folder: String

    /// - Parameters:
    ///   - settings: Where, and what it is called.
    ///   - folder: The one that the settings were written to.
    init(_ settings: ProgramSettings, folder: String) {
        self.settings = settings
        self.folder = folder
    }

    /// Drops it, and disconnects its users.
    func drop() async throws {
        try await withConnection(to: "postgres") { connection in
            // The name is a constant of ours.
            try await connection.execute("DROP DATABASE IF EXISTS \(settings.database) WITH (FORCE)")
        }
    }

    /// Roles and database as superuser, then the schema as its owner; as far as they are missing.
    func migrate() async throws {
        let keys = Keys(settings.project)
        let tool = Tool(project: settings.project, settings: "\(folder)/settings/owner.env")
        var bootstrap = tool
        bootstrap.more["VEREDUS_ROLE_PASSWORDS"] = keys.rolePasswordsPath
        do {
            try await bootstrap.run("migrate", "--bootstrap", settings.servers.superuserURL(keys))
            try await tool.run("migrate")
        } catch is Failure {
            throw Failure(
                "roles, database and schema could not be brought up to date",
                "Read the message above; FRESH=1 begins with an empty database"
            )
        }
    }

    /// Runs a statement as superuser.
    ///
    /// - Returns: The number in its first row.
    func number(_ statement: Statement) async throws -> Int64 {
        try await withConnection(to: settings.database) { connection in
            try await connection.rows(statement) { try $0.int64(0) }.first ?? 0
        }
    }

    private func withConnection<Value: Sendable>(
        to database: String,
        _ body: (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let url = try settings.servers.superuserURL(Keys(settings.project), database: database)
        let connection = try await PostgresConnection.open(try PostgresSettings(parsing: url), name: "dev")
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension Statement {
    static let liveWorkers = Statement(
        "dev-live-workers",
        "SELECT count(*) FROM workers WHERE alive_until > now()"
    )
    /// A started campaign, with two links.
    static let benchCampaign = Statement(
        "dev-bench-campaign",
        """
        WITH account AS (INSERT INTO accounts (name) VALUES ('bench') RETURNING account_id),
        list AS (INSERT INTO lists (account_id, name) SELECT account_id, 'bench' FROM account RETURNING account_id, list_id),
        campaign AS (
            INSERT INTO campaigns (account_id, list_id, name, tracking, state, version, audience, started_at)
            SELECT account_id, list_id, 'bench', 1, 2, 1, 100000, now() FROM list RETURNING campaign_id, account_id),
        link AS (
            INSERT INTO links SELECT campaign_id, 1, n, account_id, 'https://shop.example/' || n
            FROM campaign, generate_series(1, 2) AS n)
        SELECT campaign_id::int8 FROM campaign
        """
    )
}
