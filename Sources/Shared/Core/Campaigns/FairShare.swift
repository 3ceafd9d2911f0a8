/// Divides a lane's room in the broker among campaigns.
///
/// First by account, then by campaign within it: each has a weight of one over the square root of what it has left, so
/// that a small one is soon done beside a large one, and the large one never stops. An account gains nothing by
/// splitting a campaign. A campaign that needs less than its share leaves the rest to the others.
package enum FairShare {
    /// What one campaign still has to publish in this lane.
    package struct Demand: Sendable, Equatable {
        package let account: AccountID
        package let campaign: CampaignID
        package let remaining: Int

        package init(account: AccountID, campaign: CampaignID, remaining: Int) {
            self.account = account
            self.campaign = campaign
            self.remaining = remaining
        }
    }

    /// Splits `room`.
    ///
    /// - Parameters:
    ///   - room: How many jobs may be published now.
    ///   - demands: The campaigns.
    ///   - least: The smallest share worth its cost. Where there is too little room for all of them, some get none.
    ///   - start: Who comes first then: raise it each time by as many as got some.
    /// - Returns: How many jobs each demand may publish now, in the order of `demands`; their sum is the smaller of
    ///   `room` and all that is wanted.
    package static func split(
        _ room: Int,
        among demands: [Demand],
        atLeast least: Int = 1,
        startingAt start: Int = 0
    ) -> [Int] {
        var byAccount: [AccountID: [Int]] = [:]
        for (index, demand) in demands.enumerated() { byAccount[demand.account, default: []].append(index) }
        let accounts = byAccount.sorted { $0.key < $1.key }.map(\.value)
        let wanted = accounts.map { indices in indices.reduce(0) { $0 + demands[$1].remaining } }
        var shares = [Int](repeating: 0, count: demands.count)
        for (indices, part) in zip(accounts, fill(room, wanted, least, start)) {
            let remaining = indices.map { demands[$0].remaining }
            for (index, share) in zip(indices, fill(part, remaining, least, start)) {
                shares[index] = share
            }
        }
        return shares
    }

    /// Weighted max-min fairness: no campaign gets more than it needs, and the rest goes to the others.
    private static func fill(_ room: Int, _ wanted: [Int], _ least: Int, _ start: Int) -> [Int] {
        var shares = [Int](repeating: 0, count: wanted.count)
        var left = max(0, min(room, wanted.reduce(0, +)))
        while left > 0 {
            let waiting = wanted.indices.filter { shares[$0] < wanted[$0] }
            let first = start % waiting.count
            let hungry = waiting[first...] + waiting[..<first]
            let weights = hungry.map { 1 / Double(wanted[$0]).squareRoot() }
            let total = weights.reduce(0, +)
            let before = left
            for (index, weight) in zip(hungry, weights) {
                let part = min(left, max(least, Int(Double(before) * weight / total)), wanted[index] - shares[index])
                shares[index] += part
                left -= part
            }
        }
        return shares
    }
}
