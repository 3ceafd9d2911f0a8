import Core
import DatabaseClient

/// The stored answer to a repeatable request.
package struct StoredAnswer: Sendable, Equatable {
    package let status: Int
    /// The path of the new resource; empty for none.
    package let location: String
    package let body: [UInt8]

    package init(status: Int, location: String, body: [UInt8]) {
        self.status = status
        self.location = location
        self.body = body
    }
}

/// Why a request with an Idempotency-Key is refused; nothing has changed then.
package enum IdempotencyRefused: Error, Equatable, Sendable {
    /// The first request with this key is still in progress.
    case inProgress
    /// The key belongs to an earlier, different request.
    case otherRequest
}

extension AccountDatabase {
    /// Performs a request once per key: a repetition returns the first answer and does nothing.
    ///
    /// The answer is stored in the same transaction, so a crash in between leaves neither.
    ///
    /// - Parameters:
    ///   - key: The client's; `nil` for a request without one, which is performed each time.
    ///   - requestHash: SHA-256 over everything that identifies the request.
    ///   - account: The account.
    ///   - act: Performs the request and returns the answer. If it throws, nothing is stored, and the key is free
    ///     again.
    /// - Returns: The answer, and whether it is an earlier one.
    /// - Throws: ``IdempotencyRefused``; what `act` throws.
    package func once(
        _ key: String?,
        requestHash: [UInt8],
        account: AccountID,
        _ act: @escaping @Sendable (isolated PostgresConnection) throws -> StoredAnswer
    ) async throws -> (answer: StoredAnswer, isReplay: Bool) {
        try await transaction(account: account) { connection in
            guard let key else { return (try act(connection), false) }
            let isFree = try connection.rows(.tryIdempotencyLock, [.text("\(account) \(key)")]) { try $0.bool(0) }
            guard isFree == [true] else { throw IdempotencyRefused.inProgress }
            // A statement of its own, so that its snapshot is younger than the lock.
            let known = try connection.rows(.idempotentAnswer, [.int32(account), .text(key)]) { row in
                (
                    hash: try row.bytes(0),
                    answer: StoredAnswer(
                        status: Int(try row.int16(1)),
                        location: try row.text(2),
                        body: try row.bytes(3)
                    )
                )
            }.first
            if let known {
                guard known.hash == requestHash else { throw IdempotencyRefused.otherRequest }
                return (known.answer, true)
            }
            let answer = try act(connection)
            try connection.run(.dropOldAnswers, [.int32(account)])
            try connection.run(
                .insertAnswer,
                [
                    .int32(account), .text(key), .bytes(requestHash), .int16(Int16(answer.status)),
                    .text(answer.location), .bytes(answer.body),
                ]
            )
            return (answer, false)
        }
    }
}

extension Statement {
    /// `$1` account and key. Two keys with the same lock only make one of them wait and retry.
    static let tryIdempotencyLock = Statement(
        "try-idempotency-lock",
        role: .web,
        "SELECT pg_try_advisory_xact_lock(\(AdvisoryLock.idempotencyKey.sql), hashtext($1::text))"
    )
    /// `$1` account; `$2` key.
    static let idempotentAnswer = Statement(
        "idempotent-answer",
        role: .web,
        """
        SELECT request_hash, status, location, body FROM idempotency_keys
        WHERE account_id = $1 AND key = $2 AND created_at > now() - interval '24 hours'
        """
    )
    /// `$1` account.
    static let dropOldAnswers = Statement(
        "drop-old-answers",
        role: .web,
        "DELETE FROM idempotency_keys WHERE account_id = $1 AND created_at <= now() - interval '24 hours'"
    )
    /// `$1` account; `$2` key; `$3` hash of the request; `$4` status; `$5` location; `$6` body.
    static let insertAnswer = Statement(
        "insert-answer",
        role: .web,
        """
        INSERT INTO idempotency_keys (account_id, key, request_hash, status, location, body)
        VALUES ($1, $2, $3, $4, $5, $6)
        """
    )
}
