/// What the claim says to one job; the numbers are those of the statement `claim-deliveries`.
///
/// Every job gets one, and every job is acknowledged then, but for a worker that has lost its lease: a row that waits
/// for something is brought back by the producer, from PostgreSQL, never by the broker.
package enum Verdict: Int16, Sendable, CaseIterable {
    /// Marked as being sent: this worker, and only this one, sends it now.
    case claimed = 0
    /// Sent, being sent, or ended some other way already.
    case final = 1
    /// Deferred, and its time has not come.
    case notDue = 2
    /// The campaign is paused; a resume publishes the job anew.
    case paused = 3
    /// The campaign is not running: cancelled, expired, finished, or not started.
    case held = 4
    /// Published before the lane's jobs were published anew.
    case oldGeneration = 5
    /// The contact or the row changed since it was fetched: fetch, render and claim again.
    case changed = 6
    /// No such row: the database is another one than the producer's.
    case unknown = 7
    /// The worker's lease is over: nothing was marked, and its jobs go back.
    case leaseLost = 8
}
