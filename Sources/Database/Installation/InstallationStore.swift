import Core
import DatabaseClient

/// The database's identity and generation.
package struct InstallationStore: Sendable {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Reads the stored identity and the server's.
    package func read() async throws -> (stored: RestoreGuard, server: RestoreGuard) {
        let found = try await pool.withConnection { connection in
            try await connection.rows(.readInstallation) { row in
                (
                    try RestoreGuard(row),
                    RestoreGuard(
                        installation: try row.text(0),
                        systemIdentifier: try row.int64(4),
                        timeline: try row.int32(5),
                        generation: 0
                    )
                )
            }
        }
        return try found.only(of: .readInstallation)
    }

    /// Excludes other programs while the restore guards are read, since reading hides them.
    ///
    /// - Returns: The result of `body`. - Throws: Errors of `body`; ``Busy`` if another program takes too long, such as
    ///   a suspended one.
    package func alone<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await pool.withConnection { connection in
            let deadline = ContinuousClock.now + .seconds(20)
            while try await connection.rows(.tryInstallationLock, [], { try $0.bool(0) }) != [true] {
                guard ContinuousClock.now < deadline else { throw Busy() }
                try await Task.sleep(for: .milliseconds(50))
            }
            do {
                let value = try await body()
                try await connection.run(.leaveInstallationLock, [])
                return value
            } catch {
                _ = try? await connection.run(.leaveInstallationLock, [])
                throw error
            }
        }
    }

    /// Another program is reading the restore guards, or was suspended while doing so.
    package struct Busy: TransientFailure, CustomStringConvertible {
        package let isTransient = true
        package var description: String { "another program is checking the restore guards of this database" }

        package init() {}
    }

    /// Raises the generation: at each program's start, and once a minute by any program.
    package func raise(isStart: Bool) async throws {
        _ = try await pool.withConnection { try await $0.run(.raiseGeneration, [.bool(isStart)]) }
    }
}

extension RestoreGuard {
    /// Of a row of ``Statement/readInstallation``.
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            installation: try row.text(0),
            systemIdentifier: try row.int64(1),
            timeline: try row.int32(2),
            generation: try row.int64(3),
            numbers: HighestNumbers(
                campaign: try row.int32(6),
                list: try row.int32(7),
                account: try row.int32(8),
                contact: try row.int64(9)
            ),
            journalAhead: try row.text(10)
        )
    }
}

extension Statement {
    static let readInstallation = Statement(
        "read-installation",
        """
        SELECT i.installation_id::text, i.system_identifier, i.timeline, i.generation, p.system_identifier,
               server_timeline(), n.campaign, n.list, n.account, n.contact, i.journal_ahead
        FROM installation i, pg_control_system() p, highest_numbers() n
        """
    )
    /// Of the session: it is gone with the connection.
    static let tryInstallationLock = Statement(
        "try-installation-lock",
        "SELECT pg_try_advisory_lock(\(AdvisoryLock.restoreGuard.sql), 0)"
    )
    static let leaveInstallationLock = Statement(
        "leave-installation-lock",
        "SELECT pg_advisory_unlock(\(AdvisoryLock.restoreGuard.sql), 0)::text"
    )
    /// `$1` whether a program starts.
    static let raiseGeneration = Statement(
        "raise-generation",
        role: .worker,
        """
        UPDATE installation
        SET generation = greatest(generation + 1, floor(extract(epoch FROM now()) / 60)::bigint), raised_at = now()
        WHERE $1 OR raised_at <= now() - interval '1 minute'
        """
    )
}
