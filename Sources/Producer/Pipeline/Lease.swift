import Database

/// Takes the campaigns that no producer drives, and keeps those that this one drives.
///
/// A producer that is killed is replaced by any other once its leases have run out.
struct Lease: Sendable {
    let store: ProducerStore
    /// How long a campaign stays this producer's without a renewal.
    let seconds: Double
    /// How many seconds late a scheduled start may be.
    let startGraceSeconds: Double

    /// - Returns: The campaigns that this producer drives now.
    func renew() async throws -> [LeasedCampaign] {
        try await store.lease(seconds: seconds, startGrace: startGraceSeconds)
        return try await store.leased()
    }

    /// Gives the campaigns up, so that another producer need not wait for the leases to run out.
    func release() async throws { try await store.release() }
}
