import Core
import DatabaseClient

/// The producer's side of PostgreSQL, a file a step: Lease, Freeze, Publish, Retry, Sweep, AutoPause, Finish.
///
/// Every write checks the lease of `token`: a suspended producer that resumes changes nothing.
package struct ProducerStore: Sendable {
    let pool: PostgresPool
    let token: Int64

    package init(_ pool: PostgresPool, token: Int64) {
        self.pool = pool
        self.token = token
    }
}
