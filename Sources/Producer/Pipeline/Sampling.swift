import Database

/// Notes from time to time how far the campaigns are, for charts; what is not noted is missing there and nowhere else.
struct Sampling: Sendable {
    let store: ProducerStore
    /// Between two notes of how far campaigns are, and between two thinnings of old notes.
    let sampleInterval: Duration
    let thinInterval: Duration

    private var lastSample: ContinuousClock.Instant?
    private var lastThinning: ContinuousClock.Instant?

    init(store: ProducerStore, sampleInterval: Duration, thinInterval: Duration) {
        self.store = store
        self.sampleInterval = sampleInterval
        self.thinInterval = thinInterval
    }

    /// One statement for all campaigns, when it is time.
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
