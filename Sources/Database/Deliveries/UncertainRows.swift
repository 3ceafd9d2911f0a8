import Core
import DatabaseClient

/// A recipient of whom nobody can know whether a copy arrived, and why.
package struct UncertainRow: Sendable {
    package let seq: Seq
    package let reason: Int16
    /// `nil` where no reply was kept.
    package let step: Int16?
    /// In the worker's or the other side's words; '' where none were kept.
    package let words: String
    package let at: Double
    /// Opted out meanwhile: never sent again.
    package let hasOptedOut: Bool
}

extension AccountDatabase {
    /// The uncertain rows of a range of a campaign's recipients: a page, so that no snapshot is held for long.
    ///
    /// - Parameters:
    ///   - campaign: A campaign.
    ///   - account: Its account.
    ///   - seq: Above this one.
    ///   - last: Up to this one.
    /// - Returns: By seq.
    /// - Throws: ``PostgresError``.
    package func uncertainRows(
        of campaign: CampaignID,
        account: AccountID,
        above seq: Seq,
        upTo last: Seq
    ) async throws -> [UncertainRow] {
        try await transaction(account: account) { connection in
            try connection.rows(.uncertainRows, [.int32(campaign), .int32(seq), .int32(last)]) { row in
                UncertainRow(
                    seq: try row.int32(0),
                    reason: try row.int16(1),
                    step: try row.optionalInt16(2),
                    words: try row.optionalText(3) ?? "",
                    at: try row.timestamp(4),
                    hasOptedOut: try row.bool(5)
                )
            }
        }
    }
}

extension Statement {
    /// `$1` campaign; `$2` above this seq; `$3` up to this one.
    static let uncertainRows = Statement(
        "uncertain-rows",
        role: .admin,
        isHot: true,
        """
        SELECT d.seq, d.reason, r.step, r.reply, COALESCE(r.replied_at, d.changed_at),
               d.recalled OR \(WithdrawnConsent.sql)
        FROM deliveries d
        JOIN campaigns c ON c.campaign_id = d.campaign_id
        LEFT JOIN LATERAL (
            SELECT step, reply, replied_at FROM replies r WHERE r.campaign_id = d.campaign_id AND r.seq = d.seq
            ORDER BY reply_id DESC LIMIT 1
        ) AS r ON true
        WHERE d.campaign_id = $1 AND d.seq > $2 AND d.seq <= $3 AND d.state = \(DeliveryState.uncertain.sql)
        ORDER BY d.seq
        """
    )
}
