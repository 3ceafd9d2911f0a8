/// How many jobs of a lane may wait in the broker: enough that no worker runs dry between two looks, and no more, so
/// that a pause acts soon and a small campaign does not wait behind a large one.
///
/// Follows the rate at which the workers take them, seen from the queue's depth alone.
struct PublishWindow: Sendable {
    /// How many seconds of work wait at most.
    static let seconds = 0.25
    /// Whatever the rate, no more than this.
    static let most = 50_000

    private(set) var size = 0
    private var lastDepth = 0
    private var published = 0

    /// How many jobs may be published now.
    ///
    /// `depth`: Jobs that are ready in the queue.
    /// `slots`: SMTP connections of the workers that take from this lane.
    /// `elapsedSeconds`: Since the last call.
    mutating func room(depth: Int, slots: Int, elapsedSeconds: Double) -> Int {
        let taken = max(0, lastDepth + published - depth)
        let rate = elapsedSeconds > 0 ? Double(taken) / elapsedSeconds : 0
        // Each worker prefetches twice its slots; twice that keeps it busy.
        let least = max(64, 4 * slots)
        // An empty queue says only that the rate is at least this: look for more.
        let target = depth == 0 && published > 0 ? max(size * 2, least) : Int(rate * Self.seconds)
        // It shrinks slowly: a moment without claims is no reason to let the workers run dry.
        size = min(Self.most, max(least, target, size - size / 8))
        lastDepth = depth
        published = 0
        return max(0, size - depth)
    }

    /// Notes what was published since the last look.
    mutating func note(published count: Int) { published += count }
}
