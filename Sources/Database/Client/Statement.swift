/// A prepared statement: its name on the server, and its text.
///
/// It is prepared on first use on each connection. The text is a constant: values go in as `$n` only.
package struct Statement: Sendable {
    /// Unique in the program; at most 63 bytes, the server cuts the rest.
    package let name: String
    /// Which roles run it in production; the statement check prepares it as each of them. Empty: any role may.
    package let roles: [StatementRole]
    /// Whether it runs per batch of deliveries: the statement check refuses a sequential scan of a large table in it.
    package let isHot: Bool
    package let sql: String

    package init(_ name: String, role: StatementRole, isHot: Bool = false, _ sql: String) {
        self.init(name, roles: [role], isHot: isHot, sql)
    }

    package init(_ name: String, roles: [StatementRole] = [], isHot: Bool = false, _ sql: String) {
        self.name = name
        self.roles = roles
        self.isHot = isHot
        self.sql = sql
    }
}

/// The database roles of the service; the raw value is the role's name in PostgreSQL.
package enum StatementRole: String, Sendable, CaseIterable {
    /// Owns the tables and runs migrations; no program logs in with it.
    case owner = "veredus_owner"
    case producer = "veredus_producer"
    case worker = "veredus_worker"
    case admin = "veredus_admin"
    case web = "veredus_web"
    case recorder = "veredus_recorder"
    case inbound = "veredus_inbound"
}
