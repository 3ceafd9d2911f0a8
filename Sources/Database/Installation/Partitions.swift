import DatabaseClient

extension PostgresConnection {
    /// Creates the partitions of the next campaigns; only the owner may.
    ///
    /// - Returns: How many were made.
    package func makePartitions() throws -> Int32 {
        try rows(.makePartitions) { try $0.int32(0) }.only(of: .makePartitions)
    }
}

extension PostgresConnection {
    /// Creates the partitions of the next days' events; only the owner may.
    ///
    /// - Returns: How many were made.
    package func makeEventPartitions(daysAhead: Int32 = 14) throws -> Int32 {
        try rows(.makeEventPartitions, [.int32(daysAhead)]) { try $0.int32(0) }.only(of: .makeEventPartitions)
    }

    /// Drops events older than `days`; only the owner may.
    ///
    /// - Returns: How many partitions were dropped.
    package func dropEventPartitions(olderThan days: Int32) throws -> Int32 {
        try rows(.dropEventPartitions, [.int32(days)]) { try $0.int32(0) }.only(of: .dropEventPartitions)
    }
}

extension Statement {
    static let makePartitions = Statement("make-partitions", role: .owner, "SELECT make_delivery_partitions()")
}
