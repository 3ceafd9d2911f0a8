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
    /// The newest publications: what is still in the queue is the newest of it.
    private var newest: [(jobs: Int, messages: Int)] = []
    private static let remembered = 64

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

    /// Records what was published since the last call.
    mutating func note(published jobs: Int, in messages: Int) {
        guard messages > 0 else { return }
        published += jobs
        if newest.count == Self.remembered { newest.removeFirst() }
        newest.append((jobs, messages))
    }

    /// How many jobs the messages in the queue hold, the newest of this lane; 1 each, where another producer or an
    /// earlier one published them.
    func jobs(inNewest messages: Int) -> Int {
        var left = messages
        var jobs = 0
        for batch in newest.reversed() where left > 0 {
            let taken = min(left, batch.messages)
            jobs += (batch.jobs * taken + batch.messages - 1) / batch.messages
            left -= taken
        }
        return jobs + left
    }
}
