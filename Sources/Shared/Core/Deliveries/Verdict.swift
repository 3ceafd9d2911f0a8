/// The claim's answer for one job; the numbers are those of the statement `claim-deliveries`.
///
/// Every job gets one and is then acknowledged, unless the worker has lost its lease: waiting rows are published again
/// by the producer, from PostgreSQL, never by the broker.
package enum Verdict: Int16, Sendable, CaseIterable {
    /// Claimed: only this worker sends it now.
    case claimed = 0
    /// Sent, being sent, or finished otherwise.
    case final = 1
    /// Deferred, and its time has not come.
    case notDue = 2
    /// The campaign is paused; a resume publishes the job again.
    case paused = 3
    /// The campaign is not running: cancelled, expired, finished, or not started.
    case held = 4
    /// Published before the lane's jobs were published again.
    case oldGeneration = 5
    /// The contact or the row changed since it was fetched: fetch, render and claim again.
    case changed = 6
    /// No such row: this is not the producer's database.
    case unknown = 7
    /// The worker's lease has expired: nothing was claimed, and its jobs return.
    case leaseLost = 8
}
