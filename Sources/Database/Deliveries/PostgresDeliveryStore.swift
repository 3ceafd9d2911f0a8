import Core
import DatabaseClient

/// The worker's side of PostgreSQL, a file per step: Prepare, Claim, Record, and StoreDeadLetter.
package struct PostgresDeliveryStore: DeliveryStore {
    let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    package func check() async throws {
        try await pool.withConnection(deadline: .seconds(2)) { try await $0.execute("SELECT 1") }
    }
}

extension CampaignVersion {
    /// Reads a row of `frozen-message`, `message-to-freeze` or `newest-message`.
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            campaign: try row.int32(0),
            account: try row.int32(1),
            version: try row.int32(2),
            name: try row.text(3),
            kind: CampaignKind(rawValue: try row.int16(4)) ?? .marketing,
            tracking: TrackingMode(rawValue: try row.int16(5)) ?? .none,
            policy: DeliveryPolicy(rawValue: try row.int16(6)) ?? .atMostOnce,
            list: try row.int32(7),
            listName: try row.text(8),
            accountName: try row.text(9),
            subject: try row.text(10),
            html: try row.text(11),
            plain: try row.optionalText(12),
            settings: try row.bytes(13)
        )
    }
}
