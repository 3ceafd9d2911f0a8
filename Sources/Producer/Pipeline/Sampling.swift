import Database

/// Samples the campaigns' progress for charts; nothing else depends on it.
struct Sampling: Sendable {
    let store: ProducerStore
    /// The pause between two samples, and between two thinnings of old samples.
    let sampleInterval: Duration
    let thinInterval: Duration

    private var lastSample: ContinuousClock.Instant?
    private var lastThinning: ContinuousClock.Instant?

    init(store: ProducerStore, sampleInterval: Duration, thinInterval: Duration) {
        self.store = store
        self.sampleInterval = sampleInterval
        self.thinInterval = thinInterval
    }

    /// One statement for all campaigns, when a sample is due.
    mutating func sample() async throws {
        let now = ContinuousClock.now
        guard lastSample.map({ now - $0 >= sampleInterval }) ?? true else { return }
        lastSample = now
        try await store.sample()
        guard lastThinning.map({ now - $0 >= thinInterval }) ?? true else { return }
        lastThinning = now
        try await store.thinSamples()
    }
}
