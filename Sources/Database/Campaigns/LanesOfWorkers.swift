import Core
import DatabaseClient

extension PostgresConnection {
    /// Which of a worker's lanes do not exist.
    package func unknownLanes(among lanes: [String]) throws -> [String] {
        try rows(.unknownLanes, [.texts(lanes)]) { try $0.text(0) }
    }
}

extension Statement {
    /// `$1` names.
    static let unknownLanes = Statement(
        "unknown-lanes",
        role: .worker,
        "SELECT n.name FROM unnest($1::text[]) AS n(name) WHERE NOT EXISTS (SELECT FROM lanes l WHERE l.name = n.name)"
    )
}
