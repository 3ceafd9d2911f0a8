import DatabaseClient
import Hummingbird

/// Health checks for load balancers and supervisors.
struct HealthRoutes: Sendable {
    /// Whether the process runs.
    static let alive = "/healthz"
    /// Whether it can do all of its work: 503 without the database, or before a stop. Links in messages still work, so
    /// a balancer with one instance should not remove it.
    static let ready = "/readyz"

    let pool: PostgresPool
    let drain: Drain

    func add(to router: Router<WebContext>) {
        router.get("healthz") { _, _ in Response.text("ok\n") }
        router.get("readyz") { [pool, drain] _, _ in
            guard !drain.isDraining else { return Response.text("stopping\n", status: .serviceUnavailable) }
            do {
                try await pool.withConnection(deadline: .seconds(1)) { try await $0.execute("SELECT 1") }
                return Response.text("ready\n")
            } catch {
                return Response.text("the database does not answer\n", status: .serviceUnavailable)
            }
        }
    }
}
