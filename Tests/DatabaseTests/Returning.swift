import Database
import DatabaseClient
import ReturnedMail
import TestKit
import Testing

@testable import Core

extension Totals {
    /// Lends a pool that is logged in as what receives mail.
    func asInbound<Value: Sendable>(_ body: (PostgresPool) async throws -> Value) async throws -> Value {
        let pool = PostgresPool(settings: database.settings(role: .inbound), name: "inbound", size: 4)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Settles one mail, in a transaction of its own.
    @discardableResult
    func settle(
        _ report: MailReport,
        from origin: TrackingToken?,
        mail: Int64 = 1,
        receivedAt: Double? = nil,
        way: OptOutWay = .mail
    ) async throws -> MailSettlement {
        let now = Double(try await number("SELECT extract(epoch FROM now())::int8"))
        return try await asInbound { pool in
            try await pool.withConnection { connection in
                try await connection.transaction { connection in
                    try connection.settle(
                        ReturnedMail(
                            mail: mail,
                            receivedAt: receivedAt ?? now,
                            report: report,
                            origin: origin,
                            way: way
                        )
                    )
                }
            }
        }
    }

    /// Judges every reply there is, as the program does.
    func judgeReplies() async throws {
        try await asInbound { pool in
            let judgements = ReplyJudgements(pool) { RuleBook.builtIn.classify($0, at: $1) }
            let batch = try await judgements.judgeBatch(after: 0)
            for reply in batch.weighty { try await judgements.judge(reply) }
        }
    }

    /// Sends a row and has it refused.
    func refuse(_ campaign: CampaignID, _ seq: Seq, code: Int16, _ text: String, attempts: Int16 = 1) async throws {
        try await claim(campaign, [seq], token: ClaimToken(seq) + 1_000)
        let result = DeliveryResult(
            key: DeliveryKey(campaign: campaign, seq: seq),
            token: ClaimToken(seq) + 1_000,
            state: .failed,
            reason: .messageRefused,
            code: code,
            waitSeconds: 0,
            countsAsAttempt: true,
            outcome: MessageOutcome(id: 1, judgement: .notThisMessage, code: code, text: text, step: .rcpt)
        )
        try await worker.record([result], finished: [])
    }

    /// Scope and reason of every suppression, with its source.
    func suppressions() async throws -> [String] {
        try await superuser.rows(
            Statement(
                "all-suppressions",
                "SELECT format('%s/%s %s', scope, reason, source) FROM suppressions ORDER BY 1"
            )
        ) { try $0.text(0) }
    }
}

extension MailReport {
    /// A report of one recipient.
    static func failure(
        of address: String?,
        _ reason: BounceReason,
        isPermanent: Bool = true,
        _ action: ReportedAction = .failed,
        diagnostic: String = "550 5.1.1 <ada@example.net>: no such user"
    ) -> MailReport {
        MailReport(recipients: [
            ReportedRecipient(
                address: address,
                original: nil,
                action: action,
                finding: BounceFinding(reason, isPermanent: isPermanent),
                status: EnhancedStatus(5, 1, 1),
                diagnostic: Array(diagnostic.utf8),
                source: .field
            )
        ])
    }

    init(_ kind: Kind = .delivery, recipients: [ReportedRecipient] = []) {
        self.init(kind: kind, recipients: recipients, messageID: nil, signedLocalParts: [], isCutShort: false)
    }
}
