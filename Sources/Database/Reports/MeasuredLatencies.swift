import Core
import DatabaseClient

/// The measured operations; `latencies.what`.
package enum MeasuredLatency: String, WireNamed {
    /// From the request for a suppression to the committed recall of queued messages.
    case optOut = "opt-out"
}

extension AccountDatabase {
    /// Records a latency.
    package func note(_ what: MeasuredLatency, _ duration: Duration) async throws {
        try await transaction(account: nil) { connection in
            _ = try connection.run(
                .noteLatency,
                [.text(what.rawValue), .int32(LatencyHistogram.bucket(of: duration))]
            )
        }
    }

    /// The latencies so far.
    package func latencies(of what: MeasuredLatency) async throws -> LatencyHistogram {
        try await transaction(account: nil) { connection in
            let counts = try connection.rows(.latencies, [.text(what.rawValue)]) { (try $0.int32(0), try $0.int64(1)) }
            return LatencyHistogram(Dictionary(uniqueKeysWithValues: counts))
        }
    }
}

extension Statement {
    /// `$1` what; `$2` bucket.
    static let noteLatency = Statement(
        "note-latency",
        roles: [.admin, .web],
        """
        INSERT INTO latencies AS l (what, bucket_ms, n) VALUES ($1, $2, 1)
        ON CONFLICT (what, bucket_ms) DO UPDATE SET n = l.n + 1
        """
    )
    /// `$1` what.
    static let latencies = Statement(
        "latencies",
        role: .admin,
        "SELECT bucket_ms, n FROM latencies WHERE what = $1"
    )
}
