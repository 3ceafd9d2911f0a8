import DatabaseClient

extension PostgresConnection {
    /// Makes the partitions that the next campaigns go to; only the owner may.
    ///
    /// - Returns: How many were made.
    package func makePartitions() throws -> Int32 {
        try rows(.makePartitions) { try $0.int32(0) }.only(of: .makePartitions)
    }
}

extension PostgresConnection {
    /// Makes the partitions of the next days' events; only the owner may.
    ///
    /// - Returns: How many were made.
    package func makeEventPartitions(daysAhead: Int32 = 14) throws -> Int32 {
        try rows(.makeEventPartitions, [.int32(daysAhead)]) { try $0.int32(0) }.only(of: .makeEventPartitions)
    }

    /// Drops the events of days that are older than `days`; only the owner may.
    ///
    /// - Returns: How many partitions were dropped.
    package func dropEventPartitions(olderThan days: Int32) throws -> Int32 {
        try rows(.dropEventPartitions, [.int32(days)]) { try $0.int32(0) }.only(of: .dropEventPartitions)
    }
}

extension Statement {
    static let makePartitions = Statement("make-partitions", role: .owner, "SELECT make_delivery_partitions()")
}
