import Core
import DatabaseClient

/// Prepares a statement on the server and explains it, which asks for the rights that running it needs; of a hot one it
/// looks at the generic plan.
///
/// The tables are empty, so that the planner would scan them whatever the statement; with sequential scans made
/// expensive it takes an index wherever it can, and a scan of all rows that is still there is the statement's fault.
struct StatementCheck {
    let connection: PostgresConnection
    let largeTables: Set<String>

    /// What is wrong with it, in a sentence each; empty when nothing is.
    func problems(of statement: Statement) async throws -> [String] {
        do {
            try await connection.execute("PREPARE \"\(statement.name)\" AS \(statement.sql)")
        } catch {
            return ["\(statement.name): \(error)"]
        }
        let count = Statement(
            "count-parameters",
            "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = $1::text"
        )
        let parameters = Int(try await connection.rows(count, [.text(statement.name)]) { try $0.int32(0) }[0])
        let list = parameters == 0 ? "" : "(\(Array(repeating: "NULL", count: parameters).joined(separator: ", ")))"
        try await connection.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
        let explain = Statement(
            "explain-\(statement.name)",
            "EXPLAIN (COSTS OFF) EXECUTE \"\(statement.name)\"\(list)"
        )
        let plan: [String]
        do {
            plan = try await connection.rows(explain) { try $0.text(0) }
        } catch {
            return ["\(statement.name): \(error)"]
        }
        guard statement.isHot else { return [] }
        return scans(in: plan).map { "\(statement.name) reads all of \($0):\n\(plan.joined(separator: "\n"))" }
    }

    /// The large tables of which every row is read: a sequential scan, or an index scan without a condition.
    private func scans(in plan: [String]) -> [String] {
        var tables: [String] = []
        for (index, line) in plan.enumerated() {
            guard
                let scan = line.firstMatch(
                    of:
                        /^ *(?:->  )?((?:Parallel )?(?:Seq|Index|Index Only|Bitmap Heap) Scan)(?: Backward)?(?: using \S+)? on (\S+)/
                )
            else { continue }
            let table = String(scan.2)
            guard largeTables.contains(table) else { continue }
            // A node's own lines are those below it that begin with no arrow.
            let details = plan[(index + 1)...].prefix { !$0.contains("->") }
            let isBounded = details.contains { $0.contains("Index Cond:") || $0.contains("Recheck Cond:") }
            if scan.1.hasSuffix("Seq Scan") || !isBounded { tables.append(table) }
        }
        return tables
    }
}
