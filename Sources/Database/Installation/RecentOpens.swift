import Core
import DatabaseClient

extension AccountDatabase {
    /// How many opens of the last week's campaigns people and machines made, of all accounts.
    package func recentOpens() async throws -> (people: Int64, machines: Int64) {
        try await transaction(account: nil) { connection in
            try connection.rows(.recentOpens) { (people: try $0.int64(0), machines: try $0.int64(1)) }
                .only(of: .recentOpens)
        }
    }
}

extension Statement {
    static let recentOpens = Statement("recent-opens", role: .admin, "SELECT people, machines FROM recent_opens()")
}
