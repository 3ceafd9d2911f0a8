import DatabaseClient
import Hummingbird

/// What a load balancer and a supervisor ask.
struct HealthRoutes: Sendable {
    /// Whether the process runs.
    static let alive = "/healthz"
    /// Whether it can do all of its work: 503 while the database is away, or when it is about to stop. Messages' links
    /// work all the same, so that a balancer with one instance should not take it out for this.
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
