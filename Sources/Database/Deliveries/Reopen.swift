import Core
import DatabaseClient

/// A recipient whose outcome is unknown, and why.
package struct UncertainRow: Sendable {
    package let seq: Seq
    package let reason: Int16
    /// `nil` without a stored reply.
    package let step: Int16?
    /// In the worker's or the server's words; '' without any.
    package let words: String
    package let at: Double
    /// Opted out meanwhile: not sent again.
    package let hasOptedOut: Bool
}

/// The result of a reopen.
package struct ReopenReceipt: Sendable, Equatable {
    /// Rows that are pending again: they will be mailed once more.
    package var reopened = 0
    /// Rows of recipients who have opted out meanwhile and are not mailed.
    package var optedOut = 0

    package init(reopened: Int = 0, optedOut: Int = 0) {
        self.reopened = reopened
        self.optedOut = optedOut
    }

    package static func += (left: inout Self, right: Self) {
        left.reopened += right.reopened
        left.optedOut += right.optedOut
    }
}

/// Why a campaign's rows cannot be reopened.
package struct ReopenRefused: Error, Equatable, Sendable, CustomStringConvertible {
    package let campaign: CampaignID
    package let state: CampaignState

    package init(campaign: CampaignID, state: CampaignState) {
        self.campaign = campaign
        self.state = state
    }

    package var description: String {
        let advice =
            !state.isFrozen
            ? "It has sent nothing yet" : "It sends nothing more: create another campaign"
        return
            "campaign \(campaign) is \(state.name); only a running, paused or finished campaign can send again. "
            + advice
    }
}

extension AccountDatabase {
    /// The maximum number of rows per reopen: claims and opt-outs wait for its locks.
    package static let reopenLimit = 2_000

    /// Reopens dead or uncertain rows: the only way out of a final state besides evidence.
    ///
    /// One transaction, safe to repeat: it skips rows no longer in one of `states`. Consent is checked again under the
    /// account's lock, by the freeze's rule: after an opt-out a dead row becomes `suppressed`, and an uncertain one
    /// stays `uncertain`, since a copy may have arrived.
    ///
    /// - Parameters:
    ///   - seqs: At most ``reopenLimit``.
    ///   - campaign: A running, paused or finished one; a finished one runs again, and all live at least another
    ///     lifetime from now.
    ///   - account: Its account.
    ///   - states: `dead`, `uncertain` or both.
    ///   - reason: Why, for the audit log.
    /// - Returns: The result.
    /// - Throws: ``ReopenRefused``; nothing has changed then.
    package func reopen(
        _ seqs: [Seq],
        of campaign: CampaignID,
        account: AccountID,
        from states: [DeliveryState],
        reason: String
    ) async throws -> ReopenReceipt {
        try await transaction(account: account) { connection in
            try connection.lockForReopen(campaign, account: account)
            let receipt = try connection.reopen(seqs, of: campaign, from: states)
            try connection.noteReopen(receipt, of: campaign, seqs, reason, by: actor, account: account)
            return receipt
        }
    }

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

extension PostgresConnection {
    /// Takes the locks of a reopen, each in a statement of its own, so that later statements see the changes they
    /// waited for.
    ///
    /// The campaign's first, as a pause does, then the account's, as a freeze does, then the campaign's row: no
    /// transaction takes two of them in the other order.
    func lockForReopen(_ campaign: CampaignID, account: AccountID) throws {
        try run(.lockCampaign, [.int32(campaign)])
        try run(.lockAccountAlone, [.int32(account)])
        guard try rows(.lockReopenable, [.int32(campaign)], { try $0.int32(0) }).isEmpty else { return }
        throw ReopenRefused(campaign: campaign, state: try state(of: campaign))
    }

    /// Reopens rows, under the locks.
    func reopen(_ seqs: [Seq], of campaign: CampaignID, from states: [DeliveryState]) throws -> ReopenReceipt {
        let ends = try rows(
            .reopenRows,
            [.int32(campaign), .int32s(seqs), .int16s(states.map(\.rawValue))]
        ) { try $0.bool(0) }
        let optedOut = ends.count(where: \.self)
        if ends.count > optedOut { try run(.reopenCampaign, [.int32(campaign)]) }
        return ReopenReceipt(reopened: ends.count - optedOut, optedOut: optedOut)
    }

    /// Writes the reopen to the audit log, in its transaction.
    func noteReopen(
        _ receipt: ReopenReceipt,
        of campaign: CampaignID,
        _ seqs: [Seq],
        _ reason: String,
        by actor: String,
        account: AccountID
    ) throws {
        guard receipt != ReopenReceipt() else { return }
        let range = "seq \(seqs.min() ?? 0) to \(seqs.max() ?? 0)"
        let entry = AuditEntry(
            "reopen",
            "campaign \(campaign), \(range): \(receipt.reopened) reopened, \(receipt.optedOut) opted out",
            reason: reason
        )
        try write(entry, by: actor, account: account)
    }
}

/// Opt-outs by the rule of the freeze (`freeze-audience`, `freeze-opt-outs`), row by row.
enum WithdrawnConsent {
    /// True where the recipient of row `d` of campaign `c` has opted out, left the list, was erased or is blocked.
    static let sql = """
        (EXISTS (SELECT FROM contacts p WHERE p.contact_id = d.contact_id AND p.status <> \(ContactStatus.active.sql))
         OR EXISTS (
            SELECT FROM contacts p
            JOIN suppressions s ON s.account_id = p.account_id AND s.address_hash = p.address_hash
            WHERE p.contact_id = d.contact_id
              AND \(Statement.withholds(kind: "c.kind", list: "d.list_id")))
         OR EXISTS (
            SELECT FROM contacts p JOIN service_blocks b ON b.address_hash = p.address_hash
            WHERE p.contact_id = d.contact_id)
         OR c.kind = \(CampaignKind.marketing.sql) AND EXISTS (
            SELECT FROM contacts p
            JOIN lost_opt_outs o ON o.account_id = p.account_id
                AND o.mark = substring(p.address_hash FROM 1 FOR length(o.mark))
            WHERE p.contact_id = d.contact_id)
         OR c.kind = \(CampaignKind.marketing.sql) AND NOT EXISTS (
            SELECT FROM list_members m
            WHERE m.list_id = d.list_id AND m.contact_id = d.contact_id
              AND m.status = \(MembershipStatus.subscribed.sql)))
        """
}

extension Statement {
    /// Makes suppressions of the account wait, and waits for those in progress; `$1` account.
    static let lockAccountAlone = Statement(
        "lock-account-alone",
        role: .admin,
        """
        SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.account.sql), 0)::text, \
        pg_advisory_xact_lock(\(AdvisoryLock.account.sql), $1)::text
        """
    )
    /// `$1` campaign. A campaign being frozen does not match, so this does not wait for it: the freeze holds its row
    /// and waits for the account's lock.
    static let lockReopenable = Statement(
        "lock-reopenable",
        role: .admin,
        """
        SELECT campaign_id FROM campaigns
        WHERE campaign_id = $1
          AND state IN (\(CampaignState.running.sql), \(CampaignState.paused.sql), \(CampaignState.finished.sql))
        FOR NO KEY UPDATE
        """
    )
    /// Whether each row's recipient has opted out. Rows are locked in the order of the claim.
    ///
    /// `$1` campaign; `$2` seqs; `$3` states that they may be in.
    static let reopenRows = Statement(
        "reopen-rows",
        role: .admin,
        isHot: true,
        """
        WITH locked AS MATERIALIZED (
            SELECT d.campaign_id, d.seq, d.contact_id, d.list_id, d.recalled
            FROM deliveries d
            WHERE d.campaign_id = $1 AND d.seq = ANY ($2::int[]) AND d.state = ANY ($3::smallint[])
              AND NOT (d.state = \(DeliveryState.uncertain.sql) AND d.recalled)
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE
        ), judged AS MATERIALIZED (
            SELECT d.campaign_id, d.seq, d.recalled OR \(WithdrawnConsent.sql) AS opted_out
            FROM locked d JOIN campaigns c ON c.campaign_id = d.campaign_id
        )
        UPDATE deliveries d
        SET state = CASE WHEN NOT j.opted_out THEN \(DeliveryState.pending.sql)
                         WHEN d.state = \(DeliveryState.dead.sql) THEN \(DeliveryState.suppressed.sql) ELSE d.state END,
            reason = CASE WHEN NOT j.opted_out THEN \(DeliveryReason.none.sql)
                          WHEN d.state = \(DeliveryState.dead.sql) THEN \(DeliveryReason.recalled.sql) ELSE d.reason END,
            reopened = d.reopened + CASE WHEN j.opted_out THEN 0 ELSE 1 END,
            recalled = d.recalled OR j.opted_out AND d.state = \(DeliveryState.uncertain.sql),
            suspect = 0, changed_at = now()
        FROM judged j WHERE d.campaign_id = j.campaign_id AND d.seq = j.seq
        RETURNING j.opted_out
        """
    )
    /// `$1` campaign.
    static let reopenCampaign = Statement(
        "reopen-campaign",
        role: .admin,
        """
        UPDATE campaigns SET state = CASE WHEN state = \(CampaignState.finished.sql)
                                        THEN \(CampaignState.running.sql) ELSE state END,
            republish = true, finished_at = NULL,
            expires_at = greatest(expires_at, now() + lifetime)
        WHERE campaign_id = $1
        """
    )
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
