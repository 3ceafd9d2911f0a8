import Core
import DatabaseClient

extension AccountDatabase {
    /// Says the most that an account's campaigns may learn of their recipients, from the next campaign on.
    package func changeTracking(of account: AccountID, to mode: TrackingMode, reason: String) async throws {
        try await transaction(account: account) { connection in
            try connection.run(.changeTracking, [.int32(account), .int16(mode.rawValue)])
            try connection.write(
                AuditEntry("account.tracking", mode.name, reason: reason),
                by: actor,
                account: account
            )
        }
    }
}

extension Statement {
    /// `$1` account; `$2` mode.
    static let changeTracking = Statement(
        "change-tracking",
        role: .admin,
        "UPDATE accounts SET tracking = $2 WHERE account_id = $1"
    )
}
