/// The number of a lane's jobs that may wait in the broker: enough to keep workers busy between two ticks, and no more,
/// so that a pause acts soon and a small campaign does not wait behind a large one.
///
/// It follows the workers' rate, derived from the queue's depth alone.
struct PublishWindow: Sendable {
    /// The maximum seconds of queued work.
    static let seconds = 0.25
    /// The upper limit, whatever the rate.
    static let most = 50_000

    private(set) var size = 0
    private var lastDepth = 0
    private var published = 0

    /// How many jobs may be published now.
    ///
    /// `depth`: Ready jobs in the queue.
    /// `slots`: SMTP connections of this lane's workers.
    /// `elapsedSeconds`: Since the last call.
    mutating func room(depth: Int, slots: Int, elapsedSeconds: Double) -> Int {
        let taken = max(0, lastDepth + published - depth)
        let rate = elapsedSeconds > 0 ? Double(taken) / elapsedSeconds : 0
        // Each worker prefetches twice its slots; twice that keeps it busy.
        let least = max(64, 4 * slots)
        // An empty queue shows only a lower bound of the rate: raise it.
        let target = depth == 0 && published > 0 ? max(size * 2, least) : Int(rate * Self.seconds)
        // It shrinks slowly: a moment without claims is no reason to let the workers run dry.
        size = min(Self.most, max(least, target, size - size / 8))
        lastDepth = depth
        published = 0
        return max(0, size - depth)
    }

    /// Records the number of jobs published since the last call.
    mutating func note(published count: Int) { published += count }
}
