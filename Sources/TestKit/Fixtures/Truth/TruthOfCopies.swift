import Core

// The copies that the receiving side accepted, compared with the database.
extension Truth {
    /// I2: each copy has a committed claim of its own, of the same attempt, from before.
    var unmarkedCopies: [Breach] {
        var found = strangers.map { Breach(.marked, "a copy for \($0.recipient) has a return path of nobody's") }
        struct Attempt: Hashable {
            let seq: Seq
            let attempt: Int16
        }
        let marks = Dictionary(grouping: record.marks) { Attempt(seq: $0.seq, attempt: $0.attempt) }
            .mapValues { $0.map(\.time).sorted() }
        for (seq, copies) in copies {
            for (attempt, copies) in Dictionary(grouping: copies, by: \.attempt) {
                let marks = marks[Attempt(seq: seq, attempt: attempt)] ?? []
                for (number, copy) in copies.sorted(by: { $0.time < $1.time }).enumerated() {
                    if number < marks.count, marks[number] < copy.time { continue }
                    let why = number < marks.count ? "before its mark was committed" : "without a mark"
                    found.append(Breach(.marked, "\(seq), attempt \(attempt): a copy for \(copy.recipient) \(why)"))
                }
            }
        }
        return found
    }

    /// I3 by recipient; I4 by recipient and in all.
    var extraCopies: [Breach] {
        var found: [Breach] = []
        let unknown = Dictionary(
            record.replies.filter { $0.judgement == Judgement.unknown.rawValue }.map { ($0.seq, 1) },
            uniquingKeysWith: +
        )
        let known = Set(record.rows.map(\.seq))
        for seq in copies.keys where !known.contains(seq) {
            found.append(Breach(invariantOfCopies, "\(seq) got a copy and has no row"))
        }
        for row in record.rows {
            if let wrong = copies[row.seq]?.first(where: { $0.recipient != row.address && !row.address.isEmpty }) {
                found.append(Breach(.grounds, "\(name(row)): its message went to \(wrong.recipient)"))
            }
            let allowed = allowedCopies(of: row, unknown: unknown[row.seq] ?? 0)
            let got = count(of: row)
            if got > allowed.upperBound {
                let words = "\(name(row)): \(got) copies, \(allowed.upperBound) allowed"
                found.append(Breach(invariantOfCopies, words))
            } else if got < allowed.lowerBound {
                found.append(Breach(.grounds, "\(name(row)), and no copy was taken"))
            }
        }
        if record.policy == .atLeastOnce, extra > bounds.extraCopies {
            let words = "\(extra) extra copies, \(bounds.extraCopies) messages were past the dot when a fault struck"
            found.append(Breach(.atLeastOnce, words))
        }
        return found
    }

    private var invariantOfCopies: Breach.Invariant {
        record.policy == .atMostOnce ? .atMostOnce : .atLeastOnce
    }

    /// How many copies a row's state and policy allow.
    ///
    /// - Parameters:
    ///   - row: The row.
    ///   - unknown: The number of its attempts with an unknown outcome.
    /// - Returns: The minimum and the maximum.
    private func allowedCopies(of row: CampaignRecord.Row, unknown: Int) -> ClosedRange<Int> {
        let reopened = Int(row.reopened)
        guard record.policy == .atMostOnce else {
            switch row.state {
            case .accepted: return 1...(1 + unknown + reopened)
            case .sending: return 0...(1 + unknown + reopened)
            default: return 0...(unknown + reopened)
            }
        }
        switch row.state {
        case .accepted: return 1...(1 + reopened)
        case .uncertain, .sending: return 0...(1 + reopened)
        // A bounce proves that an uncertain delivery has failed.
        case .failed where row.bounces > 0: return 0...(1 + reopened)
        default: return 0...reopened
        }
    }

    /// I9: accepted has a 2xx; failed a 5xx, exhausted attempts, or a reason in words.
    var groundless: [Breach] {
        let explained = Set(record.replies.filter { !$0.text.isEmpty }.map(\.seq))
        return record.rows.compactMap { row in
            switch row.state {
            case .accepted where !(200..<300).contains(row.code) && row.reason != DeliveryReason.seen.rawValue:
                Breach(.grounds, "\(name(row)) with the code \(row.code)")
            case .failed
            where !(500..<600).contains(row.code) && row.reason != DeliveryReason.attemptsExhausted.rawValue
                && row.bounces == 0 && !explained.contains(row.seq):
                Breach(.grounds, "\(name(row)) with the code \(row.code) and no word why")
            default: nil
            }
        }
    }

    /// I8: an accepted row's copy is from the attempt that the row names, and from before the row was changed.
    ///
    /// A result of an older attempt, whose token is no longer the row's, would change it too early.
    var resultsOfOthers: [Breach] {
        record.rows.filter { $0.state == .accepted }.compactMap { row in
            let own = (copies[row.seq] ?? []).filter { $0.attempt == row.attempt }.map(\.time)
            guard count(of: row) > 0, !own.contains(where: { $0 < row.changedAt }) else { return nil }
            let when = own.isEmpty ? "no copy is of attempt \(row.attempt)" : "before a copy of that attempt was taken"
            return Breach(.ownResult, "\(name(row)), attempt \(row.attempt): \(when)")
        }
    }

    /// I12: one Message-ID for all copies of a message, and one message for each Message-ID.
    var changedMessageIDs: [Breach] {
        var found: [Breach] = []
        var owners: [String: Seq] = [:]
        for (seq, copies) in copies.sorted(by: { $0.key < $1.key }) {
            let ids = Set(copies.map { $0.messageID ?? "" })
            if ids.count > 1 { found.append(Breach(.messageID, "\(seq) came with \(ids.count) Message-IDs")) }
            for id in ids {
                if id.isEmpty { found.append(Breach(.messageID, "\(seq) came without a Message-ID")) }
                if let owner = owners.updateValue(seq, forKey: id) {
                    found.append(Breach(.messageID, "\(seq) and \(owner) share a Message-ID"))
                }
            }
        }
        return found
    }
}
