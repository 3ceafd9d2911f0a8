import Bootstrap
import Core
import Database
import DatabaseClient
import Glibc

/// A command's database session: settings read, login checked, names resolved.
struct Session: Sendable {
    let database: AccountDatabase
    let console: Console

    /// Opens the database for `body`, and closes it.
    ///
    /// - Throws: Problems with settings, schema or role, before `body` runs.
    static func run<Value: Sendable>(
        _ options: CommonOptions,
        _ body: (Session) async throws -> Value
    ) async throws -> Value {
        var reader = try settings(options)
        let database = PostgresSettings(reading: &reader)
        return try await run(reader.finished(database), body)
    }

    /// The same, with further settings read by the caller.
    static func run<Value: Sendable>(
        _ settings: PostgresSettings,
        _ body: (Session) async throws -> Value
    ) async throws -> Value {
        let commandEnvironment = CommandEnvironment.current
        let pool = PostgresPool(settings: settings, name: "veredus", size: 2)
        do {
            try await pool.withConnection(deadline: .seconds(5)) { connection in
                try await Migrator().verify(on: connection)
                try await connection.assertCannotBypassRowSecurity()
            }
            let database = AccountDatabase(pool: pool, actor: actor(in: commandEnvironment.environment))
            let value = try await body(Session(database: database, console: commandEnvironment.console))
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    static func settings(_ options: CommonOptions) throws(SettingsError) -> SettingsReader {
        try Bootstrap.settings(file: options.settings, environment: CommandEnvironment.current.environment)
    }

    /// The actor for the audit log: the user of this machine, and who became root as.
    private static func actor(in environment: [String: String]) -> String {
        let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())"
        guard getuid() == 0, let real = environment["SUDO_USER"], !real.isEmpty else { return user }
        return "\(real) as \(user)"
    }

    func account(named name: String) async throws -> AccountFacts {
        guard let account = try await database.account(named: name) else {
            throw AdminFailure(
                .badData,
                "there is no account named \"\(name)\". List accounts: veredus account list; create one: veredus account create"
            )
        }
        return account
    }

    /// The names of these accounts.
    func names(of accounts: [AccountID]) async throws -> [AccountID: String] {
        let facts = try await database.accounts(Array(Set(accounts)))
        return Dictionary(facts.map { ($0.id, $0.name) }) { first, _ in first }
    }

    func list(named name: String, of account: AccountFacts) async throws -> Int32 {
        guard let list = try await database.list(named: name, account: account.id) else {
            throw AdminFailure(
                .badData,
                "account \"\(account.name)\" has no list named \"\(name)\". "
                    + "List them, or create one: veredus list list, or veredus list create, with --account"
            )
        }
        return list
    }

    /// The account of an existing campaign.
    func account(of campaign: CampaignID) async throws -> AccountID {
        guard let account = try await database.account(of: campaign) else {
            throw AdminFailure.noCampaign(campaign)
        }
        return account
    }
}

extension AdminFailure {
    static func noCampaign(_ campaign: CampaignID) -> AdminFailure {
        AdminFailure(.badData, "there is no campaign \(campaign). `veredus campaign list` lists campaigns")
    }

    /// Rewords a violated constraint; other errors keep their words.
    static func naming(_ error: any Error, taken message: String) -> any Error {
        guard let error = error as? PostgresError, error.kind == .uniqueViolation else { return error }
        return AdminFailure(.badData, message)
    }
}

/// A name: not empty, at most 200 characters, nothing invisible.
func checkedName(_ name: String, of what: String) throws(AdminFailure) {
    guard PlainName.isValid(name) else {
        throw AdminFailure(.badData, "the name of \(what) \(PlainName.rule)")
    }
}
