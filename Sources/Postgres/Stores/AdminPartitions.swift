extension PostgresConnection {
    /// Makes the partitions that the next campaigns go to; only the owner may.
    ///
    /// - Returns: How many were made.
    package func makePartitions() throws -> Int32 {
        try rows(.makePartitions) { try $0.int32(0) }.only(of: .makePartitions)
    }
}

extension Statement {
    static let makePartitions = Statement("make-partitions", role: .owner, "SELECT make_delivery_partitions()")
}
