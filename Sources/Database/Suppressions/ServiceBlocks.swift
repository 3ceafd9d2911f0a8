import DatabaseClient

/// Addresses that no account mails.
package struct ServiceBlock: Sendable {
    package let id: Int64
    package let addressHash: [UInt8]
    package let reason: String
    package let createdBy: String
    package let createdAt: Double
}

extension AccountDatabase {
    /// Blocks an address for every account, and recalls its queued messages; safe to repeat.
    package func block(
        _ addressHash: [UInt8],
        key: Int16,
        reason: String
    ) async throws -> SuppressionReceipt {
        try await transaction(account: nil) { connection in
            let receipt = try connection.rows(
                .blockAddress,
                [.int16(key), .bytes(addressHash), .text(reason), .text(actor)]
            ) { row in
                SuppressionReceipt(
                    contact: nil,
                    isNew: try row.bool(0),
                    recalled: Int(try row.int32(1)),
                    alreadyOnTheirWay: Int(try row.int32(2))
                )
            }.only(of: .blockAddress)
            let entry = AuditEntry("block.add", "an address: \(receipt.recalled) recalled", reason: reason)
            try connection.write(entry, by: actor, account: nil)
            return receipt
        }
    }

    /// - Returns: Whether there was one.
    package func unblock(_ addressHash: [UInt8], reason: String) async throws -> Bool {
        try await transaction(account: nil) { connection in
            guard try connection.run(.unblockAddress, [.bytes(addressHash)]) > 0 else { return false }
            try connection.write(AuditEntry("block.remove", "an address", reason: reason), by: actor, account: nil)
            return true
        }
    }

    /// At most `limit` blocks below a number, the newest first.
    package func blocks(before id: Int64, limit: Int32) async throws -> [ServiceBlock] {
        try await transaction(account: nil) { connection in
            try connection.rows(.serviceBlocks, [.int64(id), .int32(limit)]) { row in
                ServiceBlock(
                    id: try row.int64(0),
                    addressHash: try row.bytes(1),
                    reason: try row.text(2),
                    createdBy: try row.text(3),
                    createdAt: try row.timestamp(4)
                )
            }
        }
    }
}

extension Statement {
    static let blocks: [Statement] = [.blockAddress, .unblockAddress, .serviceBlocks]

    /// `$1` key; `$2` hash; `$3` why; `$4` who.
    static let blockAddress = Statement(
        "block-address",
        role: .admin,
        "SELECT is_new, recalled, on_their_way FROM block_address($1::smallint, $2::bytea, $3::text, $4::text)"
    )
    /// `$1` hash.
    static let unblockAddress = Statement(
        "unblock-address",
        role: .admin,
        "DELETE FROM service_blocks WHERE address_hash = $1"
    )
    /// `$1` below this number; `$2` how many.
    static let serviceBlocks = Statement(
        "service-blocks",
        role: .admin,
        """
        SELECT block_id, address_hash, reason, created_by, created_at FROM service_blocks
        WHERE block_id < $1 ORDER BY block_id DESC LIMIT $2
        """
    )
}
