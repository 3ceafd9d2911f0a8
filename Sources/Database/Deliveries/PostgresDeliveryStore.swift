import Core
import DatabaseClient
import Synchronization

/// The worker's side of PostgreSQL.
package struct PostgresDeliveryStore: DeliveryStore {
    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    package func fetch(_ keys: [DeliveryKey]) async throws -> [FetchedRecipient] {
        try await pool.withConnection { connection in
            try await connection.rows(
                .fetchRecipients,
                [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))]
            ) { row in
                FetchedRecipient(
                    key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)),
                    attempt: try row.int16(2),
                    redeliveries: try row.int16(3),
                    contactVersion: try row.int32(4),
                    address: try row.bytes(5),
                    attributes: try row.bytes(6)
                )
            }
        }
    }

    package func claim(
        _ requests: [ClaimRequest],
        token: ClaimToken,
        workerRun: WorkerRun
    ) async throws -> [Verdict] {
        let campaigns = requests.map(\.key.campaign)
        let verdicts = Mutex<[Verdict]>([])
        let steps = [
            PipelineStep(.lockCampaignsShared, [.int32s(Set(campaigns).sorted())]),
            PipelineStep(
                .claimDeliveries,
                [
                    .int32s(campaigns), .int32s(requests.map(\.key.seq)), .int32s(requests.map(\.generation)),
                    .int32s(requests.map(\.contactVersion)), .int16s(requests.map(\.attempt)), .int64(token),
                    .int64(workerRun),
                ]
            ) { row in
                let verdict = Verdict(rawValue: try row.int16(0)) ?? .unknown
                verdicts.withLock { $0.append(verdict) }
            },
        ]
        try await pool.withConnection { try await $0.pipelinedTransaction(steps) }
        return verdicts.withLock { $0 }
    }

    package func record(_ results: [DeliveryResult], finished: [ClaimToken]) async throws {
        let values: [PostgresValue] = [
            .int32s(results.map(\.key.campaign)), .int32s(results.map(\.key.seq)), .int64s(results.map(\.token)),
            .int16s(results.map(\.state.rawValue)), .int16s(results.map(\.reason.rawValue)),
            .int16s(results.map(\.code)), .doubles(results.map(\.waitSeconds)), .bools(results.map(\.countsAsAttempt)),
            .int16s(results.map(\.outcome.judgement.rawValue)), .int16s(results.map(\.outcome.step.rawValue)),
            .texts(results.map { $0.outcome.judgement == .accepted ? "" : $0.outcome.text }), .int64s(finished),
        ]
        _ = try await pool.withConnection { try await $0.run(.recordResults, values) }
    }

    package func markRedelivered(_ key: DeliveryKey) async throws -> Int16? {
        try await pool.withConnection { connection in
            try await connection.rows(.raiseRedeliveries, [.int32(key.campaign), .int32(key.seq)]) { try $0.int16(0) }
        }.first
    }

    package func clearRedelivered(_ key: DeliveryKey) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.clearRedeliveries, [.int32(key.campaign), .int32(key.seq)])
        }
    }

    package func deadLetter(_ message: DeadLetter, worker: String) async throws {
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                try connection.run(
                    .insertDeadLetter,
                    [
                        message.key.map { .int32($0.campaign) } ?? .null, message.key.map { .int32($0.seq) } ?? .null,
                        .int16(message.reason.rawValue), .text(message.detail), .text(worker), .text(message.queue),
                        .bytes(message.envelope),
                    ]
                )
                guard let key = message.key else { return }
                let reason: DeliveryReason = message.reason == .poison ? .poison : .renderFailed
                try connection.run(
                    .endUnsent,
                    [
                        .int32(key.campaign), .int32(key.seq), .int16(DeliveryState.dead.rawValue),
                        .int16(reason.rawValue),
                    ]
                )
            }
        }
    }

    package func check() async throws {
        try await pool.withConnection(deadline: .seconds(2)) { try await $0.execute("SELECT 1") }
    }

    package func message(of campaign: CampaignID) async throws -> CampaignVersion? {
        try await pool.withConnection { connection in
            try await connection.rows(.campaignVersion, [.int32(campaign)]) { try CampaignVersion($0) }
        }.first
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
