internal import CPostgres
import RuntimeSupport
import Synchronization

/// One session with PostgreSQL, on a thread of its own.
///
/// Methods block that thread, never the caller's. A statement is prepared on first use. A lost connection stays lost:
/// every later call fails, and the owner opens another one. If a COMMIT gets no answer its outcome is unknown, and the
/// error says so (`commitUnknown`).
package actor PostgresConnection {
    private let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package nonisolated let name: String
    package let settings: PostgresSettings
    private var handle: PostgresHandle?
    private var whyLost: PostgresError?
    private nonisolated let canceller = Mutex<PostgresCanceller?>(nil)

    /// By the statement's name. Its name on the server has a number, so that an outdated one need not be removed.
    var prepared: [String: (serverName: String, types: [PostgresType])] = [:]
    var preparations = 0
    var parameters = ParameterBuffer()
    /// The names of statements that have found a row here.
    private var found: Set<String> = []
    /// Since when the oldest plan may be in use.
    private var plannedSince = ContinuousClock.now
    /// How long a plan for keys may be in use: a hundred of them are made in less than a tenth of a second.
    private static let planLifetime = Duration.seconds(10)

    private init(_ settings: PostgresSettings, name: String) {
        self.settings = settings
        self.name = name
        executor = ThreadExecutor(name: name)
    }

    // Isolated: libpq's connection is freed on the thread that used it.
    isolated deinit { handle = nil }

    /// Connects, logs in, and sets the session up.
    ///
    /// - Parameters:
    ///   - settings: Server and login.
    ///   - name: The name of the thread, and what `pg_stat_activity` shows.
    ///   - onFree: Called on the connection's thread once libpq's memory is freed; for tests.
    /// - Returns: The connection, ready for statements.
    /// - Throws: ``PostgresError``: `unreachable`, `loginRefused`, `untrusted`, `shuttingDown`.
    package static func open(
        _ settings: PostgresSettings,
        name: String,
        onFree: (@Sendable () -> Void)? = nil
    ) async throws(PostgresError) -> PostgresConnection {
        let connection = PostgresConnection(settings, name: name)
        try await connection.connect(onFree)
        return connection
    }

    private func connect(_ onFree: (@Sendable () -> Void)?) throws(PostgresError) {
        handle = try PostgresHandle.open(settings, name: name, onFree: onFree)
        try withHandle { (handle) throws(PostgresError) in
            let version = PQserverVersion(handle.raw)
            guard version >= 150_000 else {
                throw PostgresError(
                    .other,
                    "the server is version \(version / 10_000)",
                    remedy: "Upgrade it: PostgreSQL 15 or newer is needed"
                )
            }
            canceller.withLock { $0 = PostgresCanceller(of: handle) }
        }
        try execute(
            """
            SET TIME ZONE 'UTC';
            SET statement_timeout = \((settings.statementTimeout ?? .zero).wholeMilliseconds);
            SET idle_in_transaction_session_timeout = \(settings.idleInTransactionTimeout.wholeMilliseconds);
            """
        )
        guard settings.plansForKeys else { return }
        try execute(
            """
            SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off;
            SET plan_cache_mode = force_generic_plan
            """
        )
    }

    /// Has the statements planned again if that was long ago: a plan for keys does not see how its tables grow, until
    /// somebody counts them again.
    func renewPlans() throws(PostgresError) {
        guard settings.plansForKeys else { return }
        let now = ContinuousClock.now
        guard now - plannedSince > Self.planLifetime else { return }
        plannedSince = now
        try execute("DISCARD PLANS")
    }

    /// Runs a statement and ignores its rows.
    ///
    /// - Returns: The number of changed rows.
    @discardableResult
    package func run(_ statement: Statement, _ values: [PostgresValue] = []) throws(PostgresError) -> Int {
        try perform(statement, values).affectedRows
    }

    /// Runs a statement and decodes each row.
    ///
    /// Not specialised for `Row`: with a borrowed row in its closure the optimiser of Swift 6.3.1 aborts ("Cannot
    /// initialize a nonCopyable type with a guaranteed value"). It costs an indirect return per row.
    ///
    /// - Throws: ``PostgresError``, or errors of `decode`, after the statement was executed.
    @_semantics("optimize.sil.specialize.generic.never")
    package func rows<Row: Sendable>(
        _ statement: Statement,
        _ values: [PostgresValue] = [],
        _ decode: @Sendable (borrowing PostgresRow) throws -> Row
    ) throws -> [Row] {
        let result = try perform(statement, values)
        var rows: [Row] = []
        rows.reserveCapacity(Int(result.rowCount))
        for index in 0..<result.rowCount { rows.append(try decode(result.row(index, of: statement.name))) }
        return rows
    }

    /// Whether a statement finds a row, or has found one on this connection: for what cannot change while a session
    /// lasts.
    package func finds(_ statement: Statement) throws(PostgresError) -> Bool {
        if found.contains(statement.name) { return true }
        guard try run(statement) > 0 else { return false }
        found.insert(statement.name)
        return true
    }

    /// Runs one or more commands without parameters, for set-up and migrations.
    package func execute(_ sql: String) throws(PostgresError) {
        var forgotten = false
        _ = try exchange(statement: nil, { PQsendQuery($0, sql) }) { result in
            let tag = result.commandTag
            if tag == "DISCARD ALL" || tag.hasPrefix("DEALLOCATE") { forgotten = true }
        }
        if forgotten { forgetPrepared() }
    }

    /// Asks the server to cancel the current statement; does not wait, and may come too late.
    ///
    /// The cancelled call throws `queryCanceled`.
    package nonisolated func cancel() {
        guard let canceller = canceller.withLock({ $0 }) else { return }
        // PQcancel makes a connection of its own and blocks until the server has taken it.
        startThread(name: "pg-cancel") { canceller.cancel() }
    }

    /// Ends the session; later calls throw `connectionLost`.
    package func close() {
        lose(PostgresError(.connectionLost, "the connection was closed by this program"))
    }

    /// Whether the next statement can work: connected, and not in the middle of a transaction.
    package var isUsable: Bool {
        guard let alive = handle?.isAlive() else { return false }
        return alive && transactionStatus == PQTRANS_IDLE
    }
}

extension PostgresConnection {
    var transactionStatus: PGTransactionStatusType {
        (handle?.raw).map { PQtransactionStatus($0) } ?? PQTRANS_UNKNOWN
    }

    /// Lends the handle; throws when the connection is lost.
    func withHandle<Value: ~Copyable>(
        _ body: (borrowing PostgresHandle) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        switch handle {
        case .some(let handle): return try body(handle)
        case .none: throw whyLost ?? PostgresError(.connectionLost, "the connection was never made")
        }
    }

    /// Sends one command and reads all of its results; drops the connection if it broke.
    ///
    /// - Parameters:
    ///   - statement: Named in errors.
    ///   - commits: Whether the command commits what came before.
    ///   - send: libpq's call that sends it; 1 on success.
    ///   - inspect: Sees each result that is not an error.
    /// - Returns: The last result.
    /// - Throws: The first error.
    func exchange(
        statement: String?,
        commits: Bool = false,
        _ send: (OpaquePointer) -> Int32,
        _ inspect: (borrowing PostgresResult) -> Void = { _ in }
    ) throws(PostgresError) -> PostgresResult {
        // Outside of a transaction each statement commits by itself.
        let isCommitting = commits || transactionStatus == PQTRANS_IDLE
        do throws(PostgresError) {
            return try withHandle { (handle) throws(PostgresError) in
                guard send(handle.raw) == 1 else { throw handle.lost(statement: statement) }
                return try handle.collect(statement: statement, silence: settings.replyTimeout, inspect)
            }
        } catch {
            throw settle(error, statement: statement, isCommitting: isCommitting)
        }
    }

    /// Drops the connection if the error, or libpq, says that it broke; returns the error for the caller.
    func settle(_ error: PostgresError, statement: String?, isCommitting: Bool) -> PostgresError {
        let wasConnected = handle != nil
        let isBroken = error.kind == .connectionLost || (handle?.raw).map { PQstatus($0) != CONNECTION_OK } ?? true
        guard wasConnected, isBroken else { return error }
        var error = error
        error.statement = error.statement ?? statement
        lose(error)
        error.commitUnknown = isCommitting
        return error
    }

    private func lose(_ reason: PostgresError) {
        handle = nil
        canceller.withLock { $0 = nil }
        prepared = [:]
        whyLost = PostgresError(.connectionLost, sqlState: reason.sqlState, reason.message)
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
