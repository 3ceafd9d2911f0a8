import Database

/// Notes from time to time how far the campaigns are, for charts; what is not noted is missing there and nowhere else.
struct Sampling {
    private var lastSample: ContinuousClock.Instant?
    private var lastThinning: ContinuousClock.Instant?

    /// One statement for all campaigns, when it is time.
    mutating func sample(_ store: ProducerStore, _ settings: CampaignScheduler.Settings) async throws {
        let now = ContinuousClock.now
        guard lastSample.map({ now - $0 >= settings.sampleInterval }) ?? true else { return }
        lastSample = now
        try await store.sample()
        guard lastThinning.map({ now - $0 >= settings.thinInterval }) ?? true else { return }
        lastThinning = now
        try await store.thinSamples()
    }
}
