import Database

/// Leases campaigns that no producer runs, and renews this producer's leases.
///
/// When a producer dies, another takes over once the leases have expired.
struct Lease: Sendable {
    let store: ProducerStore
    /// How long a lease lasts without renewal.
    let seconds: Double
    /// How many seconds late a scheduled start may be.
    let startGraceSeconds: Double

    /// - Returns: The campaigns that this producer runs now.
    func renew() async throws -> [LeasedCampaign] {
        try await store.lease(seconds: seconds, startGrace: startGraceSeconds)
        return try await store.leased()
    }

    /// Releases the leases, so that another producer need not wait for them to expire.
    func release() async throws { try await store.release() }
}
