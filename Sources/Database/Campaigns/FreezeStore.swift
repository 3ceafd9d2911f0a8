import Core
import DatabaseClient

/// Freezes a campaign that is to start: audience, lanes, message and links, in one transaction.
package struct FreezeStore: Sendable {
    private let pool: PostgresPool
    private let token: Int64

    package init(_ pool: PostgresPool, token: Int64) {
        self.pool = pool
        self.token = token
    }

    /// What a freeze came to.
    package struct Frozen: Sendable {
        package let audience: Int
        package let optedOut: Int
    }

    /// Freezes a campaign.
    ///
    /// `links`: Compiles the message and gives the URLs of its links, numbered from 1; what it throws stops
    ///   the freeze and leaves the campaign as it was.
    /// - Returns: `nil` when the campaign is not to start any more, or is another producer's.
    package func freeze(
        _ campaign: CampaignID,
        links: @escaping @Sendable (CampaignVersion) throws -> [(number: Int32, url: String)]
    ) async throws -> Frozen? {
        let token = token
        let frozen = try await pool.withConnection { connection in
            try await connection.transaction { connection -> Frozen? in
                let found = try connection.rows(.campaignToFreeze, [.int32(campaign), .int64(token)]) { row in
                    (
                        try row.int32(0), try row.int32(1), try row.int16(2), try row.int32(3),
                        try row.optionalInt32(4),
                        try row.optionalInt16(5)
                    )
                }
                guard let (account, list, kind, version, followed, state) = found.first else { return nil }
                let messages = try connection.rows(.versionToFreeze, [.int32(campaign), .int32(version)]) { row in
                    try CampaignVersion(row)
                }
                let urls = try messages.first.map(links) ?? []
                let members: [PostgresValue] = [.int32(campaign), .int32(account), .int32(list), .int16(kind)]
                let audience =
                    if let followed, let state {
                        try connection.run(.freezeFollowers, members + [.int32(followed), .int16(state)])
                    } else {
                        try connection.run(.freezeAudience, members)
                    }
                try connection.run(.freezeLanes, [.int32(campaign), .int32(account)])
                try connection.run(
                    .freezeLinks,
                    [
                        .int32(campaign), .int32(version), .int32(account), .int32s(urls.map(\.number)),
                        .texts(urls.map(\.url)),
                    ]
                )
                // From here on a suppression waits for the freeze, and then finds the campaign running.
                try connection.run(.lockAccount, [.int32(account)])
                let optedOut = try connection.run(
                    .freezeOptOuts,
                    [.int32(campaign), .int32(account), .int32(list), .int16(kind)]
                )
                try connection.run(.startFrozen, [.int32(campaign), .int32(version), .int32(Int32(audience))])
                return Frozen(audience: audience, optedOut: optedOut)
            }
        }
        if frozen != nil { try await pool.withConnection { _ = try await $0.run(.analyzeDeliveries) } }
        return frozen
    }
}
